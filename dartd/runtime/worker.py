"""One camera process: start it, talk to it, end it, and leave nothing behind."""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.process import BaseProcess
from typing import TypeVar

import anyio

from dartd.errors import WorkerProtocolError
from dartd.runtime.launch import launch
from dartd.runtime.link import Link
from schemas.base import CameraId
from schemas.worker import Configure, FromWorker, Stop, ToWorker

DEFAULT_TARGET = "workers.entry:run"
STOP_GRACE_S = 1.2
TERMINATE_GRACE_S = 0.3
REAP_S = 2.0

T = TypeVar("T")


class WorkerEndedError(WorkerProtocolError):
    """A camera process has ended, or has closed its end of the pipe."""

    code = "WORKER_ENDED"


class WorkerProcess:
    """A child process and the pipe to it. Used once: start, talk, then `stop` or `kill`, always one of them.

    `target` is `module:function`, resolved in the child; the daemon never imports it.
    """

    def __init__(self, camera_id: CameraId, target: str = DEFAULT_TARGET) -> None:
        self.camera_id = camera_id
        self.heard_at_s = time.monotonic()
        self._target = target
        self._process: BaseProcess | None = None
        self._link: Link | None = None
        # The kernel kills the child when the thread that started it ends, so that thread lives as long as the child.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"worker-{camera_id}")

    @property
    def pid(self) -> int | None:
        """Give the process id; None before the start and after the end."""
        return self._process.pid if self._process is not None else None

    @property
    def is_alive(self) -> bool:
        """Say whether the process runs; whether it still answers is another question (`heard_at_s`)."""
        return self._process is not None and self._process.is_alive()

    async def start(self, configure: Configure) -> None:
        """Start the process and tell it which camera it is.

        Raises:
            OSError: the system gives no process.
        """
        await self.spawn()
        self.send(configure)

    async def spawn(self) -> None:
        """Start the process, which then waits for `Configure`.

        Raises:
            OSError: the system gives no process.
        """
        ours, theirs = socket.socketpair()
        try:
            # Ending the child while it is being started would leave it behind: the start is finished first, then cancelled.
            with anyio.CancelScope(shield=True):
                self._process = await self._in_thread(_start, self._target, theirs, f"dartd-{self.camera_id}")
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()  # else the pipe would never end
        self._link = Link(ours)
        self.heard_at_s = time.monotonic()

    async def receive(self) -> FromWorker:
        """Give the next message; everything that was sent before the process ended is given first.

        Raises:
            WorkerEndedError: the process has ended or closed the pipe.
            WorkerProtocolError: it sent what is no message.
        """
        try:
            message = await self._pipe.receive()
        except anyio.EndOfStream:
            raise WorkerEndedError(await self._ending()) from None
        self.heard_at_s = time.monotonic()
        return message

    def send(self, message: ToWorker) -> None:
        """Send a message, without waiting.

        Raises:
            LinkFullError: the process takes nothing.
        """
        self._pipe.send(message)

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """Ask the process to end, then make it: Stop, SIGTERM, SIGKILL. Nobody may be receiving."""
        with anyio.CancelScope(shield=True):
            if self._process is not None and self._link is not None:
                try:
                    self._link.send(Stop())
                except WorkerProtocolError:
                    grace_s = 0.0
                if not await self._ended_within(grace_s):
                    self._process.terminate()
                    await self._ended_within(TERMINATE_GRACE_S)
            await self.kill()

    async def kill(self) -> None:
        """End the process at once, reap it and close the pipe."""
        with anyio.CancelScope(shield=True):
            if self._link is not None:
                self._link.close()
                self._link = None
            if self._process is not None:
                await self._in_thread(_reap, self._process)
                self._process = None
            self._thread.shutdown(wait=False)

    @property
    def _pipe(self) -> Link:
        if self._link is None:
            raise WorkerEndedError(f"camera process {self.camera_id} does not run")
        return self._link

    async def _ending(self) -> str:
        """Tell how the process ended, waiting a moment for it."""
        with anyio.CancelScope(shield=True):
            code = await self._in_thread(_exit_code, self._process)
        if code is None:
            return "the camera process closed its pipe"
        return f"the camera process was killed by signal {-code}" if code < 0 else f"the camera process ended with code {code}"

    async def _ended_within(self, timeout_s: float) -> bool:
        """Wait for the end, meanwhile taking what the process still says, so that it is not held up by a full pipe."""
        process = self._process
        assert process is not None  # noqa: S101 (only called while there is one)
        with anyio.move_on_after(timeout_s):
            async with anyio.create_task_group() as group:
                group.start_soon(self._discard)
                await anyio.wait_readable(process.sentinel)
                group.cancel_scope.cancel()
            return True
        return False

    async def _discard(self) -> None:
        try:
            while True:
                await self._pipe.receive()
        except (anyio.EndOfStream, WorkerProtocolError):
            return

    async def _in_thread(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)


def _start(target: str, theirs: socket.socket, name: str) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=launch, args=(target, theirs), name=name, daemon=True)
    process.start()
    return process


def _exit_code(process: BaseProcess | None) -> int | None:
    if process is None:
        return None
    process.join(0.5)
    return process.exitcode


def _reap(process: BaseProcess) -> None:
    process.kill()
    process.join(REAP_S)
    if process.exitcode is not None:
        process.close()
