"""One SQLite file: a writer thread that commits in groups, and a few reader threads.

Everything is written by one connection in one thread, so SQLITE_BUSY cannot reach the pipeline. Jobs that wait together are committed
together (`synchronous=FULL`: a commit is on the disk before its callers hear of it).
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar

from dartd.errors import DartdError, StoreError
from dartd.store.lock import StoreLock

SCHEMA_VERSION = 1
APPLICATION_ID = 0x64617274  # "dart": tells our files from other people's
READERS = 2
WAITING_JOBS = 256  # full: the caller waits, so the number of waiting jobs is bounded by this and memory with it
LOCK_WAIT_S = 2.0  # for a person's sqlite3 shell; a daemon cannot be in the way

_TABLES = (
    "CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY, at_s REAL NOT NULL, topic TEXT NOT NULL, event_type TEXT NOT NULL, wire BLOB NOT NULL
    ) STRICT""",
    "CREATE TABLE calibrations (camera_id TEXT PRIMARY KEY, at_s REAL NOT NULL, body TEXT NOT NULL) STRICT",
)

T = TypeVar("T")
Query = Callable[[sqlite3.Connection], T]


class _Job:
    """A query for one of the threads, and the future that waits for its answer on the event loop."""

    def __init__(self, query: Query[Any]) -> None:
        self.query = query
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

    def __init__(self, path: Path, lock: StoreLock, connection: sqlite3.Connection) -> None:
        self.path = path
        self._lock = lock
        self._connection = connection
        self._writes: SimpleQueue[_Job | None] = SimpleQueue()
        self._reads: SimpleQueue[_Job | None] = SimpleQueue()
        self._slots = asyncio.Semaphore(WAITING_JOBS)
        self._closed = False
        self._threads = [threading.Thread(target=self._write_forever, name="store-writer", daemon=True)]
        self._threads += [threading.Thread(target=self._read_forever, name=f"store-reader-{k}", daemon=True) for k in range(READERS)]
        for thread in self._threads:
            thread.start()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store, making it when there is none, and lock it.

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
            connection = _connect(path)
            try:
                _prepare(connection, path)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            lock.close()
            raise _store_error(error, path) from error
        except BaseException:
            lock.close()
            raise
        return cls(path, lock, connection)

    async def write(self, query: Query[T]) -> T:
        """Run a query on the writer and return its result once it is durable; other writes may share the commit.

        Raises:
            StoreError: it could not be written; nothing of it was.
        """
        return await self._ask(self._writes, query)

    async def read(self, query: Query[T]) -> T:
        """Run a reading query on one of the reader threads.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._ask(self._reads, query)

    def close(self) -> None:
        """Finish what waits, then close the file and give the lock free; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self._writes.put(None)
        for _ in range(READERS):
            self._reads.put(None)
        for thread in self._threads:
            thread.join()
        self._connection.close()
        self._lock.close()

    async def _ask(self, queue: "SimpleQueue[_Job | None]", query: Query[T]) -> T:
        if self._closed:
            raise StoreError(f"{self.path} is closed", path=str(self.path))
        async with self._slots:
            job = _Job(query)
            queue.put(job)
            result: T = await job.future
            return result

    def _write_forever(self) -> None:
        stop = False
        while not stop:
            waiting = [self._writes.get()]
            with contextlib.suppress(Empty):
                while True:
                    waiting.append(self._writes.get_nowait())
            stop = None in waiting
            jobs = [job for job in waiting if job is not None]
            if jobs:
                self._commit(jobs)

    def _commit(self, jobs: list[_Job]) -> None:
        """Run the jobs in one transaction; when the disk refuses, all of them fail and nothing is written."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(job) for job in jobs]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
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
            outcome: object = job.query(self._connection)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again where the job was asked for
            self._connection.execute("ROLLBACK TO job")
            outcome = error
        self._connection.execute("RELEASE job")
        return outcome

    def _read_forever(self) -> None:
        connection: sqlite3.Connection | None = None
        while (job := self._reads.get()) is not None:
            try:
                if connection is None:
                    connection = _connect(self.path)
                    connection.execute("PRAGMA query_only = 1")
                outcome: object = job.query(connection)
            except sqlite3.Error as error:
                outcome = _store_error(error, self.path)
            except Exception as error:  # noqa: BLE001 - it is raised again where the job was asked for
                outcome = error
            job.answer(outcome)
        if connection is not None:
            connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new store, or see that this dartd can read the old one."""
    version = _pragma(connection, "user_version")
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path} is of a newer dartd (store version {version}, this one knows {SCHEMA_VERSION}): install that, or change store.path",
            path=str(path),
            version=version,
        )
    if version == SCHEMA_VERSION and _pragma(connection, "application_id") == APPLICATION_ID:
        return
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise StoreError(f"{path} is a database of another program: set store.path to another file", path=str(path))
    connection.execute("BEGIN IMMEDIATE")
    for table in _TABLES:
        connection.execute(table)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _store_error(error: sqlite3.Error, path: Path) -> DartdError:
    name = getattr(error, "sqlite_errorname", "")
    remedy = {
        "SQLITE_FULL": ": make room on its disk",
        "SQLITE_NOTADB": ": it is no database; set store.path to another file",
        "SQLITE_CANTOPEN": ": does the folder exist, and may this user write there?",
        "SQLITE_READONLY": ": this user may not write it",
        "SQLITE_BUSY": ": another program holds it",
    }.get(name, "")
    return StoreError(f"the store {path} failed ({error}){remedy}", path=str(path), sqlite=name)
