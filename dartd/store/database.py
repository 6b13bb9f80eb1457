"""The open store: a writer thread that commits in batches, and a few reader threads, over any backend.

The writer has two queues. Essential batches (the journal's) come first and each is a transaction of its own, so that neither the number
nor an error of other people's writes touches them. In a batch every job has a savepoint: an error of a statement undoes that job alone.
Only an error of the file itself (full, I/O, corrupt, busy, read-only) fails the whole batch.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dartd.errors import StoreError, StoreFullError, StoreUnavailableError
from dartd.log import trace_id
from dartd.store.backends import Backend, Location, open_backend

_log = logging.getLogger(__name__)

READERS = 2
SLOW_QUERY_S = 0.1
WAITING_JOBS = 256  # for people: more are refused (`StoreFullError`), so memory is bounded
WAITING_S = 5.0  # after which a person's query that has not begun is refused: its caller has given up or asks again
QUERY_S = 2.0  # of one person's reading query; the slowest list over 10 years of play takes 0.1 s (`python -m tests.bench.api`)
JOBS_PER_COMMIT = 64  # people's writes in one transaction: a journal batch waits at most for these

T = TypeVar("T")
Query = Callable[[sa.Connection], T]


class _Job:
    """A query for one of the threads, and the future that waits for its result on the event loop."""

    def __init__(self, query: Query[Any], context: Context) -> None:
        self.query = query
        self.context = context
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.asked_s = time.monotonic()

    def run(self, connection: sa.Connection, slow_query_s: float) -> Any:
        """Run the query in the context of its caller; log it when it is slow."""
        began_s = time.perf_counter()
        try:
            return self.context.run(self.query, connection)
        finally:
            took_s = time.perf_counter() - began_s
            if took_s > slow_query_s:
                name, trace = getattr(self.query, "__qualname__", "query"), self.context.get(trace_id)
                _log.warning("slow query %s: %.0f ms", name, took_s * 1000, extra={"trace_id": trace} if trace else {})

    def settle(self, outcome: object) -> None:
        """Hand the result, or the exception, to the event loop; a loop that is closed does not need it."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._set, outcome)

    def _set(self, outcome: object) -> None:
        if self.future.done():
            return
        if isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class _JobQueue:
    """Batches of jobs for threads, essential ones first. Closing it lets the threads finish what waits."""

    def __init__(self) -> None:
        self._essential: deque[list[_Job]] = deque()
        self._others: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, jobs: list[_Job], *, essential: bool) -> None:
        """Add a batch."""
        with self._changed:
            if essential:
                self._essential.append(jobs)
            else:
                self._others.extend(jobs)
            self._changed.notify()

    def take(self, limit: int) -> list[_Job]:
        """Wait for the next batch: an essential one as it was put, else up to `limit` other jobs; empty when the queue is closed."""
        with self._changed:
            while not (self._essential or self._others or self._closed):
                self._changed.wait()
            if self._essential:
                return self._essential.popleft()
            return [self._others.popleft() for _ in range(min(limit, len(self._others)))]

    def close(self) -> None:
        """Take no more; every thread that waits ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Database:
    """An open store. Open and close block and belong to a thread; everything else is for the event loop."""

    def __init__(self, backend: Backend, path: Location, *, readers: int = READERS, slow_query_s: float = SLOW_QUERY_S) -> None:
        self.path = path
        self.backend = backend
        self._slow_query_s = slow_query_s
        self._writes, self._reads, self._essential_reads = _JobQueue(), _JobQueue(), _JobQueue()
        self._slots = asyncio.Semaphore(WAITING_JOBS)
        self._closed = False
        reading = [("store-reader-essential", self._essential_reads, False)]
        reading += [(f"store-reader-{k}", self._reads, True) for k in range(readers)]
        self._threads = [threading.Thread(target=self._write_until_closed, name="store-writer", daemon=True)]
        self._threads += [
            threading.Thread(target=self._read_until_closed, args=(queue, limited), name=name, daemon=True)
            for name, queue, limited in reading
        ]
        for thread in self._threads:
            thread.start()

    @classmethod
    def open(cls, path: Location, *, readers: int = READERS, slow_query_s: float = SLOW_QUERY_S) -> Self:
        """Open the store at a location, making it when there is none. Queries slower than `slow_query_s` are logged.

        Raises:
            StoreBusyError: another daemon holds it.
            StoreError: it cannot be opened, is no store of ours, or was written by a newer dartd.
        """
        return cls(open_backend(path), path, readers=readers, slow_query_s=slow_query_s)

    # What the daemon itself needs: never refused, never behind people's queries.

    async def transact(self, queries: Sequence[Query[Any]], contexts: Sequence[Context] | None = None) -> list[Any]:
        """Run queries in order in one durable transaction of their own, each in its savepoint; return each result or exception.

        Raises:
            StoreUnavailableError: the file itself cannot be written; nothing was.
        """
        jobs = [_Job(query, contexts[k] if contexts else copy_context()) for k, query in enumerate(queries)]
        self._put(self._writes, jobs, essential=True)
        outcomes = await asyncio.gather(*(job.future for job in jobs), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, StoreUnavailableError):
                raise outcome
        return outcomes

    async def write(self, query: Query[T]) -> T:
        """Run a query in a transaction of its own and return its result once it is durable.

        Raises:
            StoreError: it could not be written; nothing of it was. Whatever the query raises: the same.
        """
        (outcome,) = await self.transact([query])
        if isinstance(outcome, BaseException):
            raise outcome
        result: T = outcome
        return result

    async def read(self, query: Query[T]) -> T:
        """Run a reading query on the thread that people's queries do not reach.

        Raises:
            StoreError: the store cannot be read.
        """
        job = _Job(query, copy_context())
        self._put(self._essential_reads, [job], essential=True)
        result: T = await job.future
        return result

    # What people ask for: bounded, and refused when too much waits.

    async def change(self, query: Query[T]) -> T:
        """Run a person's writing query and return its result once it is durable; others may share the commit.

        Raises:
            StoreFullError: too many wait already.
            StoreError: it could not be written; nothing of it was. Whatever the query raises: the same.
        """
        return await self._ask(self._writes, query)

    async def query(self, query: Query[T]) -> T:
        """Run a person's reading query on one of the reader threads.

        Raises:
            StoreFullError: too many wait already, or it waited for longer than `WAITING_S`.
            QueryTimeoutError: it took longer than `QUERY_S`.
            StoreError: the store cannot be read.
        """
        return await self._ask(self._reads, query)

    def close(self) -> None:
        """Finish what waits, then close the store; may be called twice."""
        if self._closed:
            return
        self._closed = True
        for queue in (self._writes, self._reads, self._essential_reads):
            queue.close()
        for thread in self._threads:
            thread.join()
        self.backend.close()

    async def _ask(self, queue: _JobQueue, query: Query[T]) -> T:
        if self._slots.locked():
            raise StoreFullError(f"{WAITING_JOBS} queries wait already, try again in a moment", limit=WAITING_JOBS)
        async with self._slots:
            job = _Job(query, copy_context())
            self._put(queue, [job], essential=False)
            result: T = await job.future
            return result

    def _put(self, queue: _JobQueue, jobs: list[_Job], *, essential: bool) -> None:
        if self._closed:
            raise StoreError(f"{self.path} is closed", path=str(self.path))
        queue.put(jobs, essential=essential)

    # The threads.

    def _write_until_closed(self) -> None:
        while jobs := self._writes.take(JOBS_PER_COMMIT):
            for job, outcome in zip(jobs, self._commit(jobs), strict=True):
                job.settle(outcome)
            self.backend.between_commits()

    def _commit(self, jobs: list[_Job]) -> list[object]:
        """Run jobs in one transaction and return the outcome of each."""
        try:
            self.backend.begin()
            outcomes = [self._run_alone(jobs[0])] if len(jobs) == 1 else [self._run_in_savepoint(job) for job in jobs]
            self.backend.control("COMMIT")
        except Exception as error:  # noqa: BLE001 - given to every job's caller
            self._roll_back()
            failure = self._unavailable(error)
            return [failure for _ in jobs]
        return outcomes

    def _run_alone(self, job: _Job) -> object:
        """Run the only job of a batch: the transaction is all that its error undoes, so that it needs no savepoint."""
        try:
            return job.run(self.backend.writer, self._slow_query_s)
        except Exception as error:
            outcome = self._given(error)
            if isinstance(outcome, StoreUnavailableError) or not self.backend.in_transaction():
                raise
            self._roll_back()
            self.backend.begin()
            return outcome

    def _run_in_savepoint(self, job: _Job) -> object:
        """Run one job of a batch; only an error of the file itself leaves this method."""
        self.backend.control("SAVEPOINT job")
        try:
            outcome: object = job.run(self.backend.writer, self._slow_query_s)
        except Exception as error:
            outcome = self._given(error)
            if isinstance(outcome, StoreUnavailableError) or not self.backend.in_transaction():
                raise
            self.backend.control("ROLLBACK TO job")
        self.backend.control("RELEASE job")
        return outcome

    def _roll_back(self) -> None:
        if self.backend.in_transaction():
            with contextlib.suppress(StoreError):
                self.backend.control("ROLLBACK")

    def _given(self, error: Exception) -> Exception:
        """Return what the caller of a failed query is given; a violated constraint stays as it is, for callers that expect it."""
        if isinstance(error, SQLAlchemyError) and not isinstance(error, sa.exc.IntegrityError):
            return self.backend.store_error(error)
        return error

    def _unavailable(self, error: Exception) -> StoreUnavailableError:
        given = self._given(error)
        return given if isinstance(given, StoreUnavailableError) else StoreUnavailableError(str(given), path=str(self.path))

    def _read_until_closed(self, queue: _JobQueue, limited: bool) -> None:  # noqa: FBT001 - a thread's argument
        connection: sa.Connection | None = None
        while jobs := queue.take(1):
            try:
                connection = connection or self.backend.connect_reader()
                if limited:
                    _refuse_late(jobs[0])
                    self.backend.limit(connection, QUERY_S)
                outcome: object = jobs[0].run(connection, self._slow_query_s)
            except Exception as error:  # noqa: BLE001 - raised again where the job was asked for
                outcome = self._given(error)
            jobs[0].settle(outcome)
            if connection is not None and self.backend.must_reconnect(connection):
                _close(connection)
                connection = None
        if connection is not None:
            _close(connection)


def _close(connection: sa.Connection) -> None:
    with contextlib.suppress(SQLAlchemyError):  # a connection that was lost cannot roll back
        connection.close()
    connection.engine.dispose()


def _refuse_late(job: _Job) -> None:
    if time.monotonic() - job.asked_s > WAITING_S:
        raise StoreFullError(f"the query waited {WAITING_S:.0f} s for others, try again in a moment", waited_s=WAITING_S)
