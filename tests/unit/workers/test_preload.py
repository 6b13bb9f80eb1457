"""What the fork server imports first, in a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from schemas.pipe import FORK_SERVER_PARENT
from tests.support.daemon import ROOT
from tests.support.waiting import DEADLINE_S
from workers import preload

_PROGRAM = """
import gc, os, signal, sys
import workers.preload
child = os.fork()
if child == 0:
    signal.pause()
print(os.getpid(), child, gc.get_freeze_count() > 1000, flush=True)
signal.pause()
"""


def status(pid: int) -> dict[str, str]:
    """Return what the kernel says of a process."""
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())


def test_it_does_nothing_where_it_is_imported_otherwise() -> None:
    """Without the variable of the fork server the import must change nothing: neither the name of the process nor what Ctrl-C does."""
    program = "import signal, workers.preload; signal.raise_signal(signal.SIGINT)"
    # a shell that starts tests in the background lets them ignore Ctrl-C, and so their children
    default = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    environment = {**{key: value for key, value in os.environ.items() if key != FORK_SERVER_PARENT}, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", default + program], env=environment, stderr=subprocess.PIPE, check=False, text=True)

    assert preload.NAME not in Path("/proc/self/comm").read_text()
    assert ended.stderr.rstrip().endswith("KeyboardInterrupt")


def test_the_fork_server_is_prepared() -> None:
    """It must have its name, ignore Ctrl-C, and freeze its objects before each fork; its children must end with it."""
    environment = {**os.environ, FORK_SERVER_PARENT: str(os.getpid()), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", _PROGRAM], env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid, child, has_frozen = server.stdout.readline().split()
        child_status = status(int(child))
        ignored = int(child_status["SigIgn"], 16) >> (signal.SIGINT - 1) & 1
        server.kill()
        rest = server.stdout.read()  # ends when the child, which has the descriptor too, has ended

    assert (int(pid), has_frozen, rest) == (server.pid, "True", "")
    assert (child_status["Name"], ignored) == (preload.NAME, 1)


def test_one_whose_parent_is_gone_ends_at_once() -> None:
    """A parent that ended before the kernel was asked must not leave a fork server behind."""
    environment = {**os.environ, FORK_SERVER_PARENT: "1", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", _PROGRAM], env=environment, stdout=subprocess.PIPE, check=False, timeout=DEADLINE_S)

    assert (ended.returncode, ended.stdout) == (1, b"")
