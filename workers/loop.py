"""The loop of a camera process: read a frame, step the detector, send messages; live with the newest frame, or in lockstep."""

import math
import os
import random
import select
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from schemas.pipe.from_worker import CameraFault, Counters, FaultKind, FromWorker, LogLine, Progress, SourceOpened, WorkerHeartbeat
from schemas.pipe.to_worker import Advance, Configure, Stop, ToWorker
from workers.sources import Source, SourceError
from workers.sources.newest import Ended, Gone, NewestFrame
from workers.step_times import StepTimes
from workers.vision.frame import BadFrameError, Frame

HEARTBEAT_S = 1.0
SILENT_S = 3.0  # without a picture for this long a camera counts as gone
STUCK_S = 30.0  # a read that does not return for this long is stuck in the driver: only a new process helps
REOPEN_FIRST_S, REOPEN_MAX_S = 0.5, 3.0
STEADY_S = 10.0  # after this long without a fault, the delay before reopening starts from its minimum again
CALM_S = 1.0  # without a bad frame for this long the fault is over: a cable that breaks every other one is reported once
SLOW_WINDOW_S = 5.0
SLOW_SHARE, NORMAL_SHARE = 0.5, 0.7  # of the configured frame rate: the fault begins below the one and ends above the other


class DetectorLike(Protocol):
    """The part of a detector that the loop uses."""

    @property
    def counters(self) -> Counters:
        """Return the counts."""

    def step(self, frame: Frame) -> list[FromWorker]:
        """Process a frame and return the messages.

        Raises:
            BadFrameError: the frame cannot be decoded.
        """

    def reacquire(self) -> None:
        """Register the board again after the camera was disconnected."""

    def handle(self, message: ToWorker) -> list[FromWorker]:
        """Process a message of the supervisor and return the answers."""

    def reference_age_s(self, now_s: float) -> float:
        """Return the age of the stable reference, in seconds."""


class Port(Protocol):
    """A connection to the supervisor, or to its replacement."""

    def fileno(self) -> int:
        """Return the file descriptor to wait on for messages."""

    def wait(self, timeout_s: float | None) -> None:
        """Wait until a message arrives or the time is up; None waits without limit."""

    def receive(self) -> list[ToWorker]:
        """Return every message that has arrived, without waiting."""

    def send(self, messages: Iterable[FromWorker]) -> None:
        """Send messages."""


class SourceStuckError(Exception):
    """A source hangs in the operating system; the process has to be replaced."""


LogDrain = Callable[[], tuple[tuple[LogLine, ...], int]]


def no_log() -> tuple[tuple[LogLine, ...], int]:
    """Return no log lines, for a process that does not buffer its log."""
    return (), 0


class CameraLoop:
    """Runs the source and the detector of one camera until `Stop`."""

    def __init__(
        self, port: Port, configure: Configure, detector: DetectorLike, open_source: Callable[[], Source], drain_log: LogDrain = no_log
    ) -> None:
        self._port = port
        self._configure = configure
        self._camera_id = configure.source.camera_id
        self._detector = detector
        self._open_source = open_source
        self._drain_log = drain_log
        self._faults: dict[FaultKind, str] = {}
        self._frames_bad = 0
        self._bad_s = -math.inf  # time of the last one
        self._frames_read = 0
        self._frames_dropped = 0
        self._times = StepTimes()
        self._stopped = False

    def run(self) -> None:
        """Run until `Stop`.

        Raises:
            LinkClosedError: the supervisor has closed the pipe.
            SourceStuckError: the source hangs.
        """
        if self._configure.lockstep:
            self._run_lockstep()
        else:
            self._run_live()

    # -- in lockstep: frame by frame, as far as the supervisor grants

    def _run_lockstep(self) -> None:
        source = self._open_lockstep()
        t_s = self._configure.start_s
        self._report_progress(t_s, source)
        queued: deque[ToWorker] = deque()
        try:
            while (grant := self._next_grant(queued)) is not None:
                answered = False
                while source is not None and (next_s := source.next_s()) is not None and next_s <= grant.until_s:
                    source = self._read_next(source, t_s)
                    t_s, answered = next_s, True
                    self._report_progress(t_s, source)
                if not answered:
                    t_s = max(t_s, grant.until_s) if math.isfinite(grant.until_s) else t_s
                    self._report_progress(t_s, source)
        finally:
            if source is not None:
                source.close()

    def _open_lockstep(self) -> Source | None:
        try:
            source = self._open_source()
            source.open()
        except SourceError as error:
            self._set_fault("camera_gone", self._configure.start_s, str(error))
            return None
        self._port.send([self._source_opened(source)])
        return source

    def _next_grant(self, queued: deque[ToWorker]) -> Advance | None:
        """Wait for the next grant and return it; None at a stop.

        Messages that arrived before the grant are processed only now, so that the order never depends on timing.
        """
        while not any(isinstance(message, Advance | Stop) for message in queued):
            self._port.wait(None)
            queued.extend(self._port.receive())
        while queued:
            message = queued.popleft()
            if isinstance(message, Advance):
                return message
            self._handle(message)
            if self._stopped:
                return None
        return None

    def _read_next(self, source: Source, t_s: float) -> Source | None:
        """Read and process one frame; return None if the source is lost."""
        try:
            frame = source.read()
        except SourceError as error:
            self._set_fault("camera_gone", t_s, str(error))
            source.close()
            return None
        if frame is not None:
            self._frames_read += 1
            self._step(frame)
        return source

    def _report_progress(self, t_s: float, source: Source | None) -> None:
        next_s = None if source is None else source.next_s()
        log, dropped = self._drain_log()
        if next_s is None or log:
            self._port.send([self._heartbeat(t_s, 0.0, log, dropped)])
        self._port.send([Progress(camera_id=self._camera_id, t_s=t_s, next_s=next_s)])

    # -- live: the newest frame wins

    def _run_live(self) -> None:
        live = _LiveState(now_s=time.monotonic())
        self._send_heartbeat(live)
        try:
            while not self._stopped:
                self._iterate(live)
        finally:
            if live.reader is not None:
                live.reader.close(timeout_s=0.3)

    def _iterate(self, live: "_LiveState") -> None:
        """Do what is due, then wait for a message, a frame or the next due time."""
        now_s = time.monotonic()
        if live.reader is None and now_s >= live.reopen_s:
            self._reopen(live)
        if now_s >= live.heartbeat_s:
            self._send_heartbeat(live)
            self._check_silence(live, now_s)
            self._check_frame_rate(live, now_s)
        _wait([self._port, live.reader], live.due_s - time.monotonic())
        for message in self._port.receive():
            self._handle(message)
        for item in live.reader.take() if live.reader is not None and not self._stopped else []:
            self._process(live, item)

    def _process(self, live: "_LiveState", item: Frame | Ended | Gone) -> None:
        now_s = time.monotonic()
        match item:
            case Gone(reason=reason):
                self._close_lost(live, reason, now_s)
            case Ended():
                self._set_fault("ended", now_s, "the source has no more frames")
                self._port.send([Progress(camera_id=self._camera_id, t_s=now_s, next_s=None)])
                self._close_reader(live)
                live.reopen_s = math.inf
            case _:
                self._report_opened(live, item.t_s)
                live.frames_stepped += 1
                self._step(item)

    def _report_opened(self, live: "_LiveState", t_s: float) -> None:
        """Send `SourceOpened` with the first frame, and again when the camera is connected again."""
        if live.source is None or (live.is_open_reported and "camera_gone" not in self._faults):
            return
        if "camera_gone" in self._faults:
            self._detector.reacquire()
        self._clear_fault("camera_gone", t_s)
        self._port.send([self._source_opened(live.source)])
        live.is_open_reported, live.opened_s = True, time.monotonic()

    def _reopen(self, live: "_LiveState") -> None:
        try:
            live.source = self._open_source()
        except SourceError as error:
            self._close_lost(live, str(error), time.monotonic())
            return
        live.reader = NewestFrame(live.source)
        live.reader.start()
        live.is_open_reported = False

    def _close_lost(self, live: "_LiveState", reason: str, now_s: float) -> None:
        self._close_reader(live)
        if self._faults.get("camera_gone", reason) != reason:
            del self._faults["camera_gone"]  # a more precise reason than "no picture" is reported again
        self._set_fault("camera_gone", now_s, reason)
        live.reopen_s = now_s + min(REOPEN_MAX_S, REOPEN_FIRST_S * 2.0**live.attempts) * random.uniform(0.8, 1.2)  # noqa: S311 (jitter)
        live.attempts = min(live.attempts + 1, 16)

    def _close_reader(self, live: "_LiveState") -> None:
        if live.reader is not None:
            self._frames_read += live.reader.frames_read
            self._frames_dropped += live.reader.frames_dropped
            live.reader.close()
            live.reader = None

    def _check_silence(self, live: "_LiveState", now_s: float) -> None:
        """Report when an open source delivers no picture; raise when it hangs."""
        if live.reader is None:
            return
        silent_s = now_s - live.reader.last_item_s
        if silent_s > STUCK_S:
            raise SourceStuckError(f"no picture for {silent_s:.0f} s and the source does not return")
        if silent_s > SILENT_S + 2 / self._configure.source.fps:
            self._set_fault("camera_gone", now_s, f"no picture for {silent_s:.1f} s")

    def _check_frame_rate(self, live: "_LiveState", now_s: float) -> None:
        """Compare the rate of processed frames with the configured one; report it after two slow windows in a row."""
        elapsed_s = now_s - live.window_s
        if elapsed_s < SLOW_WINDOW_S:
            return
        rate, configured = live.frames_stepped_in_window() / elapsed_s, self._configure.source.fps
        live.open_window(now_s)
        if live.reader is None or not self._faults.keys().isdisjoint({"camera_gone", "ended"}) or rate >= NORMAL_SHARE * configured:
            live.slow_windows = 0
            self._clear_fault("slow", now_s)
        elif rate < SLOW_SHARE * configured:
            live.slow_windows += 1
            if live.slow_windows >= 2:
                self._set_fault("slow", now_s, f"{rate:.1f} of {configured:.0f} frames per second are processed")

    def _send_heartbeat(self, live: "_LiveState") -> None:
        now_s = time.monotonic()
        log, dropped = self._drain_log()
        fps = live.frames_stepped_since_heartbeat() / max(now_s - live.last_heartbeat_s, 1e-3)
        live.last_heartbeat_s, live.heartbeat_s = now_s, now_s + HEARTBEAT_S
        if live.reader is not None and live.is_open_reported and now_s - live.opened_s > STEADY_S:
            live.attempts = 0
        read, dropped_frames = (live.reader.frames_read, live.reader.frames_dropped) if live.reader is not None else (0, 0)
        self._port.send([self._heartbeat(now_s, fps, log, dropped, read=read, dropped=dropped_frames)])

    # -- in both modes

    def _step(self, frame: Frame) -> None:
        try:
            messages = self._times.step(self._detector.step, frame)
        except BadFrameError as error:
            self._frames_bad += 1
            self._bad_s = frame.t_s
            self._set_fault("bad_frame", frame.t_s, str(error))
            return
        if not frame.held and frame.t_s - self._bad_s >= CALM_S:
            self._clear_fault("bad_frame", frame.t_s)
        self._port.send(messages)

    def _handle(self, message: ToWorker) -> None:
        if isinstance(message, Stop):
            self._stopped = True
        elif not isinstance(message, Configure | Advance):
            self._port.send(self._detector.handle(message))

    def _set_fault(self, fault: FaultKind, t_s: float, detail: str) -> None:
        if fault not in self._faults:
            self._faults[fault] = detail
            self._port.send([CameraFault(camera_id=self._camera_id, t_s=t_s, fault=fault, active=True, detail=detail)])

    def _clear_fault(self, fault: FaultKind, t_s: float) -> None:
        if fault in self._faults:
            del self._faults[fault]
            self._port.send([CameraFault(camera_id=self._camera_id, t_s=t_s, fault=fault, active=False)])

    def _source_opened(self, source: Source) -> SourceOpened:
        spec = self._configure.source
        return SourceOpened(camera_id=self._camera_id, pid=os.getpid(), width=spec.width, height=spec.height, simulated=source.simulated)

    def _heartbeat(
        self, t_s: float, fps: float, log: tuple[LogLine, ...], log_dropped: int, *, read: int = 0, dropped: int = 0
    ) -> WorkerHeartbeat:
        counters = msgspec.structs.replace(
            self._detector.counters,
            frames_read=self._frames_read + read,
            frames_dropped=self._frames_dropped + dropped,
            frames_bad=self._frames_bad,
            **self._times.counted(),
        )
        age_s = self._detector.reference_age_s(t_s)
        return WorkerHeartbeat(
            camera_id=self._camera_id, t_s=t_s, fps=fps, reference_age_s=age_s, counters=counters, log=log, log_dropped=log_dropped
        )


class _LiveState:
    """The state of a live camera: its reader, and when something is due next (monotonic seconds)."""

    def __init__(self, now_s: float) -> None:
        self.source: Source | None = None
        self.reader: NewestFrame | None = None
        self.is_open_reported = False
        self.opened_s = now_s
        self.attempts = 0
        self.reopen_s = now_s
        self.heartbeat_s = self.last_heartbeat_s = self.window_s = now_s
        self.slow_windows = 0
        self.frames_stepped = 0
        self._at_heartbeat = 0
        self._at_window = 0

    @property
    def due_s(self) -> float:
        """Return when something is due even if nothing arrives."""
        return self.heartbeat_s if self.reader is not None else min(self.heartbeat_s, self.reopen_s)

    def frames_stepped_since_heartbeat(self) -> int:
        """Return the number of frames since the last call."""
        count, self._at_heartbeat = self.frames_stepped - self._at_heartbeat, self.frames_stepped
        return count

    def frames_stepped_in_window(self) -> int:
        """Return the number of frames in the current window."""
        return self.frames_stepped - self._at_window

    def open_window(self, now_s: float) -> None:
        """Start a new window for the frame rate."""
        self.window_s, self._at_window = now_s, self.frames_stepped


def _wait(on: "list[Port | NewestFrame | None]", timeout_s: float) -> None:
    poll = select.poll()
    for item in on:
        if item is not None:
            poll.register(item.fileno(), select.POLLIN)
    poll.poll(max(0.0, timeout_s) * 1000)
