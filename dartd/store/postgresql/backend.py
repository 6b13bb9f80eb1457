"""A database of PostgreSQL as the store's backend: one session writes and holds the lock; it is made anew when the server was away.

A commit is on the disk of the server before its caller gets the result. A session that is lost during a commit leaves open whether that
was made: StoreUnconfirmedError. The next session begins once the server has ended the lost one, which held the lock.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import pq

from dartd.config.database_url import DatabaseUrl
from dartd.errors import StoreBusyError, StoreError, StoreUnavailableError, StoreUnconfirmedError
from dartd.store.mark import Mark
from dartd.store.postgresql.connection import close, connect, is_lost, lock, raw_of, store_error
from dartd.store.postgresql.lock_file import LockFile
from dartd.store.postgresql.schema import prepare, version_of
from dartd.store.sqlite.backend import NEIGHBOUR_WAIT_S, SCHEMA_VERSION

_log = logging.getLogger(__name__)

_OPEN: Final = (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)
_STREAM: Final = "SELECT (SELECT value FROM metadata WHERE key = 'stream_id'), (SELECT coalesce(max(seq), 0) FROM events)"

T = TypeVar("T")


class PostgresBackend:
    """An open store on a server, locked for this process. Everything here blocks and belongs to threads."""

    damaged_log: Path | None = None

    def __init__(self, url: DatabaseUrl, lock_file: LockFile, writer: sa.Connection, *, migrated: bool) -> None:
        self.url = url
        self.migrated = migrated
        self.writer = writer
        self._raw = raw_of(writer)
        self._lock_file = lock_file
        self._mark: Mark | None = None  # of the running transaction
        self._committed: Mark | None = None
        self._checking = threading.Lock()
        self._checker: tuple[sa.Connection, psycopg.Connection[tuple[object, ...]]] | None = None
        self._limits_ms: dict[int, int] = {}

    @classmethod
    def open(cls, url: DatabaseUrl) -> Self:
        """Open the store, making its tables when there are none, lock it, and bring an older one up to date.

        Raises:
            StoreBusyError: another daemon holds it.
            StoreError: the server cannot be reached, or the database is no store of ours, or was written by a newer dartd.
        """
        lock_file = LockFile.acquire(url)
        try:
            writer = connect(url)
            try:
                lock(writer, url)
                migrated = prepare(writer, url)
            except BaseException:
                close(writer, raw_of(writer))
                raise
        except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
            lock_file.close()
            raise store_error(error, url) from error
        except BaseException:
            lock_file.close()
            raise
        return cls(url, lock_file, writer, migrated=migrated)

    def connect_reader(self) -> sa.Connection:
        """Return another connection, which cannot write."""
        return connect(self.url, read_only=True)

    def must_reconnect(self, connection: sa.Connection) -> bool:
        """Whether a connection was lost, so that another one is needed."""
        return connection.invalidated or connection.closed or is_lost(raw_of(connection))

    def limit(self, connection: sa.Connection, query_s: float) -> None:
        """Stop each statement of the connection after `query_s`; it fails with QueryTimeoutError."""
        limit_ms = max(1, round(query_s * 1000))
        raw = raw_of(connection)
        if self._limits_ms.get(id(raw)) != limit_ms:
            raw.execute(f"SET statement_timeout = {limit_ms}", prepare=False)
            self._limits_ms[id(raw)] = limit_ms

    def store_error(self, error: BaseException) -> StoreError:
        """Return the StoreError of what the server refused, without the statement's values: they may be secret."""
        return store_error(error, self.url)

    def between_commits(self) -> None:
        """Do nothing: the server itself writes its checkpoints and vacuums."""

    def begin(self) -> None:
        """Begin the writer's transaction, over another connection when the one before was lost.

        Raises:
            StoreUnavailableError: the server cannot be reached, or the database is no longer the same.
        """
        self._mark = None
        if not is_lost(self._raw):
            with contextlib.suppress(psycopg.OperationalError, psycopg.InterfaceError):
                self._raw.execute("BEGIN")
                return
        if not is_lost(self._raw):
            raise StoreUnavailableError(f"the store {self.url} failed: a transaction cannot begin", path=str(self.url))
        self._reconnect()
        self.control("BEGIN")

    def check_file(self) -> None:
        """Check that the server answers, and that the database is still the same one.

        Raises:
            StoreUnavailableError: it does not, or was replaced.
        """
        with self._checking:
            for is_last in (False, True):
                try:
                    if self._checker is None:
                        connection = connect(self.url, read_only=True)
                        self._checker = connection, raw_of(connection)
                    self._require_same(self._checker[0])
                except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
                    self._close_checker()
                    if is_last:
                        failure = self.store_error(error)
                        raise StoreUnavailableError(failure.message, **failure.details) from error
                else:
                    return

    def note(self, mark: Mark) -> None:
        """Have the commit of the running transaction note next to the state how far the stream is written; for the writer's thread."""
        self._mark = mark

    def earlier_mark(self) -> Mark | None:
        """Return how far a stream was written before the store was opened, None when that is not known."""
        return self._lock_file.earlier

    def control(self, statement: str) -> None:
        """Execute a statement of transaction control on the writer, without SQLAlchemy, which would make ready for a result.

        Raises:
            StoreUnconfirmedError: the connection was lost during a COMMIT.
            StoreError: it was refused; StoreUnavailableError when the server is the reason.
        """
        is_commit = statement == "COMMIT"
        try:
            done = self._raw.execute(statement)
        except psycopg.Error as error:
            failure = self.store_error(error)
            if is_commit and is_lost(self._raw):
                raise StoreUnconfirmedError(failure.message, **failure.details) from error
            raise failure from error
        if is_commit and done.statusmessage != "COMMIT":  # a statement had failed, and its error was ignored
            raise StoreError(f"the store {self.url} rolled a transaction back in which a statement had failed", path=str(self.url))
        if is_commit and self._mark is not None:
            self._committed = self._mark
            self._lock_file.note(self._mark)

    def in_transaction(self) -> bool:
        """Whether the writer's transaction is open; not when its connection was lost."""
        return not is_lost(self._raw) and self._raw.pgconn.transaction_status in _OPEN

    def close(self) -> None:
        """Close the connections and release the lock."""
        with self._checking:
            self._close_checker()
        close(self.writer, self._raw)
        self._lock_file.close()

    def _reconnect(self) -> None:
        """Connect the writer again and take the lock again."""
        close(self.writer, self._raw)
        connection = connect(self.url)
        try:
            lock(connection, self.url)
            self._require_same(connection)
        except BaseException as error:
            close(connection, raw_of(connection))
            if isinstance(error, StoreBusyError):
                raise StoreUnavailableError(error.message, **error.details) from error
            if isinstance(error, psycopg.Error | sa.exc.SQLAlchemyError):
                raise self.store_error(error) from error
            raise
        self.writer, self._raw = connection, raw_of(connection)
        _log.warning("connected to the store %s again", self.url)

    def _require_same(self, connection: sa.Connection) -> None:
        committed = self._committed
        is_same = version_of(connection) == SCHEMA_VERSION
        if is_same and committed is not None:
            stream_id, last_seq = connection.exec_driver_sql(_STREAM).one()
            is_same = stream_id == committed.stream_id and last_seq >= committed.seq
        if not is_same:
            message = f"{self.url} was replaced by another database while dartd runs: restart dartd to use it"
            raise StoreUnavailableError(message, path=str(self.url))

    def _close_checker(self) -> None:
        if self._checker is not None:
            close(*self._checker)
            self._checker = None


def inspect(url: DatabaseUrl, query: Callable[[sa.Connection], T]) -> T:
    """Read an existing store at one moment, whether or not a daemon runs on it, without locking or changing it.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        connection = connect(url, read_only=True)
        raw = raw_of(connection)
        try:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return query(connection)
        finally:
            close(connection, raw)
    except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
        raise store_error(error, url) from error


def change_alongside(url: DatabaseUrl, change: Callable[[sa.Connection], T]) -> T:
    """Change a store in one commit, whether or not a daemon runs on it. The daemon reads people and keys anew every few seconds.

    Raises:
        StoreError: the store cannot be opened or written.
    """
    with contextlib.suppress(StoreBusyError):
        PostgresBackend.open(url).close()  # makes a new store, brings an older one up to date
    try:
        connection = connect(url)
        raw = raw_of(connection)
        try:
            _await_version(connection, url)
            connection.exec_driver_sql("BEGIN")
            result = change(connection)
            connection.exec_driver_sql("COMMIT")
        finally:
            close(connection, raw)  # which ends a transaction that was not committed
    except (psycopg.Error, sa.exc.OperationalError) as error:
        raise store_error(error, url) from error
    return result


def lock_out(url: DatabaseUrl, wait_s: float) -> Callable[[], None]:
    """Lock the journal as another program would, so that nothing can write it; return what ends it.

    Raises:
        StoreError: it cannot be locked within `wait_s`.
    """
    connection = connect(url)
    raw = raw_of(connection)
    try:
        raw.execute(f"SET lock_timeout = {round(wait_s * 1000)}; BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE", prepare=False)
    except psycopg.Error as error:
        close(connection, raw)
        raise store_error(error, url) from error
    return lambda: close(connection, raw)


def _await_version(connection: sa.Connection, url: DatabaseUrl) -> None:
    """Wait for a daemon that is just starting to make the tables, or to bring them up to date."""
    give_up_s = time.monotonic() + NEIGHBOUR_WAIT_S
    while (version := version_of(connection)) != SCHEMA_VERSION:
        if version > SCHEMA_VERSION or time.monotonic() > give_up_s:
            raise StoreError(f"{url} is used by a dartd of another version; use its own command", path=str(url))
        time.sleep(0.05)
