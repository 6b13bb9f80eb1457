"""The camera process's end of the pipe, on a real pipe."""

import socket
import struct
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest

from schemas.base import CameraId
from schemas.codec import encode_pipe
from schemas.framing import frame
from schemas.pipe.from_worker import LogLine, MotionDetected
from schemas.pipe.to_worker import Advance, Calibrate, SourceSpec, Stop
from tests.support.peer import Peer
from tests.support.workers import heartbeat
from workers.link import Link, LinkClosedError

MOTION = MotionDetected(camera_id=CameraId("cam0"), t_s=1.0, episode=1)


@pytest.fixture
def pipe() -> Iterator[tuple[Link, socket.socket]]:
    """Provide a link and the other end of its pipe."""
    ours, theirs = socket.socketpair()
    with ours, Connection(theirs.detach()) as connection:
        yield Link(connection), ours


def test_messages_arrive_in_order_however_they_are_cut(pipe: tuple[Link, socket.socket]) -> None:
    """Half a message must not block and give nothing yet; with its rest it must be returned, and those after it too."""
    link, daemon = pipe
    data = b"".join(frame(encode_pipe(message)) for message in (Advance(until_s=1.5), Calibrate(), Stop()))
    daemon.sendall(data[:6])
    first = link.receive()
    daemon.sendall(data[6:])
    link.wait(1.0)

    assert first == []
    assert link.receive() == [Advance(until_s=1.5), Calibrate(), Stop()]


def test_the_end_of_the_pipe_raises_after_the_last_message(pipe: tuple[Link, socket.socket]) -> None:
    """What was sent before the daemon closed the pipe must be returned, then an error."""
    link, daemon = pipe
    daemon.sendall(frame(encode_pipe(Stop())))
    daemon.close()

    assert link.receive() == [Stop()]
    with pytest.raises(LinkClosedError, match="closed the pipe"):
        link.receive()
    with pytest.raises(LinkClosedError):
        link.send([MOTION])


@pytest.mark.parametrize("data", [frame(b"\xc1"), struct.pack("<I", 1 << 31)])
def test_bytes_that_are_not_a_message_end_the_link(pipe: tuple[Link, socket.socket], data: bytes) -> None:
    """A daemon that sends garbage must be an error."""
    link, daemon = pipe
    daemon.sendall(data)

    with pytest.raises(LinkClosedError, match="not a message"):
        link.receive()


def test_sending_waits_for_a_daemon_that_is_behind(pipe: tuple[Link, socket.socket]) -> None:
    """More than the pipe holds must arrive complete once the daemon reads."""
    link, daemon = pipe
    big = heartbeat(SourceSpec(camera_id=CameraId("cam0"), url=""), LogLine(level=20, text="x" * 1_000_000))
    thread = threading.Thread(target=link.send, args=([big, MOTION],))
    thread.start()
    peer = Peer(daemon)

    assert peer.next() == big
    assert peer.next() == MOTION
    thread.join()
