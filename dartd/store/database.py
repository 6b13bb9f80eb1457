"""One SQLite file: a writer thread that commits in groups, and a few reader threads.

Everything is written by one connection in one thread, so SQLITE_BUSY cannot reach the pipeline. Jobs that wait together are committed
together (`synchronous=FULL`: a commit is on the disk before its callers hear of it).
"""

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar

import sqlalchemy
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from dartd.errors import DartdError, StoreError, StoreFullError
from dartd.log import trace_id
from dartd.store.lock import StoreLock
from dartd.store.tables import METADATA

_log = logging.getLogger(__name__)

SCHEMA_VERSION = 4  # the number of the last revision in migrations/
APPLICATION_ID = 0x64617274  # "dart": tells our files from other people's
READERS = 2
SLOW_QUERY_S = 0.1
WAITING_JOBS = 256  # full: the caller waits, so the number of waiting jobs is bounded by this and memory with it
LOCK_WAIT_S = 2.0  # for a person's sqlite3 shell; a daemon cannot be in the way

_LOG_BYTES = 2 * 1024 * 1024
_COMMITS_PER_CHECKPOINT = 64  # with darts, a megabyte and a half of log

T = TypeVar("T")
Query = Callable[[sqlite3.Connection], T]
CoreQuery = Callable[[sqlalchemy.Connection], T]


class Line:
    """A thread's connection, as SQLite knows it and as SQLAlchemy does. Only the thread itself begins and commits."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        engine = sqlalchemy.create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool, isolation_level="AUTOCOMMIT")
        # SQLAlchemy looks its database over at the first connection and rolls back then: never within a transaction of ours.
        self.core = engine.connect()

    def close(self) -> None:
        """Close it."""
        self.core.close()
        self.core.engine.dispose()
        self.raw.close()


class _Job:
    """A query for one of the threads, and the future that waits for its answer on the event loop."""

    def __init__(self, query: Callable[[Line], Any], name: str) -> None:
        self.query = query
        self.name = name
        self.trace_id = trace_id.get()
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()

    def answer(self, outcome: object) -> None:
        """Hand the result, or the exception, to the event loop; a loop that is gone does not want it."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: object) -> None:
        if self.future.done():
            return
        if isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Database:
    """An open store. Open and close block and belong to a thread; `read` and `write` are for the event loop."""

    def __init__(self, path: Path, lock: StoreLock, line: Line, *, readers: int = READERS, slow_query_s: float = SLOW_QUERY_S) -> None:
        self.path = path
        self._lock = lock
        self._line = line
        self._connection = line.raw
        self._readers = readers
        self._slow_query_s = slow_query_s
        self._writes: SimpleQueue[_Job | None] = SimpleQueue()
        self._reads: SimpleQueue[_Job | None] = SimpleQueue()
        self._slots = asyncio.Semaphore(WAITING_JOBS)
        self._closed = False
        self._threads = [threading.Thread(target=self._write_forever, name="store-writer", daemon=True)]
        self._threads += [threading.Thread(target=self._read_forever, name=f"store-reader-{k}", daemon=True) for k in range(readers)]
        for thread in self._threads:
            thread.start()

    @classmethod
    def open(cls, path: Path, *, readers: int = READERS, slow_query_s: float = SLOW_QUERY_S) -> Self:
        """Open the store, making it when there is none, and lock it. Queries slower than `slow_query_s` are logged.

        Raises:
            StoreBusyError: another daemon holds it.
            StoreError: the file cannot be opened, is no store of ours, or was written by a newer dartd.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make the folder of the store {path}: {error.strerror}", path=str(path)) from error
        lock = StoreLock.acquire(path)
        try:
            line = Line(_connect(path))
            try:
                _prepare(line, path)
                _lengthen_log(line.raw)
            except BaseException:
                line.close()
                raise
        except (sqlite3.Error, SQLAlchemyError) as error:
            lock.close()
            raise _store_error(error, path) from error
        except BaseException:
            lock.close()
            raise
        return cls(path, lock, line, readers=readers, slow_query_s=slow_query_s)

    async def write(self, query: Query[T]) -> T:
        """Run a query on the writer and return its result once it is durable; other writes may share the commit.

        Raises:
            StoreError: it could not be written; nothing of it was.
        """
        return await self._ask(self._writes, lambda line: query(line.raw), query)

    async def transact(self, query: Callable[[Line], T]) -> T:
        """Write as `write` does, with both kinds of connection at hand.

        Raises:
            StoreError: it could not be written; nothing of it was.
        """
        return await self._ask(self._writes, query, query)

    async def read(self, query: Query[T]) -> T:
        """Run a reading query on one of the reader threads.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._ask(self._reads, lambda line: query(line.raw), query)

    async def change(self, query: CoreQuery[T]) -> T:
        """Write as `write` does, through SQLAlchemy, and for people: they are told to come again rather than wait in a long line.

        Raises:
            StoreFullError: too many wait already.
            StoreError: it could not be written; nothing of it was.
        """
        self._refuse_when_full()
        return await self._ask(self._writes, lambda line: query(line.core), query)

    async def query(self, query: CoreQuery[T]) -> T:
        """Read as `read` does, through SQLAlchemy, and for people.

        Raises:
            StoreFullError: too many wait already.
            StoreError: the store cannot be read.
        """
        self._refuse_when_full()
        return await self._ask(self._reads, lambda line: query(line.core), query)

    def close(self) -> None:
        """Finish what waits, then close the file and give the lock free; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self._writes.put(None)
        for _ in range(self._readers):
            self._reads.put(None)
        for thread in self._threads:
            thread.join()
        self._line.close()
        self._lock.close()

    def _refuse_when_full(self) -> None:
        if self._slots.locked():
            raise StoreFullError(f"{WAITING_JOBS} queries wait already, try again in a moment", limit=WAITING_JOBS)

    async def _ask(self, queue: "SimpleQueue[_Job | None]", query: Callable[[Line], T], named: object) -> T:
        if self._closed:
            raise StoreError(f"{self.path} is closed", path=str(self.path))
        async with self._slots:
            job = _Job(query, getattr(named, "__qualname__", "query"))
            queue.put(job)
            result: T = await job.future
            return result

    def _write_forever(self) -> None:
        stop, commits = False, 0
        while not stop:
            if commits >= _COMMITS_PER_CHECKPOINT and self._writes.empty():
                # Now nobody waits for it. SQLite would do it within a commit; under unbroken load it still does.
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                commits = 0
            waiting = [self._writes.get()]
            with contextlib.suppress(Empty):
                while True:
                    waiting.append(self._writes.get_nowait())
            stop = None in waiting
            jobs = [job for job in waiting if job is not None]
            if jobs:
                self._commit(jobs)
                commits += 1

    def _commit(self, jobs: list[_Job]) -> None:
        """Run the jobs in one transaction; when the disk refuses, all of them fail and nothing is written."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(job) for job in jobs]
            self._connection.execute("COMMIT")
        except (sqlite3.Error, SQLAlchemyError) as error:
            with contextlib.suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            outcomes = [_store_error(error, self.path) for _ in jobs]
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.answer(outcome)

    def _attempt(self, job: _Job) -> object:
        """Run one job of a group; a fault of its own must not take the others along."""
        self._connection.execute("SAVEPOINT job")
        try:
            outcome: object = self._timed(job, self._line)
        except IntegrityError as error:
            self._connection.execute("ROLLBACK TO job")
            outcome = error
        except (sqlite3.Error, SQLAlchemyError):
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again where the job was asked for
            self._connection.execute("ROLLBACK TO job")
            outcome = error
        self._connection.execute("RELEASE job")
        return outcome

    def _read_forever(self) -> None:
        line: Line | None = None
        while (job := self._reads.get()) is not None:
            try:
                if line is None:
                    line = Line(_connect(self.path))
                    line.raw.execute("PRAGMA query_only = 1")
                outcome: object = self._timed(job, line)
            except (sqlite3.Error, SQLAlchemyError) as error:
                outcome = _store_error(error, self.path)
            except Exception as error:  # noqa: BLE001 - it is raised again where the job was asked for
                outcome = error
            job.answer(outcome)
        if line is not None:
            line.close()

    def _timed(self, job: _Job, line: Line) -> object:
        began_s = time.perf_counter()
        try:
            return job.query(line)
        finally:
            took_s = time.perf_counter() - began_s
            if took_s > self._slow_query_s:
                _log.warning("slow query %s: %.0f ms", job.name, took_s * 1000, extra={"trace_id": job.trace_id} if job.trace_id else {})


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _lengthen_log(connection: sqlite3.Connection) -> None:
    """Make the log's file as long as it gets between checkpoints, by a transaction that is rolled back when most of it was written.

    A commit that lengthens its file has the file system's own journal to wait for, and whatever other programs have in it; one that
    writes over what is there waits for the disk alone.
    """
    (cache_size,) = connection.execute("PRAGMA cache_size").fetchone()
    connection.execute("PRAGMA cache_size = 16")  # pages; more has to go into the log at once
    with contextlib.suppress(sqlite3.OperationalError):  # a full disk is the first commit's to complain of
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"CREATE TABLE growth AS SELECT zeroblob({_LOG_BYTES}) AS zeros")
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    connection.execute(f"PRAGMA cache_size = {cache_size}")


def _prepare(line: Line, path: Path) -> None:
    """Make the tables of a new store, bring those of an older one up to date, or see that this dartd cannot read it."""
    connection = line.raw
    version = _pragma(connection, "user_version")
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path} is of a newer dartd (store version {version}, this one knows {SCHEMA_VERSION}): install that, or change store.path",
            path=str(path),
            version=version,
        )
    is_ours = _pragma(connection, "application_id") == APPLICATION_ID
    if version == SCHEMA_VERSION and is_ours:
        return
    is_empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if not is_empty and not is_ours:
        raise StoreError(f"{path} is a database of another program: set store.path to another file", path=str(path))
    connection.execute("BEGIN IMMEDIATE")
    if is_empty:
        METADATA.create_all(line.core)
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num))")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (f"r{SCHEMA_VERSION:04d}",))
    else:
        _migrate(line.core, version)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _migrate(connection: sqlalchemy.Connection, version: int) -> None:
    # Alembic takes a while to load, and a store is seldom old.
    from dartd.store.migrations import migrate  # noqa: PLC0415

    _log.info("the store is brought from version %s to %s", version, SCHEMA_VERSION)
    migrate(connection, stamped=version > 1)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _store_error(error: sqlite3.Error | SQLAlchemyError, path: Path) -> DartdError:
    error = getattr(error, "orig", None) or error  # without the statement and its values: they may be anything
    name = getattr(error, "sqlite_errorname", "")
    remedy = {
        "SQLITE_FULL": ": make room on its disk",
        "SQLITE_IOERR_WRITE": ": its disk takes nothing",
        "SQLITE_NOTADB": ": it is no database; set store.path to another file",
        "SQLITE_CANTOPEN": ": does the folder exist, and may this user write there?",
        "SQLITE_READONLY": ": this user may not write it",
        "SQLITE_BUSY": ": another program holds it",
    }.get(name, "")
    return StoreError(f"the store {path} failed ({error}){remedy}", path=str(path), sqlite=name)
