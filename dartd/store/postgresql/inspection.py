"""Look into a store on a server without changing it, whether or not a daemon runs on it."""

from typing import Final

import sqlalchemy as sa

from dartd.config.database_url import DatabaseUrl
from dartd.store.postgresql.backend import inspect
from dartd.store.postgresql.schema import is_empty, version_of
from dartd.store.report import StoreReport, report_of
from dartd.store.sqlite.backend import SCHEMA_VERSION

_DURABLE: Final = {"fsync": "a power failure may damage the database", "full_page_writes": "a power failure may damage the database"}


def report_on(url: DatabaseUrl) -> StoreReport | None:
    """Return what is in a store: is it ours, which events are there, what of its server is a risk; None if there are no tables yet.

    Raises:
        StoreError: it cannot be read.
    """
    return inspect(url, _report)


def size_bytes(url: DatabaseUrl) -> int:
    """Return how much of the server's disk the database takes.

    Raises:
        StoreError: it cannot be read.
    """
    return inspect(url, _size_bytes)


def _size_bytes(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def _report(connection: sa.Connection) -> StoreReport | None:
    version = version_of(connection)
    if version == 0:
        return None if is_empty(connection) else StoreReport(foreign=True)
    if version > SCHEMA_VERSION:
        return StoreReport(newer=True)
    risks = [
        f"{name} is off on the server: {reason}"
        for name, reason in _DURABLE.items()
        if connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "off"
    ]
    return report_of(connection, size_bytes=_size_bytes(connection), risk=risks[0] if risks else None)
