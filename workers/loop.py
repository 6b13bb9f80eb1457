"""Run one camera: read a frame, step the detector, send; live with the newest frame, in a replay in lockstep."""

import math
import os
import random
import select
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from schemas.worker import (
    Advance,
    Configure,
    Counters,
    Fault,
    FaultKind,
    FromWorker,
    Heartbeat,
    Hello,
    LogLine,
    Progress,
    Stop,
    ToWorker,
)
from workers.sources import Source, SourceError
from workers.sources.newest import Ended, Gone, NewestFrame
from workers.step_times import StepTimes
from workers.vision.frame import BadFrameError, Frame

HEARTBEAT_S = 1.0
SILENT_S = 3.0  # without a picture for so long a camera counts as gone
STUCK_S = 30.0  # a source that does not come back for so long is broken: the process ends and is started anew
REOPEN_FIRST_S, REOPEN_MAX_S = 0.5, 3.0
STEADY_S = 10.0  # a camera that stays for so long is opened again at once when it goes; one that comes and goes less and less often
CALM_S = 1.0  # bad frames are over when none has come for so long: a cable that spoils every other one is told once
SLOW_WINDOW_S = 5.0
SLOW_SHARE, FAST_SHARE = 0.5, 0.7  # of the configured frame rate: slow below, well again above


class DetectorLike(Protocol):
    """What the loop needs of a detector."""

    @property
    def counters(self) -> Counters:
        """Give what was counted."""

    def step(self, frame: Frame) -> list[FromWorker]:
        """Take a frame.

        Raises:
            BadFrameError: the frame is no picture.
        """

    def look_anew(self) -> None:
        """Find the board again: the camera was away."""

    def tell(self, message: ToWorker) -> list[FromWorker]:
        """Take what the supervisor says."""

    def reference_age_s(self, now_s: float) -> float:
        """Tell how old the stable reference is."""


class Port(Protocol):
    """Where messages go to and come from."""

    def fileno(self) -> int:
        """Give the file descriptor to wait on for messages."""

    def wait(self, timeout_s: float | None) -> None:
        """Wait until something has come or the time is up."""

    def receive(self) -> list[ToWorker]:
        """Give every message that has come, without waiting."""

    def send(self, messages: Iterable[FromWorker]) -> None:
        """Send messages."""


class SourceStuckError(Exception):
    """A source hangs in the operating system; only a new process helps."""


LogDrain = Callable[[], tuple[tuple[LogLine, ...], int]]


def no_log() -> tuple[tuple[LogLine, ...], int]:
    """Drain the log of somebody who keeps none."""
    return (), 0


class CameraLoop:
    """One camera's source and detector, until the supervisor says stop."""

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
        self._bad_s = -math.inf  # when the last one came
        self._frames_read = 0
        self._frames_dropped = 0
        self._times = StepTimes()
        self._stopped = False

    def run(self) -> None:
        """Work until told to stop.

        Raises:
            LinkClosedError: the supervisor is gone.
            SourceStuckError: the source hangs.
        """
        if self._configure.lockstep:
            self._run_lockstep()
        else:
            self._run_live()

    # -- in a replay: frame by frame, as far as the supervisor grants

    def _run_lockstep(self) -> None:
        source = self._open_lockstep()
        t_s = self._configure.start_s
        self._report_progress(t_s, source)
        heard: deque[ToWorker] = deque()
        try:
            while (grant := self._next_grant(heard)) is not None:
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
        self._port.send([self._hello(source)])
        return source

    def _next_grant(self, heard: deque[ToWorker]) -> Advance | None:
        """Wait for the next grant; None at a stop. What came before it is told to the detector only then: always in the same order."""
        while not any(isinstance(message, Advance | Stop) for message in heard):
            self._port.wait(None)
            heard.extend(self._port.receive())
        while heard:
            message = heard.popleft()
            if isinstance(message, Advance):
                return message
            self._hear(message)
            if self._stopped:
                return None
        return None

    def _read_next(self, source: Source, t_s: float) -> Source | None:
        """Read and process one frame; None when the source has broken off."""
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
        live = _Live(now_s=time.monotonic())
        self._beat(live)
        try:
            while not self._stopped:
                self._turn(live)
        finally:
            if live.reader is not None:
                live.reader.close(timeout_s=0.3)

    def _turn(self, live: "_Live") -> None:
        """Do what is due, then wait for a message, a frame or the next thing due."""
        now_s = time.monotonic()
        if live.reader is None and now_s >= live.reopen_s:
            self._reopen(live)
        if now_s >= live.beat_s:
            self._beat(live)
            self._judge_silence(live, now_s)
            self._judge_pace(live, now_s)
        _wait([self._port, live.reader], live.due_s - time.monotonic())
        for message in self._port.receive():
            self._hear(message)
        for news in live.reader.take() if live.reader is not None and not self._stopped else []:
            self._note(live, news)

    def _note(self, live: "_Live", news: Frame | Ended | Gone) -> None:
        now_s = time.monotonic()
        match news:
            case Gone(reason=reason):
                self._lose(live, reason, now_s)
            case Ended():
                self._set_fault("ended", now_s, "the source has no more frames")
                self._port.send([Progress(camera_id=self._camera_id, t_s=now_s, next_s=None)])
                self._close_reader(live)
                live.reopen_s = math.inf
            case _:
                self._greet(live, news.t_s)
                live.frames_stepped += 1
                self._step(news)

    def _greet(self, live: "_Live", t_s: float) -> None:
        """Say Hello with the first frame, and again when the camera is back."""
        if live.source is None or (live.greeted and "camera_gone" not in self._faults):
            return
        if "camera_gone" in self._faults:
            self._detector.look_anew()
        self._clear_fault("camera_gone", t_s)
        self._port.send([self._hello(live.source)])
        live.greeted, live.greeted_s = True, time.monotonic()

    def _reopen(self, live: "_Live") -> None:
        try:
            live.source = self._open_source()
        except SourceError as error:
            self._lose(live, str(error), time.monotonic())
            return
        live.reader = NewestFrame(live.source)
        live.reader.start()
        live.greeted = False

    def _lose(self, live: "_Live", reason: str, now_s: float) -> None:
        self._close_reader(live)
        if self._faults.get("camera_gone", reason) != reason:
            del self._faults["camera_gone"]  # a better reason than "no picture": it is told again
        self._set_fault("camera_gone", now_s, reason)
        live.reopen_s = now_s + min(REOPEN_MAX_S, REOPEN_FIRST_S * 2.0**live.attempts) * random.uniform(0.8, 1.2)  # noqa: S311 (jitter)
        live.attempts = min(live.attempts + 1, 16)

    def _close_reader(self, live: "_Live") -> None:
        if live.reader is not None:
            self._frames_read += live.reader.frames_read
            self._frames_dropped += live.reader.frames_dropped
            live.reader.close()
            live.reader = None

    def _judge_silence(self, live: "_Live", now_s: float) -> None:
        """Tell when no picture comes although the source is open, and give up when it hangs."""
        if live.reader is None:
            return
        silent_s = now_s - live.reader.news_s
        if silent_s > STUCK_S:
            raise SourceStuckError(f"no picture for {silent_s:.0f} s and the source does not come back")
        if silent_s > SILENT_S + 2 / self._configure.source.fps:
            self._set_fault("camera_gone", now_s, f"no picture for {silent_s:.1f} s")

    def _judge_pace(self, live: "_Live", now_s: float) -> None:
        """Compare the frames that were processed with the configured rate, twice in a row before it is told."""
        elapsed_s = now_s - live.window_s
        if elapsed_s < SLOW_WINDOW_S:
            return
        rate, wanted = live.frames_stepped_in_window() / elapsed_s, self._configure.source.fps
        live.open_window(now_s)
        if live.reader is None or not self._faults.keys().isdisjoint({"camera_gone", "ended"}) or rate >= FAST_SHARE * wanted:
            live.slow_windows = 0
            self._clear_fault("slow", now_s)
        elif rate < SLOW_SHARE * wanted:
            live.slow_windows += 1
            if live.slow_windows >= 2:
                self._set_fault("slow", now_s, f"{rate:.1f} of {wanted:.0f} frames a second are processed")

    def _beat(self, live: "_Live") -> None:
        now_s = time.monotonic()
        log, dropped = self._drain_log()
        fps = live.frames_stepped_since_beat() / max(now_s - live.last_beat_s, 1e-3)
        live.last_beat_s, live.beat_s = now_s, now_s + HEARTBEAT_S
        if live.reader is not None and live.greeted and now_s - live.greeted_s > STEADY_S:
            live.attempts = 0
        read, lost = (live.reader.frames_read, live.reader.frames_dropped) if live.reader is not None else (0, 0)
        self._port.send([self._heartbeat(now_s, fps, log, dropped, read=read, lost=lost)])

    # -- both

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

    def _hear(self, message: ToWorker) -> None:
        if isinstance(message, Stop):
            self._stopped = True
        elif not isinstance(message, Configure | Advance):
            self._port.send(self._detector.tell(message))

    def _set_fault(self, fault: FaultKind, t_s: float, detail: str) -> None:
        if fault not in self._faults:
            self._faults[fault] = detail
            self._port.send([Fault(camera_id=self._camera_id, t_s=t_s, fault=fault, active=True, detail=detail)])

    def _clear_fault(self, fault: FaultKind, t_s: float) -> None:
        if fault in self._faults:
            del self._faults[fault]
            self._port.send([Fault(camera_id=self._camera_id, t_s=t_s, fault=fault, active=False)])

    def _hello(self, source: Source) -> Hello:
        spec = self._configure.source
        return Hello(camera_id=self._camera_id, pid=os.getpid(), width=spec.width, height=spec.height, simulated=source.simulated)

    def _heartbeat(self, t_s: float, fps: float, log: tuple[LogLine, ...], log_dropped: int, *, read: int = 0, lost: int = 0) -> Heartbeat:
        counters = msgspec.structs.replace(
            self._detector.counters,
            frames_read=self._frames_read + read,
            frames_dropped=self._frames_dropped + lost,
            frames_bad=self._frames_bad,
            **self._times.counted(),
        )
        age_s = self._detector.reference_age_s(t_s)
        return Heartbeat(
            camera_id=self._camera_id, t_s=t_s, fps=fps, reference_age_s=age_s, counters=counters, log=log, log_dropped=log_dropped
        )


class _Live:
    """Where a live camera stands: its reader, and when the next thing is due (monotonic seconds)."""

    def __init__(self, now_s: float) -> None:
        self.source: Source | None = None
        self.reader: NewestFrame | None = None
        self.greeted = False
        self.greeted_s = now_s
        self.attempts = 0
        self.reopen_s = now_s
        self.beat_s = self.last_beat_s = self.window_s = now_s
        self.slow_windows = 0
        self.frames_stepped = 0
        self._at_beat = 0
        self._at_window = 0

    @property
    def due_s(self) -> float:
        """Tell when something must be done although nothing comes."""
        return self.beat_s if self.reader is not None else min(self.beat_s, self.reopen_s)

    def frames_stepped_since_beat(self) -> int:
        """Count the frames since the last call."""
        count, self._at_beat = self.frames_stepped - self._at_beat, self.frames_stepped
        return count

    def frames_stepped_in_window(self) -> int:
        """Count the frames of the window that runs."""
        return self.frames_stepped - self._at_window

    def open_window(self, now_s: float) -> None:
        """Begin a new window of the frame rate."""
        self.window_s, self._at_window = now_s, self.frames_stepped


def _wait(on: "list[Port | NewestFrame | None]", timeout_s: float) -> None:
    poll = select.poll()
    for item in on:
        if item is not None:
            poll.register(item.fileno(), select.POLLIN)
    poll.poll(max(0.0, timeout_s) * 1000)
