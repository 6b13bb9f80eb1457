"""The daemon's end of a pipe with blocking calls, for tests of the camera process's end."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Self, TypeVar

from schemas.base import CameraId
from schemas.codec import decode_from_worker, encode_pipe
from schemas.framing import Unframer, frame
from schemas.pipe.from_worker import FromWorker, Progress
from schemas.pipe.to_worker import Configure, Stop, ToWorker
from tests.support.waiting import DEADLINE_S
from tests.support.workers import CountingDetector
from workers.link import Link
from workers.loop import CameraLoop
from workers.sources import Source, open_source

T = TypeVar("T")


class Peer:
    """Reads what a camera process sends, with a deadline."""

    def __init__(self, connection: socket.socket, timeout_s: float = DEADLINE_S) -> None:
        self.connection = connection
        self.received: list[FromWorker] = []
        self._unframer = Unframer()
        self._waiting: list[FromWorker] = []
        self._timeout_s = timeout_s

    def send(self, message: ToWorker) -> None:
        """Send a message."""
        self.connection.sendall(frame(encode_pipe(message)))

    def next(self) -> FromWorker:
        """Wait for the next message."""
        deadline_s = time.monotonic() + self._timeout_s
        while not self._waiting:
            self.connection.settimeout(max(0.001, deadline_s - time.monotonic()))
            chunk = self.connection.recv(65536)
            if not chunk:
                raise EOFError(f"the camera process closed the pipe; received {self.received}")
            self._waiting += [decode_from_worker(payload) for payload in self._unframer.feed(chunk)]
        message = self._waiting.pop(0)
        self.received.append(message)
        return message

    def wait_for(self, kind: type[T], condition: Callable[[T], bool] = lambda _: True) -> T:
        """Wait for a message of a kind that meets a condition; others are only kept in `received`."""
        deadline_s = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline_s:
            message = self.next()
            if isinstance(message, kind) and condition(message):
                return message
        raise AssertionError(f"no such {kind.__name__} within {self._timeout_s} s; received {self.received}")

    def until_progress(self) -> tuple[list[FromWorker], Progress]:
        """Return the messages up to the next progress, and that progress."""
        messages: list[FromWorker] = []
        while not isinstance(message := self.next(), Progress):
            messages.append(message)
        return messages, message


@contextmanager
def running(configure: Configure, sources: Callable[[], Source] | None = None) -> Iterator[Peer]:
    """Run a camera loop with a detector that only counts, in a thread, and end it."""
    ours, its_end = socket.socketpair()
    theirs = Connection(its_end.detach())
    spec = configure.source
    detector = CountingDetector()
    detector.camera_id = CameraId(spec.camera_id)
    opener = sources or (lambda: open_source(spec, lockstep=configure.lockstep, start_s=configure.start_s))
    loop = CameraLoop(Link(theirs), configure, detector, opener)
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    with ours, theirs:
        peer = Peer(ours)
        yield peer
        peer.send(Stop())
        thread.join(DEADLINE_S)
        assert not thread.is_alive(), "the loop did not end on Stop"


class UnconnectedPort:
    """A port without another end: nothing arrives, and what is sent is only kept."""

    def __init__(self) -> None:
        self.sent: list[FromWorker] = []
        self._ours, self._theirs = socket.socketpair()

    def __enter__(self) -> Self:
        """Return the port."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the port."""
        self._ours.close()
        self._theirs.close()

    def fileno(self) -> int:
        """Return a file descriptor that never becomes readable."""
        return self._ours.fileno()

    def wait(self, timeout_s: float | None) -> None:
        """Return at once."""

    def receive(self) -> list[ToWorker]:
        """Return no messages."""
        return []

    def send(self, messages: Iterable[FromWorker]) -> None:
        """Keep messages."""
        self.sent += messages
