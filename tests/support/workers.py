"""Camera processes that misbehave, each in its own way: targets for the supervisor, and a detector that only notes what it is given."""

import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from itertools import count

from schemas.base import CameraId
from schemas.codec import encode_pipe
from schemas.framing import frame
from schemas.pipe.from_worker import Counters, FromWorker, LogLine, MotionDetected, SourceOpened, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, SourceSpec, Stop, ToWorker, UpdateBoard
from workers.link import Link, LinkClosedError
from workers.loop import CameraLoop
from workers.sources import open_source
from workers.vision.frame import Frame


class NotingDetector:
    """Answers each frame that is no repeat with a Motion whose episode counts up, and each message with one whose share is -1."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._episodes = count(1)
        self._t_s = 0.0
        self.camera_id = CameraId("")

    def step(self, frame: Frame) -> list[FromWorker]:
        """Decode the frame and tell that it moved."""
        self._t_s = frame.t_s
        if frame.held:
            return []
        share = float(frame.small_grey().mean()) / 255
        return [MotionDetected(camera_id=self.camera_id, t_s=frame.t_s, episode=next(self._episodes), changed_share=share)]

    def look_anew(self) -> None:
        """Have nothing to forget."""

    def tell(self, message: ToWorker) -> list[FromWorker]:
        """Tell that something was said."""
        hand = isinstance(message, UpdateBoard) and message.takeout
        return [MotionDetected(camera_id=self.camera_id, t_s=self._t_s, episode=0, changed_share=-1.0, hand=hand)]

    def reference_age_s(self, now_s: float) -> float:
        """Tell the time since the last frame."""
        return now_s - self._t_s


def play(connection: socket.socket) -> None:
    """Be a real camera loop with a detector that only notes."""
    link, configure = _meet(connection)
    detector = NotingDetector()
    detector.camera_id = configure.source.camera_id
    spec = configure.source
    try:
        CameraLoop(link, configure, detector, lambda: open_source(spec, lockstep=configure.lockstep, start_s=configure.start_s)).run()
    except LinkClosedError:
        return


def by_url(connection: socket.socket) -> None:
    """Behave as the URL of the source says: `test:crash` is `crash`."""
    link, configure = _meet(connection)
    BEHAVIOURS[configure.source.url.removeprefix("test:")](connection, link, configure.source)


def silent(_connection: socket.socket) -> None:
    """Never say a word, and end at nothing but SIGKILL."""
    _cling_to_life()


def raises(_connection: socket.socket) -> None:
    """Break at once."""
    raise RuntimeError("on purpose")


def tell_loaded(connection: socket.socket) -> None:
    """Tell, of what matters, which modules are loaded, and how many descriptors are open beyond the standard ones."""
    heavy = ("starlette", "uvicorn", "anyio", "asyncio", "sqlite3", "dartd", "cv2", "workers.detector", "workers.entry")
    descriptors = [name for name in os.listdir("/proc/self/fd") if int(name) > 2]  # noqa: PTH208 (plain)
    connection.sendall(f"{' '.join(name for name in heavy if name in sys.modules)}|{len(descriptors)}".encode())


def _good(_connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    """Say Hello, then twenty heartbeats a second until told to stop; the loaded modules are told in the log."""
    names = ("starlette", "uvicorn", "anyio", "asyncio", "cv2", "sqlite3")
    loaded = ",".join(name for name in names if name in sys.modules)
    link.send([hello(spec), heartbeat(spec, LogLine(level=30, text=f"loaded: {loaded}"))])
    while True:
        link.wait(0.05)
        try:
            if any(isinstance(message, Stop) for message in link.receive()):
                return
        except LinkClosedError:
            return
        link.send([heartbeat(spec)])


def _crash(_connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    link.send([hello(spec)])
    os._exit(3)


def _hang(_connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    link.send([hello(spec)])
    _cling_to_life()


def _flood(_connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    link.send([hello(spec)])
    while True:
        link.send([heartbeat(spec)] * 100)


def _garbage(connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    link.send([hello(spec)])
    connection.setblocking(True)
    connection.sendall(frame(b"\xc1 this is no message"))
    _cling_to_life()


def _giant(connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    link.send([hello(spec)])
    connection.setblocking(True)
    connection.sendall(struct.pack("<I", 1 << 30))
    _cling_to_life()


def _half(connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    link.send([hello(spec)])
    _send_half(connection, spec)
    _cling_to_life()


def _die_mid_message(connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    link.send([hello(spec)])
    _send_half(connection, spec)
    os._exit(4)


def _mute(connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    """Close the pipe and live on."""
    link.send([hello(spec)])
    connection.close()
    _cling_to_life()


def _deaf(_connection: socket.socket, link: Link, spec: SourceSpec) -> None:
    """Speak on and on without ever listening."""
    link.send([hello(spec)])
    while True:
        time.sleep(0.05)
        link.send([heartbeat(spec)])


BEHAVIOURS: dict[str, Callable[[socket.socket, Link, SourceSpec], None]] = {
    "good": _good,
    "crash": _crash,
    "hang": _hang,
    "flood": _flood,
    "garbage": _garbage,
    "giant": _giant,
    "half": _half,
    "die_mid_message": _die_mid_message,
    "mute": _mute,
    "deaf": _deaf,
}


def hello(spec: SourceSpec) -> SourceOpened:
    """Say who it is."""
    return SourceOpened(camera_id=spec.camera_id, pid=os.getpid(), width=spec.width, height=spec.height, simulated=True)


def heartbeat(spec: SourceSpec, *log: LogLine) -> WorkerHeartbeat:
    """Give a sign of life."""
    return WorkerHeartbeat(camera_id=spec.camera_id, t_s=time.monotonic(), fps=20.0, counters=Counters(frames_read=1), log=log)


def _meet(connection: socket.socket) -> tuple[Link, Configure]:
    link = Link(connection)
    while True:
        link.wait(None)
        for message in link.receive():
            if isinstance(message, Configure):
                return link, message


def _send_half(connection: socket.socket, spec: SourceSpec) -> None:
    connection.setblocking(True)
    whole = frame(encode_pipe(heartbeat(spec)))
    connection.sendall(whole[: len(whole) // 2])


def _cling_to_life() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        time.sleep(1)
