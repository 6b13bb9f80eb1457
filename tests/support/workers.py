"""Targets for the supervisor that misbehave, each in its own way, and a detector that only counts what it is given."""

import os
import signal
import struct
import sys
import time
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection

from schemas.base import CameraId
from schemas.codec import encode_pipe
from schemas.framing import frame
from schemas.pipe import FORK_SERVER_PARENT
from schemas.pipe.from_worker import Counters, FromWorker, LogLine, MotionDetected, SourceOpened, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, SourceSpec, Stop, ToWorker, UpdateBoard
from workers.link import Link, LinkClosedError
from workers.loop import CameraLoop
from workers.sources import open_source
from workers.vision.frame import Frame


class CountingDetector:
    """Answers each frame that is no repeat with a Motion whose episode counts up, and each message with one whose share is -1."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._episodes = count(1)
        self._t_s = 0.0
        self.camera_id = CameraId("")

    def step(self, frame: Frame) -> list[FromWorker]:
        """Decode the frame and report motion."""
        self._t_s = frame.t_s
        if frame.held:
            return []
        share = float(frame.small_grey().mean()) / 255
        return [MotionDetected(camera_id=self.camera_id, t_s=frame.t_s, episode=next(self._episodes), changed_share=share)]

    def reacquire(self) -> None:
        """Do nothing: there is no reference."""

    def handle(self, message: ToWorker) -> list[FromWorker]:
        """Report that a message arrived."""
        hand = isinstance(message, UpdateBoard) and message.takeout
        return [MotionDetected(camera_id=self.camera_id, t_s=self._t_s, episode=0, changed_share=-1.0, hand=hand)]

    def reference_age_s(self, now_s: float) -> float:
        """Return the time since the last frame."""
        return now_s - self._t_s


def play(connection: Connection) -> None:
    """Run a real camera loop with a detector that only counts."""
    link, configure = _connect(connection)
    detector = CountingDetector()
    detector.camera_id = configure.source.camera_id
    spec = configure.source
    try:
        CameraLoop(link, configure, detector, lambda: open_source(spec, lockstep=configure.lockstep, start_s=configure.start_s)).run()
    except LinkClosedError:
        return


def by_url(connection: Connection) -> None:
    """Behave as the URL of the source says: `test:crash` crashes."""
    link, configure = _connect(connection)
    BEHAVIOURS[configure.source.url.removeprefix("test:")](connection, link, configure.source)


def hang(_connection: Connection) -> None:
    """Send nothing, and end only on SIGKILL."""
    _ignore_signals()


def raises(_connection: Connection) -> None:
    """Raise at once."""
    raise RuntimeError("on purpose")


def report_state(connection: Connection) -> None:
    """Send which of some modules are loaded, the number of open descriptors beyond the standard ones, and some of the environment."""
    modules = (
        "starlette",
        "uvicorn",
        "anyio",
        "asyncio",
        "sqlite3",
        "dartd",
        "click",
        "pytest",
        "cv2",
        "workers.detector",
        "workers.entry",
    )
    descriptors = [name for name in os.listdir("/proc/self/fd") if int(name) > 2]  # noqa: PTH208 (plain)
    loaded = " ".join(name for name in modules if name in sys.modules)
    threads, has_variable = os.environ.get("OPENBLAS_NUM_THREADS"), FORK_SERVER_PARENT in os.environ
    connection.send_bytes(f"{loaded}|{len(descriptors)}|{threads}|{has_variable}".encode())


def _good(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    """Report the source as open, then send twenty heartbeats a second until `Stop`; the log says which modules are loaded."""
    names = ("starlette", "uvicorn", "anyio", "asyncio", "cv2", "sqlite3")
    loaded = ",".join(name for name in names if name in sys.modules)
    link.send([source_opened(spec), heartbeat(spec, LogLine(level=30, text=f"loaded: {loaded}"))])
    while True:
        link.wait(0.05)
        try:
            if any(isinstance(message, Stop) for message in link.receive()):
                return
        except LinkClosedError:
            return
        link.send([heartbeat(spec)])


def _crash(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    link.send([source_opened(spec)])
    os._exit(3)


def _hang(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    link.send([source_opened(spec)])
    _ignore_signals()


def _flood(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    link.send([source_opened(spec)])
    while True:
        link.send([heartbeat(spec)] * 100)


def _garbage(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    link.send([source_opened(spec)])
    link.send_bytes(frame(b"\xc1 this is not a message"))
    _ignore_signals()


def _giant(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    link.send([source_opened(spec)])
    link.send_bytes(struct.pack("<I", 1 << 30))
    _ignore_signals()


def _half(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    link.send([source_opened(spec)])
    _send_half(link, spec)
    _ignore_signals()


def _die_mid_message(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    link.send([source_opened(spec)])
    _send_half(link, spec)
    os._exit(4)


def _mute(connection: Connection, link: Link, spec: SourceSpec) -> None:
    """Close the pipe and keep running."""
    link.send([source_opened(spec)])
    connection.close()
    _ignore_signals()


def _never_reading(_connection: Connection, link: Link, spec: SourceSpec) -> None:
    """Send heartbeats and never read."""
    link.send([source_opened(spec)])
    while True:
        time.sleep(0.05)
        link.send([heartbeat(spec)])


BEHAVIOURS: dict[str, Callable[[Connection, Link, SourceSpec], None]] = {
    "good": _good,
    "crash": _crash,
    "hang": _hang,
    "flood": _flood,
    "garbage": _garbage,
    "giant": _giant,
    "half": _half,
    "die_mid_message": _die_mid_message,
    "mute": _mute,
    "never_reading": _never_reading,
}


def source_opened(spec: SourceSpec) -> SourceOpened:
    """Make the first message of a process."""
    return SourceOpened(camera_id=spec.camera_id, pid=os.getpid(), width=spec.width, height=spec.height, simulated=True)


def heartbeat(spec: SourceSpec, *log: LogLine) -> WorkerHeartbeat:
    """Make a heartbeat."""
    return WorkerHeartbeat(camera_id=spec.camera_id, t_s=time.monotonic(), fps=20.0, counters=Counters(frames_read=1), log=log)


def _connect(connection: Connection) -> tuple[Link, Configure]:
    link = Link(connection)
    while True:
        link.wait(None)
        for message in link.receive():
            if isinstance(message, Configure):
                return link, message


def _send_half(link: Link, spec: SourceSpec) -> None:
    whole = frame(encode_pipe(heartbeat(spec)))
    link.send_bytes(whole[: len(whole) // 2])


def _ignore_signals() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        time.sleep(1)
