"""Talking to systemd, over real sockets and inherited descriptors."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dartd.systemd import listen_fds, sd_notify, watchdog_interval_s
from tests.support.waiting import DEADLINE_S

_SERVE_INHERITED = """
import os, sys
from dartd.systemd import listen_fds
os.dup2(int(sys.argv[1]), 3)
environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
taken = listen_fds(environ)
print(len(taken), taken[0].getsockname()[1], taken[0].get_inheritable())
"""


@pytest.mark.parametrize("abstract", [False, True])
def test_notify_reaches_the_socket(tmp_path: Path, *, abstract: bool) -> None:
    """The service manager must get every line in one datagram, at a path as well as at an abstract address."""
    address = f"@dartd-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address.replace("@", "\0"))
        systemd.settimeout(DEADLINE_S)
        sent = sd_notify("READY=1", "STATUS=3 cameras\nready", environ={"NOTIFY_SOCKET": address})
        received = systemd.recv(1000)

    assert sent
    assert received == b"READY=1\nSTATUS=3 cameras ready"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_notify_without_systemd_does_nothing(environ: dict[str, str]) -> None:
    """Without systemd, or with its socket gone, notifying must do nothing and raise nothing."""
    assert sd_notify("READY=1", environ=environ) is False


def test_notify_never_blocks_on_a_full_socket(tmp_path: Path) -> None:
    """A systemd that does not read must not stop the event loop: the message is given up."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        sent = [sd_notify("WATCHDOG=1", environ={"NOTIFY_SOCKET": address}) for _ in range(5000)]

    assert sent[0]
    assert not sent[-1]


def test_inherited_socket_is_taken_over() -> None:
    """A socket that systemd opened must be found at descriptor 3, and must not go on to the camera processes."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port = opened.getsockname()[1]
        output = subprocess.run(
            [sys.executable, "-c", _SERVE_INHERITED, str(opened.fileno())],
            pass_fds=[opened.fileno()],
            capture_output=True,
            text=True,
            check=True,
            timeout=DEADLINE_S,
        ).stdout

    assert output.split() == ["1", str(port), "False"]


@pytest.mark.parametrize("environ", [{}, {"LISTEN_PID": "1", "LISTEN_FDS": "1"}])
def test_sockets_of_another_process_are_left_alone(environ: dict[str, str]) -> None:
    """Descriptors that were meant for another process must not be touched."""
    assert listen_fds(environ) == []


@pytest.mark.parametrize(
    ("environ", "interval_s"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "15000000"}, 5.0),
        ({"WATCHDOG_USEC": "15000000", "WATCHDOG_PID": str(os.getpid())}, 5.0),
        ({"WATCHDOG_USEC": "15000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_watchdog_is_fed_three_times_in_its_limit(environ: dict[str, str], interval_s: float | None) -> None:
    """The interval must be a third of systemd's limit, and none when this process is not watched."""
    assert watchdog_interval_s(environ) == interval_s
