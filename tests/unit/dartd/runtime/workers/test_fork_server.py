"""Forking camera processes, and the process that they are forked from."""

import os
import signal
import socket
from pathlib import Path

import pytest

from dartd.runtime.workers.fork_server import Nursery, NurseryError
from tests.support.daemon import is_running
from tests.support.waiting import Waiting

TARGET = "tests.support.workers:silent"


def parent(pid: int) -> int:
    """Name the process that started another."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def exists(pid: int) -> bool:
    """Say whether there is a process or a zombie with this id."""
    return Path(f"/proc/{pid}").exists()


async def test_processes_are_forked_from_one_that_runs_one_thread(nursery: Nursery, waiting: Waiting) -> None:
    """Two children have one parent, which has a single thread, as a fork needs; how a child ended is told, and it is reaped."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        one, other = [await waiting.within(nursery.fork(TARGET, theirs)) for _ in range(2)]
        parents = {parent(one.pid), parent(other.pid)}
        threads = len(os.listdir(f"/proc/{parent(one.pid)}/task"))  # noqa: PTH208 (plain)
        one.signal(signal.SIGKILL)
        await waiting.within(one.wait())
        has_ended = other.has_ended
        other.close()

    assert (len(parents), threads, has_ended) == (1, 1, False)
    assert (one.exit_code, one.has_ended, exists(one.pid)) == (-signal.SIGKILL, True, False)


async def test_nothing_outlives_it(nursery: Nursery, waiting: Waiting) -> None:
    """At its end the kernel ends what it has forked, also what heeds no signal."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        child = await waiting.within(nursery.fork(TARGET, theirs))
        await nursery.close()
        await waiting.within(child.wait())

    assert child.exit_code is None
    await waiting.soon(lambda: not is_running(child.pid))


async def test_one_that_was_killed_is_started_anew(nursery: Nursery, waiting: Waiting) -> None:
    """Killed by -9, its children end with it, and the next process comes from a new one."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        first = await waiting.within(nursery.fork(TARGET, theirs))
        killed = parent(first.pid)
        os.kill(killed, signal.SIGKILL)
        await waiting.within(first.wait())
        await waiting.soon(lambda: not is_running(killed))
        second = await waiting.within(nursery.fork(TARGET, theirs))
        second.close()

    assert parent(second.pid) != killed


async def test_one_that_does_not_answer_is_given_up(nursery: Nursery, waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped by a signal it forks nothing: that is an error in good time, and the next process comes from a new one."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        first = await waiting.within(nursery.fork(TARGET, theirs))
        stopped = parent(first.pid)
        os.kill(stopped, signal.SIGSTOP)
        with monkeypatch.context() as patch:
            patch.setattr("dartd.runtime.workers.fork_server.FORK_TIMEOUT_S", 0.2)
            with pytest.raises(NurseryError, match="could be forked"):
                await nursery.fork(TARGET, theirs)
        await waiting.within(first.wait())
        second = await waiting.within(nursery.fork(TARGET, theirs))
        second.close()

    assert parent(second.pid) != stopped
