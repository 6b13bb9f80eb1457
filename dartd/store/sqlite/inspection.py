"""Look into a store without changing it, whether or not a daemon runs on it."""

from pathlib import Path

import msgspec
import sqlalchemy as sa

from dartd.store.report import StoreReport, report_of
from dartd.store.sqlite.backend import APPLICATION_ID, SCHEMA_VERSION, inspect, version_of


def report_on(path: Path) -> StoreReport | None:
    """Return what is in a store: is it ours, is it whole, which events are there; None if there is no file.

    Raises:
        StoreError: it cannot be read.
    """
    if not path.is_file():
        return None
    return msgspec.structs.replace(inspect(path, _report), size_bytes=size_bytes(path))


def size_bytes(path: Path) -> int:
    """Return how large a store is, 0 if there is no file."""
    return path.stat().st_size if path.is_file() else 0


def _report(connection: sa.Connection) -> StoreReport:
    if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != APPLICATION_ID:
        return StoreReport(foreign=True)
    if version_of(connection) > SCHEMA_VERSION:
        return StoreReport(newer=True)
    complaint = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
    if complaint != "ok":
        return StoreReport(damage=complaint)
    return report_of(connection)
