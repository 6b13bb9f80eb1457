"""One SQLite file as the store's backend: connections, tables and migrations, checkpoints, which errors are the file's own.

`synchronous=FULL`: a commit is on the disk before its caller gets the result. One connection writes, so SQLITE_BUSY cannot reach the
pipeline.
"""

import contextlib
import functools
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlalchemy.util import LRUCache

from dartd.errors import QueryTimeoutError, StoreBusyError, StoreError, StoreUnavailableError
from dartd.store.mark import Mark
from dartd.store.sqlite.checkpoint import Checkpoints
from dartd.store.sqlite.lock import StoreLock
from dartd.store.sqlite.log_recovery import set_damaged_log_aside, set_foreign_log_aside, set_log_aside
from dartd.store.tables import METADATA

_log = logging.getLogger(__name__)

SCHEMA_VERSION = 22  # the number of the last revision in migrations/
APPLICATION_ID = 0x64617274  # "dart": distinguishes our files from those of other programs
LOCK_WAIT_S = 2.0  # for a person's sqlite3 shell; a second daemon is refused by the lock
NEIGHBOUR_WAIT_S = 5.0  # how long a command waits for the daemon that runs next to it

# Each connection is an engine of its own, which without a cache of the process would compile every statement again: half the time that a
# store takes to open. Ten times as many statements as the daemon has.
_OPTIONS: Final = {"isolation_level": "AUTOCOMMIT", "compiled_cache": LRUCache(5000)}

_STEPS_PER_CHECK = 10_000  # of SQLite's virtual machine, about 0.2 ms
_READER_CACHE = -512  # KiB (the sign says so) instead of 2000: the pages are in the cache of the system too, and each reader keeps its own
_LOG_BYTES = 2 * 1024 * 1024
_COMMITS_PER_CHECKPOINT = 64  # with darts, a megabyte and a half of write-ahead log

_VERSION_TABLE = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num))"
_VERSION_ROW = f"INSERT INTO alembic_version VALUES ('r{SCHEMA_VERSION:04d}')"  # noqa: S608 - our own number
_HEADER = (f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {SCHEMA_VERSION}")

# Errors of the file itself: no statement can write now. Any other error is the statement's own.
_REMEDIES = {
    sqlite3.SQLITE_FULL: ": make room on its disk",
    sqlite3.SQLITE_IOERR: ": its disk cannot be written",
    sqlite3.SQLITE_CORRUPT: ": it is damaged; put a backup in its place",
    sqlite3.SQLITE_NOTADB: ": it is no database; set store.path to another file",
    sqlite3.SQLITE_CANTOPEN: ": does the folder exist, and may this user write there?",
    sqlite3.SQLITE_READONLY: ": this user may not write it",
    sqlite3.SQLITE_BUSY: ": another program holds it",
    sqlite3.SQLITE_LOCKED: ": another program holds it",
    sqlite3.SQLITE_PERM: ": this user may not open it",
    sqlite3.SQLITE_PROTOCOL: ": another program holds it",
}
_PRIMARY = 0xFF  # an extended result code has the primary one in its low byte

T = TypeVar("T")


class SqliteBackend:
    """An open SQLite store, locked for this process. Everything here blocks and belongs to threads."""

    def __init__(self, path: Path, lock: StoreLock, writer: sa.Connection, *, migrated: bool, damaged_log: Path | None) -> None:
        self.path = path
        self.damaged_log = damaged_log
        self.writer = writer
        self.migrated = migrated
        self._raw: sqlite3.Connection = writer.connection.driver_connection  # type: ignore[assignment]  # sqlite3 behind this dialect
        self._lock = lock
        self._commits = 0
        self._checkpoints = Checkpoints(writer, lock.store_descriptor, path, lock)
        self._mark: Mark | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store, making it when there is none, lock it, and bring an older one up to date.

        Raises:
            StoreBusyError: another daemon holds it.
            StoreError: the file cannot be opened, is no store of ours, or was written by a newer dartd.
        """
        make_folder(path)
        lock = StoreLock.acquire(path)
        try:
            damaged_log = set_damaged_log_aside(path) or set_foreign_log_aside(path, lock)
            writer = _connect(path)
            try:
                migrated = _prepare(writer, path)
                _lengthen_log(writer)
                lock.note_log()
            except BaseException:
                _close(writer)
                raise
        except (OSError, sqlite3.Error, SQLAlchemyError) as error:
            lock.close()
            raise _store_error(error, path) from error
        except BaseException:
            lock.close()
            raise
        backend = cls(path, lock, writer, migrated=migrated, damaged_log=damaged_log)
        backend._checkpoints.run()
        return backend

    def connect_reader(self) -> sa.Connection:
        """Return another connection, which cannot write."""
        connection = _connect(self.path)
        connection.exec_driver_sql(f"PRAGMA cache_size = {_READER_CACHE}")
        connection.exec_driver_sql("PRAGMA query_only = 1")
        return connection

    def limit(self, connection: sa.Connection, query_s: float) -> None:
        """Stop what the connection executes once `query_s` have passed from now; it fails with QueryTimeoutError."""
        raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # sqlite3 behind this dialect
        due_s = time.monotonic() + query_s
        raw.set_progress_handler(lambda: time.monotonic() > due_s, _STEPS_PER_CHECK)

    def store_error(self, error: BaseException) -> StoreError:
        """Return the StoreError of what the database refused, without the statement's values: they may be secret."""
        return _store_error(error, self.path)

    def between_commits(self) -> None:
        """Do what should not make a commit wait. SQLite would move its log into the file within a commit; under unbroken load it does."""
        self._commits += 1
        if self._commits >= _COMMITS_PER_CHECKPOINT:
            self._checkpoints.run()
            self._commits = 0

    def begin(self) -> None:
        """Begin the writer's transaction; the file is locked for writing at once.

        Raises:
            StoreUnavailableError: it cannot be written now, or is no longer the file at its path.
        """
        if self._lock.is_log_removed:
            self._checkpoints.run()  # what was committed into it gets into the file, as long as it is open
        self.check_file()
        self._mark = None
        self.control("BEGIN IMMEDIATE")

    def check_file(self) -> None:
        """Check that the file and its log are still those at their paths.

        Raises:
            StoreUnavailableError: it was removed, replaced or overwritten.
        """
        self._lock.check()
        self._checkpoints.check()

    def control(self, statement: str) -> None:
        """Execute a statement of transaction control on the writer, without SQLAlchemy, which would make ready for a result.

        Raises:
            StoreError: it was refused; StoreUnavailableError when the file is the reason.
        """
        is_commit = statement == "COMMIT"
        try:
            with self._checkpoints.commit() if is_commit else contextlib.nullcontext():
                self._raw.execute(statement)
        except sqlite3.Error as error:
            raise self.store_error(error) from error
        if is_commit and self._mark is not None:
            self._lock.note(self._mark)

    def in_transaction(self) -> bool:
        """Whether the writer's transaction is open; SQLite ends it by itself after some errors of the file."""
        return self._raw.in_transaction

    def must_reconnect(self, connection: sa.Connection) -> bool:  # noqa: ARG002 - of the protocol
        """Whether a connection was lost: one to a file never is."""
        return False

    def earlier_mark(self) -> Mark | None:
        """Return how far a stream was written before the store was opened, None when that is not known."""
        return self._lock.earlier

    def note(self, mark: Mark) -> None:
        """Have the commit of the running transaction note next to the store how far the stream is written; for the writer's thread."""
        self._mark = mark

    def close(self) -> None:
        """Close the writer's connection and release the lock."""
        self._checkpoints.run()
        if self._checkpoints.is_overwritten:
            with self._checkpoints.prevented():
                _close(self.writer)
            set_log_aside(self.path, "the store was overwritten")
        else:
            _close(self.writer)
        self._lock.close()


def make_folder(path: Path) -> Path:
    """Make the folder of a store, and return the path.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder of the store {path}: {error.strerror}", path=str(path)) from error
    return path


def change_alongside(path: Path, change: Callable[[sa.Connection], T]) -> T:
    """Change a store in one commit, whether or not a daemon runs on it. The daemon reads people and keys anew every few seconds.

    Raises:
        StoreError: the store cannot be opened or written.
    """
    with contextlib.suppress(StoreBusyError):
        SqliteBackend.open(path).close()  # makes a new store, brings an older one up to date
    try:
        connection = _connect(path, wait_s=NEIGHBOUR_WAIT_S)
        try:
            _await_version(connection, path)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                result = change(connection)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
        finally:
            _close(connection)
    except (sqlite3.Error, sa.exc.OperationalError) as error:
        raise _store_error(error, path) from error
    return result


def inspect(path: Path, query: Callable[[sa.Connection], T]) -> T:
    """Read an existing store, whether or not a daemon runs on it, without locking or changing it.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        connection = _connect(path, read_only=True)
        try:
            return query(connection)
        finally:
            _close(connection)
    except (sqlite3.Error, SQLAlchemyError) as error:
        raise _store_error(error, path) from error


def version_of(connection: sa.Connection) -> int:
    """Return the revision of a store's tables; 0 when it has none."""
    return _pragma(connection, "user_version")


def _await_version(connection: sa.Connection, path: Path) -> None:
    """Wait for a daemon that is just starting to make the store, or to bring it up to date."""
    give_up_s = time.monotonic() + NEIGHBOUR_WAIT_S
    while (version := version_of(connection)) != SCHEMA_VERSION:
        if version > SCHEMA_VERSION or time.monotonic() > give_up_s:
            raise StoreError(f"{path} is used by a dartd of another version; use its own command", path=str(path))
        time.sleep(0.05)


def _connect(path: Path, *, wait_s: float = LOCK_WAIT_S, read_only: bool = False) -> sa.Connection:
    """Connect through SQLAlchemy. Only the caller begins and commits: the dialect is configured to start no transactions."""
    target = f"file:{path.absolute()}?mode=ro" if read_only else str(path)
    raw = sqlite3.connect(target, timeout=wait_s, isolation_level=None, check_same_thread=False, uri=read_only)
    try:
        if not read_only:
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA case_sensitive_like = 1")  # as LIKE is elsewhere
        creator: Any = lambda: raw  # noqa: E731 - the type of a pool's creator is SQLAlchemy's own
        engine = sa.Engine(StaticPool(creator), _dialect(), sa.make_url("sqlite://"), execution_options=_OPTIONS)
        return engine.connect()  # SQLAlchemy inspects its database here and rolls back then: never within a transaction of ours
    except BaseException:
        raw.close()
        raise


@functools.cache
def _dialect() -> sa.Dialect:
    """Return the dialect of all connections; statements that were compiled for another object are not found in the cache."""
    with sa.create_engine("sqlite://").connect() as connection:
        return connection.dialect


def _close(connection: sa.Connection) -> None:
    raw = connection.connection.driver_connection
    connection.close()
    connection.engine.dispose()
    if raw is not None:
        raw.close()


def _lengthen_log(connection: sa.Connection) -> None:
    """Make the write-ahead log as long as it gets between checkpoints, by a transaction that is rolled back.

    A commit that lengthens its file has the file system's own journal to wait for, and whatever other programs have in it; one that
    writes over what is there waits for the disk alone.
    """
    cache_size = _pragma(connection, "cache_size")
    connection.exec_driver_sql("PRAGMA cache_size = 16")  # pages; more has to go into the log at once
    with contextlib.suppress(sa.exc.OperationalError):  # a full disk is reported by the first commit
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql(f"CREATE TABLE growth AS SELECT zeroblob({_LOG_BYTES}) AS zeros")
    with contextlib.suppress(sa.exc.OperationalError):
        connection.exec_driver_sql("ROLLBACK")
    connection.exec_driver_sql(f"PRAGMA cache_size = {cache_size}")


def _prepare(connection: sa.Connection, path: Path) -> bool:
    """Make the tables of a new store, or migrate an older one; return whether it was migrated.

    Raises:
        StoreError: this dartd cannot read it.
    """
    version = version_of(connection)
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path} is of a newer dartd (store version {version}, this one knows {SCHEMA_VERSION}): install that, or change store.path",
            path=str(path),
            version=version,
        )
    is_ours = _pragma(connection, "application_id") == APPLICATION_ID
    if version == SCHEMA_VERSION and is_ours:
        return False
    is_empty = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()
    if not is_empty and not is_ours:
        raise StoreError(f"{path} is a database of another program: set store.path to another file", path=str(path))
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    if is_empty:
        _make_tables(connection)
    else:
        _migrate(connection, version)
    for statement in _HEADER:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("COMMIT")
    return not is_empty


def make_empty(path: Path) -> None:
    """Make the tables of a new store in an empty file, without a write-ahead log.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        with contextlib.closing(sqlite3.connect(path)) as raw:
            raw.executescript(";\n".join(("BEGIN", *_creation(), _VERSION_TABLE, _VERSION_ROW, *_HEADER, "COMMIT")))
    except sqlite3.Error as error:
        raise _store_error(error, path) from error


def _make_tables(connection: sa.Connection) -> None:
    for statement in (*_creation(), _VERSION_TABLE, _VERSION_ROW):
        connection.exec_driver_sql(statement)


@functools.cache
def _creation() -> tuple[str, ...]:
    """Return the statements that make all tables of a new store: compiling them takes longer than executing them."""
    dialect = sqlite_dialect.dialect()
    tables = METADATA.sorted_tables
    made: list[ExecutableDDLElement] = [CreateTable(table) for table in tables]
    made += [CreateIndex(index) for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))]
    return tuple(str(each.compile(dialect=dialect)) for each in made)


def _migrate(connection: sa.Connection, version: int) -> None:
    # Alembic takes a while to load, and a store is seldom old.
    from dartd.store.migrations import migrate  # noqa: PLC0415

    _log.info("migrating the store from version %s to %s", version, SCHEMA_VERSION)
    migrate(connection, stamped=version > 1)


def _pragma(connection: sa.Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _original(error: BaseException) -> BaseException:
    return getattr(error, "orig", None) or error


def _store_error(error: BaseException, path: Path) -> StoreError:
    original = _original(error)  # without the statement and its values
    code = getattr(original, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_INTERRUPT:
        return QueryTimeoutError("the query took too long: narrow it by time or by filters, or go on by cursor")
    remedy = _REMEDIES.get(code & _PRIMARY, "") if code is not None else ""
    kind = StoreUnavailableError if remedy else StoreError
    return kind(f"the store {path} failed ({original}){remedy}", path=str(path), sqlite=getattr(original, "sqlite_errorname", ""))
