"""Connections to a server of PostgreSQL, and which errors are the server's own."""

import contextlib
import os
import socket
import time
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg import pq
from sqlalchemy.pool import StaticPool

from dartd.config.database_url import SCHEMES, DatabaseUrl
from dartd.errors import QueryTimeoutError, StoreBusyError, StoreError, StoreUnavailableError
from dartd.store.postgresql.dialect import ENGINE_URL, NumberLoader, dialect

CONNECT_S: Final = 5  # until a server that does not answer is given up
LOCK_WAIT_S: Final = 2.0  # for what another program holds; the session of a daemon that was killed ends sooner
HOLDER_NAME: Final = "dartd"

_LOCK_CLASS: Final = 0x64617274  # "dart"
_RETRY_S: Final = 0.05
_SILENCE_S: Final = 10  # after which both sides ask whether the other is still there

# Commits wait for the disk of the server; what another program locks is not waited for without end; a client that vanished lets go soon.
_SETTINGS: Final = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';"
    f"SET lock_timeout = {LOCK_WAIT_S * 1000:.0f}; SET timezone = 'UTC'; SET client_min_messages = 'warning';"
    f"SET tcp_keepalives_idle = {_SILENCE_S}; SET tcp_keepalives_interval = {_SILENCE_S // 2}; SET tcp_keepalives_count = 3"
)

# Errors of the server itself, by the beginning of their SQLSTATE: no statement can be executed now. Any other one is the statement's own.
_REMEDIES: Final = {
    "08": ": is the server running?",
    "25006": ": it may only be read",
    "28": ": check user and password of store.url",
    "3D": ": create it, see the documentation of store.url",
    "40": ": another program changes it",
    "42501": ": this user may not write it",
    "53100": ": make room on the disk of the server",
    "53": ": the server has not enough memory or connections",
    "55P03": ": another program holds it",
    "57P": ": the server stops or starts",
    "58": ": the disk of the server cannot be used",
    "XX": ": it is damaged; restore a backup",
}
_CANCELLED: Final = "57014"


def connect(url: DatabaseUrl, *, read_only: bool = False) -> sa.Connection:
    """Connect through SQLAlchemy. Only the caller begins and commits: the dialect is configured to start no transactions.

    Raises:
        StoreUnavailableError: the server cannot be reached, or refuses.
    """
    try:
        raw = psycopg.connect(**_arguments(url), autocommit=True)
    except psycopg.Error as error:
        raise store_error(error, url) from None
    try:
        raw.adapters.register_loader("numeric", NumberLoader)
        raw.execute(_SETTINGS + ("; SET default_transaction_read_only = on" if read_only else ""), prepare=False)
        engine = sa.create_engine(
            ENGINE_URL,
            creator=lambda: raw,
            poolclass=StaticPool,
            isolation_level="AUTOCOMMIT",
            use_native_hstore=False,
            pool_reset_on_return=None,
        )
        return engine.connect()
    except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
        raw.close()
        raise store_error(error, url) from None
    except BaseException:
        raw.close()
        raise


def raw_of(connection: sa.Connection) -> "psycopg.Connection[tuple[object, ...]]":
    """Return psycopg's connection behind SQLAlchemy's."""
    return connection.connection.driver_connection  # type: ignore[return-value]  # psycopg behind this dialect


def close(connection: sa.Connection, raw: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Close a connection, whether or not the server is there."""
    with contextlib.suppress(psycopg.Error, sa.exc.SQLAlchemyError):
        connection.close()
    raw.close()
    connection.engine.dispose()


def is_lost(raw: "psycopg.Connection[tuple[object, ...]]") -> bool:
    """Return whether a connection has ended, as far as its client knows; for the thread that uses it, between statements.

    A server that goes away may send its last error before the connection ends: libpq then takes the statement for one that still runs.
    """
    return raw.closed or raw.pgconn.status != pq.ConnStatus.OK or raw.pgconn.transaction_status == pq.TransactionStatus.ACTIVE


def lock(connection: sa.Connection, url: DatabaseUrl, *, wait_s: float = LOCK_WAIT_S) -> None:
    """Take the lock of a store for as long as the connection lasts.

    Raises:
        StoreBusyError: another daemon holds it; names it.
    """
    give_up_s = time.monotonic() + wait_s
    taking = f"SELECT pg_try_advisory_lock({_LOCK_CLASS}, hashtext(current_schema()))"
    while not connection.exec_driver_sql(taking).scalar_one():
        if time.monotonic() > give_up_s:
            holder = connection.exec_driver_sql(
                "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"  # noqa: S608 - our own number
                f" WHERE locktype = 'advisory' AND classid = {_LOCK_CLASS} AND datname = current_database() AND granted LIMIT 1"
            ).scalar()
            named = f" ({holder})" if holder else ""
            raise StoreBusyError(f"{url} is in use by another dartd{named}: stop it, or set store.url to another database", path=str(url))
        time.sleep(_RETRY_S)


def store_error(error: BaseException, url: DatabaseUrl) -> StoreError:
    """Return the StoreError of what the server refused, without the statement's values: they may be secret."""
    if isinstance(error, StoreError):
        return error
    original = getattr(error, "orig", None) or error
    state = getattr(original, "sqlstate", None) or ""
    if state == _CANCELLED:
        return QueryTimeoutError("the query took too long: narrow it by time or by filters, or go on by cursor")
    remedy = next((text for begin, text in _REMEDIES.items() if state.startswith(begin)), "") if state else ""
    lost = psycopg.OperationalError | psycopg.InterfaceError | sa.exc.PendingRollbackError | sa.exc.ResourceClosedError
    if not state and isinstance(original, lost):
        remedy = _REMEDIES["08"]  # there was no answer
    primary = original.diag.message_primary if isinstance(original, psycopg.Error) else None
    reason = " ".join((primary or str(original)).split())
    kind = StoreUnavailableError if remedy else StoreError
    return kind(f"the store {url} failed ({reason}){remedy}", path=str(url), sqlstate=state)


def _arguments(url: DatabaseUrl) -> dict[str, Any]:
    """Return psycopg's arguments for an address; what the address says goes first."""
    _, _, rest = url.url.partition("://")
    try:
        given: dict[str, Any] = dialect().create_connect_args(sa.make_url(f"{SCHEMES[0]}://{rest}"))[1]  # type: ignore[no-untyped-call]  # nor its dialects
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError(f"store.url cannot be understood: {url}", path=str(url)) from None  # the cause may quote the password
    settings: dict[str, Any] = {
        "connect_timeout": CONNECT_S,
        "application_name": f"{HOLDER_NAME} {os.getpid()} on {socket.gethostname()}",
        "keepalives_idle": _SILENCE_S,
        "keepalives_interval": _SILENCE_S // 2,
        "tcp_user_timeout": _SILENCE_S * 1000,
    }
    return settings | given
