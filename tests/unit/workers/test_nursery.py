"""The process that camera processes are forked from, heard over its socket as the daemon hears it."""

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.waiting import DEADLINE_S
from workers.nursery import main, resolve

ROOT = Path(__file__).resolve().parents[3]


class Forked(NamedTuple):
    """A process that was ordered: its pipe, and the line that tells of it."""

    pipe: socket.socket
    line: socket.socket

    def number(self) -> int:
        """Hear the process id, then the exit code."""
        told: int = struct.unpack("=i", self.line.recv(4))[0]
        return told


Fork = Callable[[str], Forked]


@pytest.fixture
def fork() -> Iterator[Fork]:
    """Give a way to order processes from a nursery."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "workers.nursery", str(theirs.fileno())]
    with ExitStack() as open_, subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()]) as process:
        theirs.close()

        def order(target: str) -> Forked:
            (pipe, its_pipe), (line, its_line) = socket.socketpair(), socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with its_pipe, its_line:
                socket.send_fds(ours, [target.encode()], [its_pipe.fileno(), its_line.fileno()])
            for each in (pipe, line):
                open_.enter_context(each).settimeout(20)
            return Forked(pipe, line)

        yield order
        ours.close()
        assert process.wait(DEADLINE_S) == 0


def test_a_child_has_all_it_needs_and_nothing_of_the_daemon(fork: Fork) -> None:
    """It has OpenCV and the detector from the first moment, no server, no database, and no other child's descriptors."""
    other = fork("tests.support.workers:silent").number()
    child = fork("tests.support.workers:tell_loaded")
    pid = child.number()
    loaded, descriptors = child.pipe.recv(65536).decode().split("|")
    exit_code = child.number()

    assert set(loaded.split()) == {"cv2", "workers.detector", "workers.entry"}
    assert int(descriptors) <= 3  # its pipe, the memory of a random generator, and the listing itself
    assert (pid == other, exit_code) == (False, 0)


@pytest.mark.parametrize("target", ["no.such:target", "tests.support.workers:raises"])
def test_how_a_child_ended_is_told(fork: Fork, target: str) -> None:
    """A target that cannot be found, or that raises, ends its process with code 1, and the nursery goes on."""
    child = fork(target)
    child.number()
    ended = child.number()
    again = fork("tests.support.workers:silent")
    os.kill(again.number(), signal.SIGKILL)

    assert (ended, again.number()) == (1, -signal.SIGKILL)


def test_a_target_is_found_by_its_name() -> None:
    """`module:function` gives that function."""
    found: object = resolve("workers.nursery:main")

    assert found is main


@pytest.mark.parametrize("target", ["", "workers.entry", ":run", "workers.entry:"])
def test_a_name_of_another_form_is_refused(target: str) -> None:
    """What is not module:function is told with the form it should have."""
    with pytest.raises(ValueError, match="write it as module:function"):
        resolve(target)


def test_what_is_not_there_is_an_error_of_its_own() -> None:
    """A missing module and a missing function raise as an import would."""
    with pytest.raises(ModuleNotFoundError):
        resolve("no.such:thing")
    with pytest.raises(AttributeError, match="no_such"):
        resolve("workers.nursery:no_such")
