"""Faults that are injected into camera processes, each a process of its own at the other end of a real pipe."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import pytest

from schemas.base import CameraId
from schemas.codec import decode_from_worker, encode_pipe
from schemas.faults import ProcessFault, ScriptedFault
from schemas.framing import Unframer, frame
from schemas.pipe.from_worker import WorkerHeartbeat
from schemas.pipe.to_worker import Configure, SourceSpec
from tests.support.daemon import ROOT
from tests.support.waiting import DEADLINE_S, Waiting
from workers.faulty_link import FaultyLink
from workers.link import Link

CAMERA = CameraId("cam0")
_CHILD = """
import sys, time
from multiprocessing.connection import Connection
from workers.faulty_link import FaultyLink
from workers.link import Link
connection = Connection(int(sys.argv[1]))
link = Link(connection)
link.wait(None)
faulty = FaultyLink(link, link.receive()[0])
real = time.monotonic
time.monotonic = lambda: real() + 3600
while True:
    faulty.send([])
    link.wait(0.01)
"""


def _configure(kind: ProcessFault, at_s: float) -> Configure:
    return Configure(source=SourceSpec(camera_id=CAMERA, url="sim:"), faults=(ScriptedFault(kind=kind, at_s=at_s),))


@contextmanager
def _faulty(kind: ProcessFault) -> Iterator[tuple[socket.socket, "subprocess.Popen[bytes]"]]:
    """Start a process whose fault is due as soon as it is configured."""
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
    """It must end as a process does that accesses invalid memory."""
    with _faulty("crash") as (ours, child):
        assert child.wait(DEADLINE_S) == -signal.SIGSEGV
        assert ours.recv(100) == b""


@pytest.mark.parametrize("kind", ["hang", "garbage", "half_message"])
def test_a_process_that_hangs_ignores_sigterm(kind: ProcessFault, waiting: Waiting) -> None:
    """It must keep its pipe open and ignore SIGTERM; what it sent before is garbage, half a message, or nothing."""
    with _faulty(kind) as (ours, child):
        received = _read(ours, bytes_needed=1 if kind != "hang" else 0)
        waiting.until(lambda: _ignores(child.pid, signal.SIGTERM), "a process that hangs")
        assert child.poll() is None

    payloads = list(Unframer().feed(received))
    assert len(payloads) == (kind == "garbage")
    for payload in payloads:
        with pytest.raises(msgspec.DecodeError):
            decode_from_worker(payload)


def test_a_flood_does_not_end() -> None:
    """Complete messages must follow each other without end."""
    with _faulty("flood") as (ours, _):
        received = _read(ours, bytes_needed=200_000)

    messages = [decode_from_worker(payload) for payload in Unframer().feed(received)]
    assert len(messages) > 500
    assert all(isinstance(message, WorkerHeartbeat) for message in messages)


def test_a_fault_from_before_the_start_is_ignored() -> None:
    """A process that starts after the time of a fault must send and receive normally."""
    ours, theirs = socket.socketpair()
    with ours, Connection(theirs.detach()) as connection:
        faulty = FaultyLink(Link(connection), _configure("crash", at_s=time.monotonic() - 0.001))
        faulty.send([WorkerHeartbeat(camera_id=CAMERA, t_s=1.0)])
        ours.sendall(frame(encode_pipe(_configure("hang", at_s=0))))
        faulty.wait(DEADLINE_S)

        assert [decode_from_worker(payload) for payload in Unframer().feed(ours.recv(1000))] == [WorkerHeartbeat(camera_id=CAMERA, t_s=1.0)]
        assert isinstance(faulty.receive()[0], Configure)
        assert faulty.fileno() == connection.fileno()


def _ignores(pid: int, which: signal.Signals) -> bool:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return bool(int(status["SigIgn"], 16) >> (which - 1) & 1)


def _read(ours: socket.socket, bytes_needed: int) -> bytes:
    received = b""
    while len(received) < bytes_needed:
        received += ours.recv(65536)
    return received
