"""The camera loop between a real source and a real pipe."""

import math
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.base import CameraId
from schemas.pipe.from_worker import CameraFault, MotionDetected, Progress, SourceOpened, WorkerHeartbeat
from schemas.pipe.to_worker import Advance, Calibrate, Configure, SourceSpec, UpdateBoard
from tests.support.peer import UnconnectedPort, running
from tests.support.pictures import HEIGHT, WIDTH, camera, jpeg, sequence, write_recording
from tests.support.waiting import DEADLINE_S
from tests.support.workers import CountingDetector
from workers import loop as module
from workers.loop import CameraLoop, SourceStuckError
from workers.sources.errors import SourceError
from workers.vision.frame import Frame

CAM = CameraId("cam0")


def configure(url: str, *, lockstep: bool = True, fps: float = 30.0) -> Configure:
    """Return the configuration of a small camera."""
    return Configure(source=SourceSpec(camera_id=CAM, url=url, width=WIDTH, height=HEIGHT, fps=fps), lockstep=lockstep)


def recording(folder: Path, *files: str, fps: float = 10, hold_ms: float = 200) -> str:
    """Write a recording of one sequence that shows each file for `hold_ms`."""
    frames = [(n * hold_ms, {"cam0": file}) for n, file in enumerate(files)]
    return f"recording:{write_recording(folder, {'cam0': camera(fps)}, sequence('r1', len(files) * hold_ms, *frames))}"


class ScriptedSource:
    """A live source that does one thing after the other: bytes are frames, errors are raised, callables are called."""

    simulated = True

    def __init__(self, steps: list[bytes | SourceError | Callable[[], None]], *, refuses: str = "") -> None:
        self._steps = iter(steps)
        self._refuses = refuses

    def open(self) -> None:
        """Open, or refuse to."""
        if self._refuses:
            raise SourceError(self._refuses)

    def next_s(self) -> float | None:
        """Not known."""
        return None

    def read(self) -> Frame | None:
        """Take the next step."""
        for step in self._steps:
            if isinstance(step, SourceError):
                raise step
            if isinstance(step, bytes):
                return Frame(time.monotonic(), jpeg=step)
            step()
        return None

    def close(self) -> None:
        """Close."""


def until(event: threading.Event) -> Callable[[], None]:
    """Block a source until an event."""

    def wait() -> None:
        event.wait(DEADLINE_S)

    return wait


# -- lockstep


def test_in_lockstep_every_frame_is_processed_when_granted(tmp_path: Path) -> None:
    """Hello and a first progress come unasked; each grant is answered with the frames up to it; the end says so."""
    with running(configure(recording(tmp_path, "10.jpg", "20.jpg", fps=10))) as peer:
        said, first = peer.until_progress()
        grants = []
        progress = first
        while progress.next_s is not None:
            peer.send(Advance(until_s=progress.next_s))
            frames, progress = peer.until_progress()
            grants.append((round(progress.t_s, 6), [type(message).__name__ for message in frames]))

    assert [type(message).__name__ for message in said] == ["SourceOpened"]
    assert (first.t_s, first.next_s) == (0.0, 0.0)
    assert grants == [(0.0, ["MotionDetected"]), (0.1, []), (0.2, ["MotionDetected"]), (0.3, ["WorkerHeartbeat"])]


def test_in_lockstep_one_grant_may_cover_many_frames(tmp_path: Path) -> None:
    """A grant without limit plays to the end, one progress for each frame; nothing is dropped and all is counted."""
    with running(configure(recording(tmp_path, "10.jpg", "20.jpg", fps=30, hold_ms=1000))) as peer:
        peer.until_progress()
        peer.send(Advance(until_s=math.inf))
        last = peer.wait_for(Progress, lambda progress: progress.next_s is None)
        beat = next(message for message in peer.received if isinstance(message, WorkerHeartbeat))

    assert sum(isinstance(message, Progress) for message in peer.received) == 61
    assert last.t_s == pytest.approx(59 / 30)
    assert (beat.counters.frames_read, beat.counters.frames_dropped, beat.counters.frames_bad) == (60, 0, 0)


def test_in_lockstep_what_is_said_waits_for_the_grant(tmp_path: Path) -> None:
    """Messages that come before a grant are handled with it, before the frame, so that their answers have one place only."""
    with running(configure(recording(tmp_path, "10.jpg"))) as peer:
        peer.until_progress()
        peer.send(UpdateBoard(takeout=True))
        peer.send(Calibrate())
        peer.send(Advance(until_s=0.0))
        said, _ = peer.until_progress()

    assert [(message.changed_share >= 0, message.hand) for message in said if isinstance(message, MotionDetected)] == [
        (False, True),
        (False, False),
        (True, False),
    ]


def test_in_lockstep_a_grant_without_a_frame_is_answered(tmp_path: Path) -> None:
    """A grant that ends before the next frame is answered with a progress that reaches it."""
    with running(configure(recording(tmp_path, "10.jpg", fps=1, hold_ms=3000))) as peer:
        peer.until_progress()
        peer.send(Advance(until_s=0.0))
        peer.until_progress()
        peer.send(Advance(until_s=0.5))
        said, progress = peer.until_progress()

    assert said == []
    assert (progress.t_s, progress.next_s) == (0.5, 1.0)


def test_in_lockstep_a_recording_that_cannot_be_read_is_a_fault_and_the_end(tmp_path: Path) -> None:
    """A source that does not open is reported as camera_gone with its reason, and has no next frame; a grant is answered all the same."""
    with running(configure(f"recording:{tmp_path}/nowhere")) as peer:
        said, progress = peer.until_progress()
        peer.send(Advance(until_s=1.0))
        _, again = peer.until_progress()

    fault = said[0]
    assert isinstance(fault, CameraFault)
    assert (fault.fault, fault.active, progress.next_s, again.next_s) == ("camera_gone", True, None, None)
    assert "nowhere/recording.json" in fault.detail


def test_bad_frames_are_a_fault_until_all_have_been_good_for_a_second(tmp_path: Path) -> None:
    """One that spoils every other picture is reported once and ends once, by a picture and no repeat; bad frames are counted."""
    pictures = ["10.jpg", "missing.jpg", "20.jpg", "missing.jpg", "10.jpg", "20.jpg", "10.jpg"]
    with running(configure(recording(tmp_path, *pictures, fps=10, hold_ms=400))) as peer:
        peer.until_progress()
        peer.send(Advance(until_s=math.inf))
        peer.wait_for(Progress, lambda progress: progress.next_s is None)
        faults = [message for message in peer.received if isinstance(message, CameraFault)]
        beat = next(message for message in peer.received if isinstance(message, WorkerHeartbeat))

    assert [(round(fault.t_s, 3), fault.fault, fault.active) for fault in faults] == [(0.4, "bad_frame", True), (2.4, "bad_frame", False)]
    assert faults[0].detail == "the frame is empty"
    assert beat.counters.frames_bad == 2
    assert (beat.counters.decode_s > 0, beat.counters.diff_s > 0, beat.counters.locates) == (True, True, 0)


# -- live


@pytest.mark.slow
def test_live_a_camera_says_hello_with_its_first_frame_and_beats(tmp_path: Path) -> None:
    """A heartbeat comes at once and then every second, with counters and frame rate; frames are answered meanwhile."""
    url = recording(tmp_path, *["10.jpg", "20.jpg"] * 15, fps=20, hold_ms=100)
    with running(configure(url, lockstep=False, fps=20)) as peer:
        first = peer.next()
        hello = peer.wait_for(SourceOpened)
        beat = peer.wait_for(WorkerHeartbeat, lambda heartbeat: heartbeat.counters.frames_read > 20)
        peer.send(UpdateBoard(takeout=True))
        answer = peer.wait_for(MotionDetected, lambda motion: motion.changed_share < 0)

    assert isinstance(first, WorkerHeartbeat)
    assert (hello.camera_id, hello.width, hello.height, hello.simulated) == (CAM, WIDTH, HEIGHT, False)
    assert 5 < beat.fps < 25
    assert answer.hand


@pytest.mark.slow
def test_live_the_end_of_a_recording_is_reported(tmp_path: Path) -> None:
    """A recording that ends live is reported as the fault `ended` and a progress without a next frame; the process stays."""
    with running(configure(recording(tmp_path, "10.jpg", hold_ms=100), lockstep=False)) as peer:
        fault = peer.wait_for(CameraFault)
        progress = peer.wait_for(Progress)
        beat = peer.wait_for(WorkerHeartbeat)

    assert (fault.fault, fault.active, progress.next_s) == ("ended", True, None)
    assert beat.counters.frames_read == 1


def test_live_a_camera_that_goes_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that breaks off is a fault with its reason and is tried again; a new reason is reported; once it works, Hello comes."""
    monkeypatch.setattr(module, "REOPEN_FIRST_S", 0.01)
    picture, wait = jpeg(10), threading.Event()
    sources = iter(
        [
            ScriptedSource([picture, SourceError("unplugged")]),
            ScriptedSource([], refuses="still not there"),
            ScriptedSource([picture, until(wait)]),
        ]
    )
    with running(configure("test:", lockstep=False), lambda: next(sources)) as peer:
        gone = peer.wait_for(CameraFault)
        still_gone = peer.wait_for(CameraFault)
        back = peer.wait_for(CameraFault)
        hello = peer.wait_for(SourceOpened)
        wait.set()

    assert (gone.fault, gone.active, gone.detail) == ("camera_gone", True, "unplugged")
    assert (still_gone.fault, still_gone.active, still_gone.detail) == ("camera_gone", True, "still not there")
    assert (back.fault, back.active) == ("camera_gone", False)
    assert hello.simulated


def test_live_a_silent_camera_is_gone_until_it_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that blocks is reported as gone although it raised nothing, and heartbeats go on; the next picture brings it back."""
    monkeypatch.setattr(module, "SILENT_S", 0.05)
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.05)
    wait, last = threading.Event(), threading.Event()
    source = ScriptedSource([jpeg(10), until(wait), jpeg(20), until(last)])
    with running(configure("test:", lockstep=False), lambda: source) as peer:
        gone = peer.wait_for(CameraFault)
        wait.set()
        back = peer.wait_for(CameraFault)
        peer.wait_for(SourceOpened)
        last.set()

    assert gone.active
    assert gone.detail.startswith("no picture for")
    assert not back.active


def test_live_a_source_that_hangs_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source stuck in the operating system raises, so that the supervisor starts a new process."""
    monkeypatch.setattr(module, "STUCK_S", 0.05)
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.02)
    never = threading.Event()
    source = ScriptedSource([until(never)])

    with UnconnectedPort() as port, pytest.raises(SourceStuckError, match="does not return"):
        CameraLoop(port, configure("test:", lockstep=False), CountingDetector(), lambda: source).run()
    never.set()


def test_live_a_camera_that_is_too_slow_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two windows in a row with less than half of the wanted frames are the fault `slow`."""
    monkeypatch.setattr(module, "SLOW_WINDOW_S", 0.2)
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.1)
    url = recording(tmp_path, "10.jpg", fps=10, hold_ms=5000)
    with running(configure(url, lockstep=False, fps=60)) as peer:
        fault = peer.wait_for(CameraFault)

    assert (fault.fault, fault.active) == ("slow", True)
    assert "of 60 frames per second" in fault.detail


def test_live_a_crash_of_the_source_crashes_the_loop() -> None:
    """An error that is no SourceError is a fault of ours: it ends the process with its traceback."""

    def fail() -> None:
        raise ZeroDivisionError("a mistake")

    source = ScriptedSource([fail])

    with UnconnectedPort() as port, pytest.raises(ZeroDivisionError):
        CameraLoop(port, configure("test:", lockstep=False), CountingDetector(), lambda: source).run()
