"""One camera process: start it, exchange messages with it, and end it."""

import time

import anyio

from dartd.errors import WorkerProtocolError
from dartd.runtime.workers.fork_server import ForkedProcess, ForkServer
from dartd.runtime.workers.pipe import WorkerPipe
from schemas.base import CameraId
from schemas.pipe.from_worker import FromWorker
from schemas.pipe.to_worker import Configure, Stop, ToWorker

DEFAULT_TARGET = "workers.entry:run"
STOP_GRACE_S = 1.2
TERMINATE_GRACE_S = 0.3
EXIT_WAIT_S = 0.5  # between the end of the pipe and the end of the process
REAP_S = 2.0


class WorkerEndedError(WorkerProtocolError):
    """A camera process has ended, or has closed its end of the pipe."""

    code = "WORKER_ENDED"


class WorkerProcess:
    """A child process and the pipe to it. Used once: start it, exchange messages, then always call `stop` or `kill`.

    `target` is `module:function`, resolved in the child; the daemon never imports it.
    """

    def __init__(self, camera_id: CameraId, fork_server: ForkServer, target: str = DEFAULT_TARGET) -> None:
        self.camera_id = camera_id
        self.last_message_s = time.monotonic()
        self._fork_server = fork_server
        self._target = target
        self._child: ForkedProcess | None = None
        self._pipe: WorkerPipe | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id; None before the start and after the end."""
        return self._child.pid if self._child is not None else None

    @property
    def is_alive(self) -> bool:
        """Return whether the process runs; whether it still answers is another question (`last_message_s`)."""
        return self._child is not None and not self._child.has_ended

    async def start(self, configure: Configure) -> None:
        """Start the process and send it its configuration.

        Raises:
            WorkerProtocolError: the process did not start in time.
            OSError: the system starts no process.
        """
        await self.spawn()
        self.send(configure)

    async def spawn(self) -> None:
        """Start the process, which then waits for `Configure`.

        Raises:
            WorkerProtocolError: the process did not start in time.
            OSError: the system starts no process.
        """
        self._child = await self._fork_server.start(self._target)
        self._pipe = WorkerPipe(self._child.connection)
        self.last_message_s = time.monotonic()

    async def receive(self) -> FromWorker:
        """Return the next message; every message that was sent before the process ended is returned first.

        Raises:
            WorkerEndedError: the process has ended or closed the pipe.
            WorkerProtocolError: it sent bytes that are not a message.
        """
        try:
            message = await self._open_pipe().receive()
        except anyio.EndOfStream:
            raise WorkerEndedError(await self._describe_end()) from None
        self.last_message_s = time.monotonic()
        return message

    def send(self, message: ToWorker) -> None:
        """Send a message, without waiting.

        Raises:
            PipeFullError: the process reads nothing.
        """
        self._open_pipe().send(message)

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """End the process: send `Stop`, then SIGTERM, then SIGKILL. No task may be receiving."""
        with anyio.CancelScope(shield=True):
            if self._child is not None and self._pipe is not None:
                try:
                    self._pipe.send(Stop())
                except WorkerProtocolError:
                    grace_s = 0.0
                if not await self._ends_within(self._child, grace_s):
                    self._child.terminate()
                    await self._ends_within(self._child, TERMINATE_GRACE_S)
            await self.kill()

    async def kill(self) -> None:
        """Kill the process, wait until it is reaped, and close the pipe."""
        with anyio.CancelScope(shield=True):
            if self._pipe is not None:
                self._pipe.close()
                self._pipe = None
            if self._child is not None:
                child, self._child = self._child, None
                child.kill()
                with anyio.move_on_after(REAP_S):
                    await child.wait()
                await self._fork_server.call(child.close)

    def _open_pipe(self) -> WorkerPipe:
        if self._pipe is None:
            raise WorkerEndedError(f"camera process {self.camera_id} does not run")
        return self._pipe

    async def _describe_end(self) -> str:
        """Return a sentence on how the process ended; wait a moment for the end."""
        child = self._child
        with anyio.move_on_after(EXIT_WAIT_S, shield=True):
            if child is not None:
                await child.wait()
        if child is None or not child.has_ended:
            return "the camera process closed its pipe"
        match await self._fork_server.call(child.read_exit_code):
            case None:
                return "the camera process ended with the fork server"
            case code if code < 0:
                return f"the camera process was killed by signal {-code}"
            case code:
                return f"the camera process ended with code {code}"

    async def _ends_within(self, child: ForkedProcess, timeout_s: float) -> bool:
        """Wait for the end, and discard what the process still sends, so that a full pipe does not block it."""
        with anyio.move_on_after(timeout_s):
            async with anyio.create_task_group() as group:
                group.start_soon(self._discard_messages)
                await child.wait()
                group.cancel_scope.cancel()
            return True
        return False

    async def _discard_messages(self) -> None:
        try:
            while True:
                await self._open_pipe().receive()
        except (anyio.EndOfStream, WorkerProtocolError):
            return
