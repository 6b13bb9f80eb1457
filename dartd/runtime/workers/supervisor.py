"""Keep one process running for each camera: start, listen, restart with backoff, end. One that fails leaves the others alone."""

import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence

import anyio
from anyio.abc import TaskStatus

from dartd.backoff import Backoff, RestartWindow
from dartd.decision import WorkerChange, WorkerSilence
from dartd.errors import WorkerProtocolError
from dartd.runtime.workers.fork_server import Nursery
from dartd.runtime.workers.pipe import LinkFullError
from dartd.runtime.workers.process import DEFAULT_TARGET, WorkerProcess
from schemas.base import CameraId, Value
from schemas.events import CameraState
from schemas.worker import Busy, Configure, Counters, Fault, FaultKind, FromWorker, Heartbeat, Hello, ToWorker

SILENT_S = 2.5  # it beats every second: one that is silent for longer is not counted on until it speaks
HANG_TIMEOUT_S = 10.0
START_TIMEOUT_S = 20.0  # until the first word: a loaded machine needs seconds to import what a camera process needs
STEADY_S = 5.0  # a process that has worked for so long has earned a quick restart
CRASH_WINDOW_S, CRASHES_IN_WINDOW = 60.0, 5  # more than so many ends in the window, and the camera is in error
RESTART_FIRST_S, RESTART_MAX_S = 0.1, 10.0
MAX_MESSAGES_PER_S = 2000  # a process that says more is out of its mind
LOG_LINES = 10  # of one heartbeat, that is of a second; the rest is counted

WorkerInput = FromWorker | WorkerChange | WorkerSilence
Deliver = Callable[[CameraId, WorkerInput], Awaitable[None]]

_OFFLINE: frozenset[FaultKind] = frozenset({"camera_gone", "ended"})

logger = logging.getLogger(__name__)


class CameraHealth(Value, frozen=True, kw_only=True):
    """How a camera's process does: it is alive (it runs), answering (it was heard lately) and ready (its camera delivers).

    `last_heard_s` is monotonic; `restarts` counts since the daemon started; counters are those of the running process.
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
    last_heard_s: float | None = None
    counters: Counters = Counters()
    log_dropped: int = 0
    faults: tuple[FaultKind, ...] = ()


class Supervisor:
    """The camera processes of the daemon.

    `configure` gives the first message of a process each time one is started, so that a calibration and the standing darts come along.
    `deliver` takes what the processes say, in the order of each; while it waits, that camera's pipe fills and the process waits too.
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
        self._nursery = Nursery()
        self._keepers = {
            camera_id: _Keeper(
                camera_id,
                configure,
                deliver,
                self._nursery,
                target,
                hang_timeout_s=hang_timeout_s,
                start_timeout_s=start_timeout_s,
                backoff=Backoff(restart_first_s, max_s=restart_max_s),
            )
            for camera_id in cameras
        }
        self._group: anyio.CancelScope | None = None
        self._ended = anyio.Event()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes running until `stop` or cancellation; started once every one has answered or failed."""
        try:
            async with anyio.create_task_group() as group:
                self._group = group.cancel_scope
                for keeper in self._keepers.values():
                    group.start_soon(keeper.keep)
                for keeper in self._keepers.values():
                    await keeper.settled.wait()
                task_status.started()
        finally:
            self._group = None
            await self._nursery.close()
            self._ended.set()

    def send(self, camera_id: CameraId | None, message: ToWorker) -> None:
        """Send to one camera's process, or to all; one that takes nothing is restarted, one that does not run is told at its start."""
        for keeper in self._keepers.values() if camera_id is None else (self._keepers[camera_id],):
            keeper.send(message)

    def restart(self, camera_id: CameraId, reason: str) -> None:
        """End a camera's process and start another."""
        self._keepers[camera_id].condemn(reason)

    def cameras(self) -> dict[CameraId, CameraHealth]:
        """Tell how each camera does."""
        return {camera_id: keeper.health() for camera_id, keeper in self._keepers.items()}

    async def stop(self) -> None:
        """End every process: asked first, then made to, all within two seconds."""
        if self._group is not None:
            self._group.cancel()
            await self._ended.wait()


class _Keeper:
    """Keeps one camera's process running."""

    def __init__(
        self,
        camera_id: CameraId,
        configure: Callable[[CameraId], Configure],
        deliver: Deliver,
        nursery: Nursery,
        target: str,
        *,
        hang_timeout_s: float,
        start_timeout_s: float,
        backoff: Backoff,
    ) -> None:
        self.settled = anyio.Event()
        self._camera_id = camera_id
        self._configure = configure
        self._deliver = deliver
        self._nursery = nursery
        self._target = target
        self._hang_timeout_s = hang_timeout_s
        self._patience_s = hang_timeout_s  # longer while it has said that it is busy
        self._start_timeout_s = start_timeout_s
        self._backoff = backoff
        self._log = logging.getLogger(f"dartd.worker.{camera_id}")
        self._process: WorkerProcess | None = None
        self._listening: anyio.CancelScope | None = None
        self._sentence = ""
        self._window = RestartWindow(CRASHES_IN_WINDOW, CRASH_WINDOW_S)
        self._restarts = 0
        self._state: CameraState = "starting"
        self._reason = ""
        self._told = False
        self._hello: Hello | None = None
        self._heartbeat: Heartbeat | None = None
        self._faults: dict[FaultKind, None] = {}

    async def keep(self) -> None:
        """Run processes one after the other, until cancelled."""
        while True:
            started_s = time.monotonic()
            reason = await self._run_one()
            ended_s = time.monotonic()
            if ended_s - started_s >= STEADY_S:
                self._backoff.reset()
            delay_s = self._backoff.next(random.random())  # noqa: S311 (jitter)
            logger.warning("camera process lost: %s; the next starts in %.1f s", reason, delay_s, extra={"camera": self._camera_id})
            await self._become("offline" if self._window.add(ended_s) else "error", reason)
            self.settled.set()
            await anyio.sleep(delay_s)
            self._restarts += 1

    def send(self, message: ToWorker) -> None:
        """Send a message to the process, if one runs; the next is told everything in its `Configure`."""
        if self._process is None:
            return
        try:
            self._process.send(message)
        except LinkFullError as error:
            self.condemn(str(error))

    def condemn(self, reason: str) -> None:
        """End the running process for a reason; the next is started as after any end."""
        if self._listening is not None:
            self._sentence = reason
            self._listening.cancel()

    def health(self) -> CameraHealth:
        """Tell how the camera does."""
        process, beat = self._process, self._heartbeat
        alive = process is not None and process.is_alive
        heard_s = process.heard_at_s if process is not None else None
        answering = alive and heard_s is not None and time.monotonic() - heard_s < self._patience_s
        return CameraHealth(
            camera_id=self._camera_id,
            state=self._state,
            reason=self._reason,
            alive=alive,
            answering=answering,
            ready=answering and self._state == "ready",
            simulated=self._hello is not None and self._hello.simulated,
            pid=process.pid if process is not None else None,
            fps=beat.fps if beat is not None else 0.0,
            reference_age_s=beat.reference_age_s if beat is not None else 0.0,
            restarts=self._restarts,
            last_heard_s=heard_s,
            counters=beat.counters if beat is not None else Counters(),
            log_dropped=beat.log_dropped if beat is not None else 0,
            faults=tuple(self._faults),
        )

    async def _run_one(self) -> str:
        """Run one process to its end and tell why it ended."""
        process = WorkerProcess(self._camera_id, self._nursery, self._target)
        self._heartbeat = self._hello = None
        self._faults.clear()
        self._sentence = ""
        stopping = True
        try:
            await self._become("starting", "")
            await process.spawn()
            # Between taking the configuration and listing the process nothing may wait: an order sent meanwhile would be lost.
            process.send(self._configure(self._camera_id))
            self._process = process
            reason = await self._listen(process)
            stopping = False
        except (WorkerProtocolError, OSError) as error:
            stopping = False
            return str(error)
        else:
            return reason
        finally:
            self._process = None
            await (process.stop() if stopping else process.kill())

    async def _listen(self, process: WorkerProcess) -> str:
        """Take messages until the process hangs or is condemned.

        Raises:
            WorkerProtocolError: the process has ended, or cannot speak.
        """
        second_s, count = time.monotonic(), 0
        patience_s = self._start_timeout_s
        with anyio.CancelScope() as self._listening:
            while True:
                message = await self._next(process, patience_s)
                if message is None:
                    return f"the camera process has said nothing for {patience_s:g} s"
                patience_s = message.budget_s if isinstance(message, Busy) else self._hang_timeout_s
                self._patience_s = patience_s
                if process.heard_at_s - second_s >= 1.0:
                    second_s, count = process.heard_at_s, 0
                count += 1
                if count > MAX_MESSAGES_PER_S:
                    return f"the camera process sent more than {MAX_MESSAGES_PER_S} messages in a second"
                await self._take(message)
        return self._sentence

    async def _next(self, process: WorkerProcess, patience_s: float) -> FromWorker | None:
        """Give the next message, None when none comes in time; nobody counts on the camera while it is silent."""
        silent_s = min(SILENT_S, patience_s)
        with anyio.move_on_after(silent_s):
            return await process.receive()
        await self._deliver(self._camera_id, WorkerSilence(camera_id=self._camera_id))
        with anyio.move_on_after(patience_s - silent_s):
            message = await process.receive()
            await self._deliver(self._camera_id, WorkerSilence(camera_id=self._camera_id, over=True))
            return message
        return None

    async def _take(self, message: FromWorker) -> None:
        """Note what a message says of the camera and pass it on."""
        match message:
            case Hello():
                self._hello = message
                await self._become("ready", "")
                self.settled.set()
            case Heartbeat():
                self._heartbeat = message
                for line in message.log[:LOG_LINES]:
                    self._log.log(line.level, "%s", line.text)
                if len(message.log) > LOG_LINES:
                    self._log.warning("and %d lines more", len(message.log) - LOG_LINES)
            case Fault(fault=fault, active=True):
                self._faults[fault] = None
                logger.warning("camera fault %s: %s", fault, message.detail, extra={"camera": self._camera_id})
                if fault in _OFFLINE:  # the fault itself tells it
                    self._state, self._reason = "offline", message.detail
                    self.settled.set()
            case Fault(fault=fault):
                self._faults.pop(fault, None)
            case _:
                pass
        await self._deliver(self._camera_id, message)

    async def _become(self, state: CameraState, reason: str) -> None:
        if (state, reason) != (self._state, self._reason) or not self._told:
            self._state, self._reason, self._told = state, reason, True
            await self._deliver(self._camera_id, WorkerChange(at_s=time.monotonic(), camera_id=self._camera_id, state=state, reason=reason))
