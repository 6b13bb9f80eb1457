"""Camera processes that go wrong on purpose, each a process of its own at the other end of a real pipe."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from schemas.base import CameraId
from schemas.codec import decode_from_worker, encode_pipe
from schemas.faults import ProcessFault, ScriptedFault
from schemas.framing import Unframer, frame
from schemas.worker import Configure, Heartbeat, SourceSpec
from tests.support.daemon import ROOT
from tests.support.waiting import DEADLINE_S, Waiting
from workers.link import Link
from workers.mischief import Mischief

CAMERA = CameraId("cam0")
_CHILD = """
import socket, sys, time
from workers.link import Link
from workers.mischief import Mischief
connection = socket.socket(fileno=int(sys.argv[1]))
link = Link(connection)
link.wait(None)
mischief = Mischief(link, connection, link.receive()[0])
real = time.monotonic
time.monotonic = lambda: real() + 3600
while True:
    mischief.send([])
    link.wait(0.01)
"""


def _configure(kind: ProcessFault, at_s: float) -> Configure:
    return Configure(source=SourceSpec(camera_id=CAMERA, url="sim:"), faults=(ScriptedFault(kind=kind, at_s=at_s),))


@contextmanager
def _struck(kind: ProcessFault) -> Iterator[tuple[socket.socket, "subprocess.Popen[bytes]"]]:
    """Start a process for which the time of its fault comes as soon as it is configured."""
    ours, theirs = socket.socketpair()
    with ours:
        command = [sys.executable, "-c", _CHILD, str(theirs.fileno())]
        child = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], stderr=subprocess.DEVNULL)
        theirs.close()
        try:
            ours.settimeout(DEADLINE_S)
            ours.sendall(frame(encode_pipe(_configure(kind, at_s=time.monotonic() + 600))))
            yield ours, child
        finally:
            child.kill()
            child.wait(DEADLINE_S)


def test_a_crash_ends_the_process_by_a_signal() -> None:
    """It dies as a process does that touches memory that is not its own."""
    with _struck("crash") as (ours, child):
        assert child.wait(DEADLINE_S) == -signal.SIGSEGV
        assert ours.recv(100) == b""


@pytest.mark.parametrize("kind", ["hang", "garbage", "half_message"])
def test_one_that_hangs_lives_on_whatever_it_is_asked(kind: ProcessFault, waiting: Waiting) -> None:
    """It keeps its pipe open and ignores SIGTERM; what it said before is as the fault wants it."""
    with _struck(kind) as (ours, child):
        said = _heard(ours, bytes_needed=1 if kind != "hang" else 0)
        waiting.until(lambda: _ignores(child.pid, signal.SIGTERM), "a process that hangs")
        assert child.poll() is None

    payloads = list(Unframer().feed(said))
    assert len(payloads) == (kind == "garbage")
    for payload in payloads:
        with pytest.raises(msgspec.DecodeError):
            decode_from_worker(payload)


def test_a_flood_does_not_end() -> None:
    """Message follows message, each of them whole."""
    with _struck("flood") as (ours, _):
        said = _heard(ours, bytes_needed=200_000)

    messages = [decode_from_worker(payload) for payload in Unframer().feed(said)]
    assert len(messages) > 500
    assert all(isinstance(message, Heartbeat) for message in messages)


def test_what_struck_the_process_before_does_not_strike_this_one() -> None:
    """A process that starts after the time of a fault speaks as it should, and hears as well."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        mischief = Mischief(Link(theirs), theirs, _configure("crash", at_s=time.monotonic() - 0.001))
        mischief.send([Heartbeat(camera_id=CAMERA, t_s=1.0)])
        ours.sendall(frame(encode_pipe(_configure("hang", at_s=0))))
        mischief.wait(5)

        assert [decode_from_worker(payload) for payload in Unframer().feed(ours.recv(1000))] == [Heartbeat(camera_id=CAMERA, t_s=1.0)]
        assert isinstance(mischief.receive()[0], Configure)
        assert mischief.fileno() == theirs.fileno()


def _ignores(pid: int, which: signal.Signals) -> bool:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return bool(int(status["SigIgn"], 16) >> (which - 1) & 1)


def _heard(ours: socket.socket, bytes_needed: int) -> bytes:
    said = b""
    while len(said) < bytes_needed:
        said += ours.recv(65536)
    return said
