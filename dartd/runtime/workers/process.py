"""One camera process: start it, talk to it, end it, and leave nothing behind."""

import signal
import socket
import time

import anyio

from dartd.errors import WorkerProtocolError
from dartd.runtime.workers.fork_server import Child, Nursery
from dartd.runtime.workers.pipe import Link
from schemas.base import CameraId
from schemas.pipe.from_worker import FromWorker
from schemas.pipe.to_worker import Configure, Stop, ToWorker

DEFAULT_TARGET = "workers.entry:run"
STOP_GRACE_S = 1.2
TERMINATE_GRACE_S = 0.3
ENDING_S = 0.5
REAP_S = 2.0


class WorkerEndedError(WorkerProtocolError):
    """A camera process has ended, or has closed its end of the pipe."""

    code = "WORKER_ENDED"


class WorkerProcess:
    """A child process and the pipe to it. Used once: start, talk, then `stop` or `kill`, always one of them.

    `target` is `module:function`, resolved in the child; the daemon never imports it.
    """

    def __init__(self, camera_id: CameraId, nursery: Nursery, target: str = DEFAULT_TARGET) -> None:
        self.camera_id = camera_id
        self.heard_at_s = time.monotonic()
        self._nursery = nursery
        self._target = target
        self._child: Child | None = None
        self._link: Link | None = None

    @property
    def pid(self) -> int | None:
        """Give the process id; None before the start and after the end."""
        return self._child.pid if self._child is not None else None

    @property
    def is_alive(self) -> bool:
        """Say whether the process runs; whether it still answers is another question (`heard_at_s`)."""
        return self._child is not None and not self._child.has_ended

    async def start(self, configure: Configure) -> None:
        """Start the process and tell it which camera it is.

        Raises:
            WorkerProtocolError: there was none to be had in good time.
            OSError: the system gives no process.
        """
        await self.spawn()
        self.send(configure)

    async def spawn(self) -> None:
        """Start the process, which then waits for `Configure`.

        Raises:
            WorkerProtocolError: there was none to be had in good time.
            OSError: the system gives no process.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:  # closed here, else the pipe would never end
                self._child = await self._nursery.fork(self._target, theirs)
        except BaseException:
            ours.close()
            raise
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
            if self._child is not None and self._link is not None:
                try:
                    self._link.send(Stop())
                except WorkerProtocolError:
                    grace_s = 0.0
                if not await self._ended_within(grace_s):
                    self._child.signal(signal.SIGTERM)
                    await self._ended_within(TERMINATE_GRACE_S)
            await self.kill()

    async def kill(self) -> None:
        """End the process at once, see it reaped and close the pipe."""
        with anyio.CancelScope(shield=True):
            if self._link is not None:
                self._link.close()
                self._link = None
            if self._child is not None:
                self._child.signal(signal.SIGKILL)
                with anyio.move_on_after(REAP_S):
                    await self._child.wait()
                self._child.close()
                self._child = None

    @property
    def _pipe(self) -> Link:
        if self._link is None:
            raise WorkerEndedError(f"camera process {self.camera_id} does not run")
        return self._link

    async def _ending(self) -> str:
        """Tell how the process ended, waiting a moment for it."""
        child = self._child
        with anyio.move_on_after(ENDING_S, shield=True):
            if child is not None:
                await child.wait()
        if child is None or not child.has_ended:
            return "the camera process closed its pipe"
        match child.exit_code:
            case None:
                return "the camera process ended with the one that it was forked from"
            case code if code < 0:
                return f"the camera process was killed by signal {-code}"
            case code:
                return f"the camera process ended with code {code}"

    async def _ended_within(self, timeout_s: float) -> bool:
        """Wait for the end, meanwhile taking what the process still says, so that it is not held up by a full pipe."""
        child = self._child
        assert child is not None  # noqa: S101 (only called while there is one)
        with anyio.move_on_after(timeout_s):
            async with anyio.create_task_group() as group:
                group.start_soon(self._discard)
                await child.wait()
                group.cancel_scope.cancel()
            return True
        return False

    async def _discard(self) -> None:
        try:
            while True:
                await self._pipe.receive()
        except (anyio.EndOfStream, WorkerProtocolError):
            return
