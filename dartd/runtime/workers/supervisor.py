"""Keep one process running for each camera: start it, receive its messages, restart it with backoff, end it."""

import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence

import anyio
from anyio.abc import TaskGroup, TaskStatus

from dartd.backoff import Backoff, RestartWindow
from dartd.decision import WorkerChange, WorkerSilence
from dartd.errors import WorkerProtocolError
from dartd.log import trace_id
from dartd.runtime.workers.fork_server import ForkServer
from dartd.runtime.workers.pipe import PipeFullError
from dartd.runtime.workers.process import DEFAULT_TARGET, WorkerProcess
from schemas.base import CameraId, Value
from schemas.events import CameraState
from schemas.pipe.from_worker import Busy, CameraFault, Counters, FaultKind, FromWorker, SourceOpened, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, ToWorker

SILENT_S = 2.5  # heartbeats come every second: without one for this long, the camera is not waited for
HANG_TIMEOUT_S = 10.0  # without a message for this long, a process is replaced
START_TIMEOUT_S = 20.0  # until the first message: a loaded machine needs seconds to open a camera
STEADY_S = 5.0  # a process that has run for this long is restarted without an increased delay
CRASH_WINDOW_S, CRASHES_IN_WINDOW = 60.0, 5  # with more ends than this within the window, the camera's state is `error`
RESTART_FIRST_S, RESTART_MAX_S = 0.1, 10.0
MAX_MESSAGES_PER_S = 2000  # a process that sends more is faulty
LOG_LINES = 10  # of one heartbeat, that is per second; the rest is counted

WorkerInput = FromWorker | WorkerChange | WorkerSilence
Deliver = Callable[[CameraId, WorkerInput], Awaitable[None]]

_OFFLINE: frozenset[FaultKind] = frozenset({"camera_gone", "ended"})

logger = logging.getLogger(__name__)


class WorkerHealth(Value, frozen=True, kw_only=True):
    """The health of a camera process: alive (it runs), answering (it sent a message lately) and ready (its camera delivers frames).

    `last_message_s` is monotonic; `restarts` counts since the daemon started; the counters are those of the running process.
    """

    camera_id: CameraId
    state: CameraState
    reason: str = ""
    alive: bool = False
    answering: bool = False
    ready: bool = False
    simulated: bool = False
    pid: int | None = None
    fps: float = 0.0
    reference_age_s: float = 0.0
    restarts: int = 0
    last_message_s: float | None = None
    counters: Counters = Counters()
    log_dropped: int = 0
    faults: tuple[FaultKind, ...] = ()


class Supervisor:
    """The camera processes of the daemon.

    `configure` returns the first message of a process; it is called at each start, so that the calibration and the darts are current.
    `deliver` receives the messages, in order for each process; while it waits, that camera's pipe fills and the process waits too.
    """

    def __init__(
        self,
        cameras: Sequence[CameraId],
        configure: Callable[[CameraId], Configure],
        deliver: Deliver,
        *,
        target: str = DEFAULT_TARGET,
        hang_timeout_s: float = HANG_TIMEOUT_S,
        start_timeout_s: float = START_TIMEOUT_S,
        restart_first_s: float = RESTART_FIRST_S,
        restart_max_s: float = RESTART_MAX_S,
    ) -> None:
        self._fork_server = ForkServer()

        def made(camera_id: CameraId) -> _Worker:
            return _Worker(
                camera_id,
                configure,
                deliver,
                self._fork_server,
                target,
                hang_timeout_s=hang_timeout_s,
                start_timeout_s=start_timeout_s,
                backoff=Backoff(restart_first_s, max_s=restart_max_s),
            )

        self._made = made
        self._workers = {camera_id: made(camera_id) for camera_id in cameras}
        self._group: TaskGroup | None = None
        self._ended = anyio.Event()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes running until `stop` or cancellation; report as started when each of them has answered or failed."""
        try:
            async with anyio.create_task_group() as group:
                self._group = group
                for worker in self._workers.values():
                    group.start_soon(worker.run)
                for worker in list(self._workers.values()):
                    await worker.answered_or_failed.wait()
                task_status.started()
                await anyio.sleep_forever()
        finally:
            self._group = None
            await self._fork_server.close()
            self._ended.set()

    def send(self, camera_id: CameraId | None, message: ToWorker) -> None:
        """Send to the process of one camera, or of all (None).

        A process that does not read is restarted; one that does not run learns the same from its `Configure`.
        """
        for worker in [*self._workers.values()] if camera_id is None else filter(None, [self._workers.get(camera_id)]):
            worker.send(message)

    def add(self, camera_id: CameraId) -> None:
        """Start the process of another camera and keep it running."""
        self._workers[camera_id] = self._made(camera_id)
        if self._group is not None:
            self._group.start_soon(self._workers[camera_id].run)

    async def remove(self, camera_id: CameraId) -> None:
        """End the process of a camera for good."""
        worker = self._workers.pop(camera_id, None)
        if worker is not None and self._group is not None:
            await worker.end()

    def restart(self, camera_id: CameraId, reason: str) -> None:
        """End a camera's process and start another."""
        self._workers[camera_id].restart(reason)

    def cameras(self) -> dict[CameraId, WorkerHealth]:
        """Return the health of each camera's process."""
        return {camera_id: worker.health() for camera_id, worker in self._workers.items()}

    async def stop(self) -> None:
        """End every process within two seconds: first with a message, then with signals."""
        if self._group is not None:
            self._group.cancel_scope.cancel()
            await self._ended.wait()


class _Worker:
    """Keeps the process of one camera running."""

    def __init__(
        self,
        camera_id: CameraId,
        configure: Callable[[CameraId], Configure],
        deliver: Deliver,
        fork_server: ForkServer,
        target: str,
        *,
        hang_timeout_s: float,
        start_timeout_s: float,
        backoff: Backoff,
    ) -> None:
        self.answered_or_failed = anyio.Event()
        self._lifetime = anyio.CancelScope()
        self._has_ended = anyio.Event()
        self._camera_id = camera_id
        self._configure = configure
        self._deliver = deliver
        self._fork_server = fork_server
        self._target = target
        self._hang_timeout_s = hang_timeout_s
        self._timeout_s = hang_timeout_s  # longer while the process is busy
        self._start_timeout_s = start_timeout_s
        self._backoff = backoff
        self._log = logging.getLogger(f"dartd.worker.{camera_id}")
        self._process: WorkerProcess | None = None
        self._receiving: anyio.CancelScope | None = None
        self._restart_reason = ""
        self._window = RestartWindow(CRASHES_IN_WINDOW, CRASH_WINDOW_S)
        self._restarts = 0
        self._state: CameraState = "starting"
        self._reason = ""
        self._is_state_delivered = False
        self._source: SourceOpened | None = None
        self._heartbeat: WorkerHeartbeat | None = None
        self._faults: dict[FaultKind, None] = {}

    async def run(self) -> None:
        """Run one process after another, until cancelled or ended."""
        trace_id.set("")  # a camera that is added belongs to no request
        try:
            with self._lifetime:
                await self._run_processes()
        finally:
            self.answered_or_failed.set()
            self._has_ended.set()

    async def end(self) -> None:
        """End the process for good, and wait until it has ended."""
        with anyio.CancelScope(shield=True):
            self._lifetime.cancel()
            await self._has_ended.wait()

    async def _run_processes(self) -> None:
        while True:
            started_s = time.monotonic()
            reason = await self._run_process()
            ended_s = time.monotonic()
            if ended_s - started_s >= STEADY_S:
                self._backoff.reset()
            delay_s = self._backoff.next(random.random())  # noqa: S311 (jitter)
            logger.warning("camera process lost: %s; the next starts in %.1f s", reason, delay_s, extra={"camera": self._camera_id})
            await self._change_state("offline" if self._window.add(ended_s) else "error", reason)
            self.answered_or_failed.set()
            await anyio.sleep(delay_s)
            self._restarts += 1

    def send(self, message: ToWorker) -> None:
        """Send a message to the process, if one runs."""
        if self._process is None:
            return
        try:
            self._process.send(message)
        except PipeFullError as error:
            self.restart(str(error))

    def restart(self, reason: str) -> None:
        """End the running process; the next is started as after any other end."""
        if self._receiving is not None:
            self._restart_reason = reason
            self._receiving.cancel()

    def health(self) -> WorkerHealth:
        """Return the health of the process."""
        process, heartbeat = self._process, self._heartbeat
        alive = process is not None and process.is_alive
        last_message_s = process.last_message_s if process is not None else None
        answering = alive and last_message_s is not None and time.monotonic() - last_message_s < self._timeout_s
        return WorkerHealth(
            camera_id=self._camera_id,
            state=self._state,
            reason=self._reason,
            alive=alive,
            answering=answering,
            ready=answering and self._state == "ready",
            simulated=self._source is not None and self._source.simulated,
            pid=process.pid if process is not None else None,
            fps=heartbeat.fps if heartbeat is not None else 0.0,
            reference_age_s=heartbeat.reference_age_s if heartbeat is not None else 0.0,
            restarts=self._restarts,
            last_message_s=last_message_s,
            counters=heartbeat.counters if heartbeat is not None else Counters(),
            log_dropped=heartbeat.log_dropped if heartbeat is not None else 0,
            faults=tuple(self._faults),
        )

    async def _run_process(self) -> str:
        """Run one process to its end and return the reason of the end."""
        process = WorkerProcess(self._camera_id, self._fork_server, self._target)
        self._heartbeat = self._source = None
        self._faults.clear()
        self._restart_reason = ""
        stopping = True
        try:
            await self._change_state("starting", "")
            await process.spawn()
            # Nothing may wait between building the configuration and setting `_process`: a message sent meanwhile would be lost.
            process.send(self._configure(self._camera_id))
            self._process = process
            reason = await self._receive_all(process)
            stopping = False
        except (WorkerProtocolError, OSError) as error:
            stopping = False
            return str(error)
        else:
            return reason
        finally:
            self._process = None
            await (process.stop() if stopping else process.kill())

    async def _receive_all(self, process: WorkerProcess) -> str:
        """Receive messages until the process hangs or is to be restarted.

        Raises:
            WorkerProtocolError: the process has ended, or sent bytes that are not a message.
        """
        second_s, count = time.monotonic(), 0
        timeout_s = self._start_timeout_s
        with anyio.CancelScope() as self._receiving:
            while True:
                message = await self._receive(process, timeout_s)
                if message is None:
                    return f"the camera process has sent nothing for {timeout_s:g} s"
                timeout_s = message.budget_s if isinstance(message, Busy) else self._hang_timeout_s
                self._timeout_s = timeout_s
                if process.last_message_s - second_s >= 1.0:
                    second_s, count = process.last_message_s, 0
                count += 1
                if count > MAX_MESSAGES_PER_S:
                    return f"the camera process sent more than {MAX_MESSAGES_PER_S} messages in a second"
                await self._handle(message)
        return self._restart_reason

    async def _receive(self, process: WorkerProcess, timeout_s: float) -> FromWorker | None:
        """Return the next message, or None if none arrives in time; deliver when the silence begins to matter, and when it is over."""
        silent_s = min(SILENT_S, timeout_s)
        with anyio.move_on_after(silent_s):
            return await process.receive()
        await self._deliver(self._camera_id, WorkerSilence(camera_id=self._camera_id))
        with anyio.move_on_after(timeout_s - silent_s):
            message = await process.receive()
            await self._deliver(self._camera_id, WorkerSilence(camera_id=self._camera_id, over=True))
            return message
        return None

    async def _handle(self, message: FromWorker) -> None:
        """Update the health from a message, log its lines, and deliver it."""
        match message:
            case SourceOpened():
                self._source = message
                await self._change_state("ready", "")
                self.answered_or_failed.set()
            case WorkerHeartbeat():
                self._heartbeat = message
                for line in message.log[:LOG_LINES]:
                    self._log.log(line.level, "%s", line.text)
                if len(message.log) > LOG_LINES:
                    self._log.warning("and %d more lines", len(message.log) - LOG_LINES)
            case CameraFault(fault=fault, active=True):
                self._faults[fault] = None
                logger.warning("camera fault %s: %s", fault, message.detail, extra={"camera": self._camera_id})
                if fault in _OFFLINE:  # the fault itself is delivered, no change of state is needed
                    self._state, self._reason = "offline", message.detail
                    self.answered_or_failed.set()
            case CameraFault(fault=fault):
                self._faults.pop(fault, None)
            case _:
                pass
        await self._deliver(self._camera_id, message)

    async def _change_state(self, state: CameraState, reason: str) -> None:
        if (state, reason) != (self._state, self._reason) or not self._is_state_delivered:
            self._state, self._reason, self._is_state_delivered = state, reason, True
            await self._deliver(self._camera_id, WorkerChange(at_s=time.monotonic(), camera_id=self._camera_id, state=state, reason=reason))
