"""The camera process's end of the pipe, on a real socket."""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.base import CameraId
from schemas.codec import encode_pipe
from schemas.framing import frame
from schemas.pipe.from_worker import LogLine, MotionDetected
from schemas.pipe.to_worker import Advance, Calibrate, SourceSpec, Stop
from tests.support.peer import Peer
from tests.support.waiting import Waiting
from tests.support.workers import heartbeat
from workers.link import Link, LinkClosedError

ROOT = Path(__file__).resolve().parents[3]
MOTION = MotionDetected(camera_id=CameraId("cam0"), t_s=1.0, episode=1)


@pytest.fixture
def pipe() -> Iterator[tuple[Link, socket.socket]]:
    """Give a link and the other end of its pipe."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Link(theirs), ours


def test_messages_arrive_in_order_however_they_are_cut(pipe: tuple[Link, socket.socket]) -> None:
    """Half a message is nothing yet and does not block; with its rest it is given, and those behind it too."""
    link, daemon = pipe
    data = b"".join(frame(encode_pipe(message)) for message in (Advance(until_s=1.5), Calibrate(), Stop()))
    daemon.sendall(data[:6])
    first = link.receive()
    daemon.sendall(data[6:])
    link.wait(1.0)

    assert first == []
    assert link.receive() == [Advance(until_s=1.5), Calibrate(), Stop()]


def test_the_end_of_the_pipe_raises_after_the_last_message(pipe: tuple[Link, socket.socket]) -> None:
    """What was sent before the daemon left is given, then the link says that it is closed."""
    link, daemon = pipe
    daemon.sendall(frame(encode_pipe(Stop())))
    daemon.close()

    assert link.receive() == [Stop()]
    with pytest.raises(LinkClosedError, match="closed the pipe"):
        link.receive()
    with pytest.raises(LinkClosedError):
        link.send([MOTION])


@pytest.mark.parametrize("data", [frame(b"\xc1"), struct.pack("<I", 1 << 31)])
def test_what_is_no_message_ends_the_link(pipe: tuple[Link, socket.socket], data: bytes) -> None:
    """A daemon that talks rubbish is nobody to work for."""
    link, daemon = pipe
    daemon.sendall(data)

    with pytest.raises(LinkClosedError, match="no message"):
        link.receive()


def test_sending_waits_for_a_daemon_that_is_behind(pipe: tuple[Link, socket.socket]) -> None:
    """More than the pipe holds is sent whole once the daemon reads; nothing is lost."""
    link, daemon = pipe
    big = heartbeat(SourceSpec(camera_id=CameraId("cam0"), url=""), LogLine(level=20, text="x" * 1_000_000))
    thread = threading.Thread(target=link.send, args=([big, MOTION],))
    thread.start()
    peer = Peer(daemon)

    assert peer.next() == big
    assert peer.next() == MOTION
    thread.join()


def test_a_process_dies_with_its_parent(waiting: Waiting) -> None:
    """A child that asked for it is killed by the kernel as soon as its parent is killed, even when it heeds nothing."""
    imports = "import os, time; from workers.link import die_with_parent"
    child = f"{imports}; die_with_parent(os.getppid()); print('ready', flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {child!r}]); print(p.pid, flush=True); p.wait()"
    with subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = {process.stdout.readline().strip(), process.stdout.readline().strip()}
        pid = int(next(line for line in lines if line.isdigit()))
        process.send_signal(signal.SIGKILL)
        process.stdout.close()

    def is_dead() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"

    assert "ready" in lines
    assert waiting.until(is_dead)
