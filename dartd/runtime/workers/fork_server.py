"""Start processes from multiprocessing's fork server, which has imported the vision modules once for all of them.

No process survives the daemon, because the kernel kills it when its parent ends (PR_SET_PDEATHSIG, see workers/preload.py): the fork server
when the thread that started it ends, and camera processes when the fork server ends.
"""

import asyncio
import contextlib
import multiprocessing
import os
import pkgutil
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NoReturn, TypeVar

import anyio
import anyio.to_thread

from dartd.errors import WorkerProtocolError
from schemas.pipe import FORK_SERVER_PARENT

PRELOAD: Final = ("workers.preload", "workers.entry")  # in this order: the first one must run before the heavy imports
START_TIMEOUT_S = 30.0  # the first start waits for the imports, also on a loaded machine
RETRY_KILL_S = 0.1
UNKNOWN_EXIT_CODE = 255  # what multiprocessing reports when the fork server has ended too

T = TypeVar("T")

_context = multiprocessing.get_context("forkserver")
_server: Any = forkserver._forkserver  # noqa: SLF001 (it can be ended in no public way)
_in_use = threading.Lock()


class ForkServerError(WorkerProtocolError):
    """The fork server started no process; the next start uses a new fork server."""

    code = "WORKER_NOT_FORKED"


class ForkedProcess:
    """A process that was started by the fork server, and the daemon's end of the pipe to it."""

    def __init__(self, process: BaseProcess, connection: Connection) -> None:
        assert process.pid is not None  # noqa: S101 (it has started)
        self.pid = process.pid
        self.connection = connection
        self._process = process
        self._ended = select.poll()
        self._ended.register(process.sentinel, select.POLLIN)
        self._closed = False

    @property
    def has_ended(self) -> bool:
        """Return whether the process has ended and was reaped."""
        return self._closed or bool(self._ended.poll(0))

    async def wait(self) -> None:
        """Wait until the process has ended."""
        if not self._closed:
            await anyio.wait_readable(self._process.sentinel)

    def terminate(self) -> None:
        """Send SIGTERM if the process still runs."""
        if not self.has_ended:
            self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL if the process still runs."""
        if not self.has_ended:
            self._process.kill()

    def read_exit_code(self) -> int | None:
        """Return the exit code of a process that has ended, less than 0 for a signal; None if it is not known. Blocks."""
        code = self._process.exitcode
        return None if code == UNKNOWN_EXIT_CODE else code

    def close(self) -> None:
        """Close the descriptors of a process that has ended; those of one that cannot be killed are closed when it ends. Blocks."""
        self._closed = True
        self.connection.close()
        with contextlib.suppress(ValueError):
            self._process.close()


class ForkServer:
    """The fork server of this process; one that was killed or hangs is replaced at the next start.

    All calls of multiprocessing are made in one thread: they block, they are not thread-safe, and the fork server lives as long as this
    thread does. multiprocessing has one fork server in a process, so that only one `ForkServer` may be in use at a time.
    """

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._starting = anyio.Lock()

    async def start(self, target: str) -> ForkedProcess:
        """Start a process that calls the function `module:name` with its end of a pipe.

        Raises:
            ForkServerError: the fork server has ended, or did not answer in time and was ended.
            OSError: the system starts no process.
        """
        async with self._starting:
            job = self._executor().submit(_start, target)
            waiter = asyncio.wrap_future(job)
            try:
                finished, _ = await asyncio.wait({waiter}, timeout=START_TIMEOUT_S)
                if not finished:
                    await _interrupt(waiter)
                return waiter.result()
            except (EOFError, ConnectionError):
                raise ForkServerError("no camera process could be started: the fork server has ended") from None
            except asyncio.CancelledError:
                waiter.cancel()
                job.add_done_callback(_discard)
                raise

    async def call(self, function: Callable[[], T]) -> T:
        """Call a blocking function of a process in the thread that may do so; in any thread once the fork server is closed."""
        if self._thread is None:
            return await anyio.to_thread.run_sync(function)
        return await asyncio.wrap_future(self._thread.submit(function))

    async def close(self) -> None:
        """End the fork server and every process that was forked from it."""
        if self._thread is None:
            return
        with anyio.CancelScope(shield=True):
            await _interrupt(asyncio.wrap_future(self._thread.submit(_end)))
        self._thread.shutdown(wait=False)
        self._thread = None
        _in_use.release()

    def _executor(self) -> ThreadPoolExecutor:
        if self._thread is None:
            if not _in_use.acquire(blocking=False):
                raise RuntimeError("another ForkServer is in use in this process")
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="fork-server")
        return self._thread


class _Target:
    """A function by its name, which is resolved where it is unpickled: in the child. The daemon never imports it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        return pkgutil.resolve_name, (self._name,)

    def __call__(self, connection: Connection) -> NoReturn:
        raise NotImplementedError


def _start(target: str) -> ForkedProcess:
    """Start a process; its end of the pipe is closed here, otherwise the pipe would never end."""
    ours, theirs = _context.Pipe()
    try:
        process = _context.Process(target=_Target(target), args=(theirs,), daemon=True)
        _context.set_forkserver_preload(list(PRELOAD))
        with _fork_server_environment(), _hidden_main_module():
            process.start()
        os.set_blocking(ours.fileno(), False)
        return ForkedProcess(process, ours)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()


@contextlib.contextmanager
def _fork_server_environment() -> Iterator[None]:
    """Set what a fork server that is launched now inherits: our path without the working directory, and one thread for linear algebra.

    With more threads, last digits would differ from run to run; and a process that forks must have no other thread.
    """
    path = os.pathsep.join(str(Path(each).absolute()) for each in sys.path)
    inherited = {"OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1"), "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
    inherited[FORK_SERVER_PARENT] = str(os.getpid())
    before = {name: os.environ.get(name) for name in inherited}
    os.environ.update(inherited)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _hidden_main_module() -> Iterator[None]:
    """Hide the module that this program was started from: multiprocessing would run it in every child, with all that it imports."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _kill() -> None:
    pid = _server._forkserver_pid  # noqa: SLF001
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def _interrupt(waiter: asyncio.Future[Any]) -> None:
    """Wait for a job of the thread; kill the fork server until it is done, because a job may wait for its answer."""
    while not waiter.done():
        _kill()
        await asyncio.wait({waiter}, timeout=RETRY_KILL_S)


def _end() -> None:
    _kill()
    _server._stop()  # noqa: SLF001


def _discard(job: "Future[ForkedProcess]") -> None:
    """End a process that was started after its caller was cancelled."""
    if not job.cancelled() and job.exception() is None:
        job.result().kill()
        job.result().connection.close()
