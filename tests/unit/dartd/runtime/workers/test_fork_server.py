"""The fork server, and the processes that are started from it."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from dartd.runtime.workers.fork_server import ForkedProcess, ForkServer, ForkServerError
from tests.support.daemon import ROOT, children, is_running
from tests.support.waiting import Waiting

TARGET = "tests.support.workers:hang"

_PROGRAM = """
import asyncio, sys
import click
from dartd.runtime.workers.fork_server import ForkServer

async def main():
    server = ForkServer()
    hung = await server.start("tests.support.workers:hang")
    child = await server.start("tests.support.workers:report_state")
    await asyncio.to_thread(child.connection.poll, 20)
    print(hung.pid, child.connection.recv_bytes().decode(), sep="|", flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


class State(NamedTuple):
    """What a child reports of itself: loaded modules, open descriptors, environment."""

    loaded: set[str]
    descriptors: int
    threads: str
    has_parent_variable: str


def parse(report: str) -> State:
    """Parse what `report_state` sends."""
    loaded, descriptors, threads, has_parent_variable = report.split("|")
    return State(set(loaded.split()), int(descriptors), threads, has_parent_variable)


def parent(pid: int) -> int:
    """Return the id of the process that started another."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def exists(pid: int) -> bool:
    """Return whether there is a process or a zombie with this id."""
    return Path(f"/proc/{pid}").exists()


def kilobytes(pid: int, key: str) -> int:
    """Return a figure of the memory of a process."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))


async def start(fork_server: ForkServer, waiting: Waiting, target: str = TARGET) -> ForkedProcess:
    """Start a process; the first one waits for the imports of the fork server."""
    return await waiting.within(fork_server.start(target))


async def end(process: ForkedProcess) -> None:
    """Kill a process and close it."""
    process.kill()
    await process.wait()
    await asyncio.to_thread(process.close)


async def test_processes_are_forked_from_one_process_with_one_thread(fork_server: ForkServer, waiting: Waiting) -> None:
    """Two children have one parent, which has a single thread, as forking requires; a killed child is reaped, its exit code known."""
    one, other = [await start(fork_server, waiting) for _ in range(2)]
    parents = {parent(one.pid), parent(other.pid)}
    threads = len(os.listdir(f"/proc/{parent(one.pid)}/task"))  # noqa: PTH208 (plain)
    ran = one.has_ended
    one.kill()
    await waiting.within(one.wait())
    code = await fork_server.call(one.read_exit_code)
    await waiting.soon(lambda: one.has_ended)  # the fork server closes the sentinel a moment after it has written the exit code

    assert (len(parents), threads, ran, one.has_ended, other.has_ended) == (1, 1, False, True, False)
    assert (code, exists(one.pid)) == (-signal.SIGKILL, False)


async def test_children_share_the_memory_of_the_fork_server(fork_server: ForkServer, waiting: Waiting) -> None:
    """The modules must be loaded once for all: the memory that belongs to a child alone is a small part of what it uses."""
    child = await start(fork_server, waiting)
    # the kernel maps the pages of libraries when the child first uses them
    used = await waiting.soon(lambda: (rss := kilobytes(child.pid, "Rss")) > 30_000 and rss, "a child with the vision modules")
    own = kilobytes(child.pid, "Private_Dirty")

    assert own < used / 3


async def test_a_child_has_the_vision_modules_and_nothing_of_the_daemon(fork_server: ForkServer, waiting: Waiting) -> None:
    """It must have OpenCV and the detector, no server, no database, no main module, and no descriptors of other children."""
    states = []
    for _ in range(3):
        child = await start(fork_server, waiting, "tests.support.workers:report_state")
        await waiting.within(asyncio.to_thread(child.connection.poll, 20))
        os.set_blocking(child.connection.fileno(), True)
        states.append(parse(child.connection.recv_bytes().decode()))
        await start(fork_server, waiting)
    await waiting.within(child.wait())
    state = states[0]

    assert state.loaded == {"cv2", "workers.detector", "workers.entry"}
    assert len({each.descriptors for each in states}) == 1
    assert (state.threads, state.has_parent_variable) == ("1", "False")
    assert await fork_server.call(child.read_exit_code) == 0


@pytest.mark.parametrize("target", ["no.such:target", "tests.support.workers:no_such", "tests.support.workers:raises"])
async def test_a_target_that_fails_ends_with_code_1(target: str, fork_server: ForkServer, waiting: Waiting) -> None:
    """A target that cannot be imported, or that raises, must end its process alone."""
    child = await start(fork_server, waiting, target)
    await waiting.within(child.wait())
    again = await start(fork_server, waiting)

    assert await fork_server.call(child.read_exit_code) == 1
    assert not again.has_ended


@pytest.mark.slow
async def test_no_process_survives_close(fork_server: ForkServer, waiting: Waiting) -> None:
    """When the fork server is closed the kernel must kill its children, also one that ignores signals; the next start works."""
    child = await start(fork_server, waiting)
    server = parent(child.pid)
    await waiting.within(fork_server.close())
    await waiting.within(child.wait())
    await waiting.soon(lambda: not is_running(child.pid))
    again = await start(fork_server, waiting)

    assert not exists(server)
    assert not again.has_ended


@pytest.mark.slow
async def test_a_killed_fork_server_is_replaced(fork_server: ForkServer, waiting: Waiting) -> None:
    """Its children must end with it, and the next process must come from a new fork server."""
    first = await start(fork_server, waiting)
    killed = parent(first.pid)
    os.kill(killed, signal.SIGKILL)
    await waiting.within(first.wait())
    await waiting.soon(lambda: not is_running(killed))
    code = await fork_server.call(first.read_exit_code)
    second = await start(fork_server, waiting)

    assert code is None
    assert parent(second.pid) != killed
    assert not is_running(first.pid)


@pytest.mark.slow
async def test_a_fork_server_that_does_not_answer_is_replaced(
    fork_server: ForkServer, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is stopped by a signal a start must fail in time, and the next process must come from a new fork server."""
    first = await start(fork_server, waiting)
    stopped = parent(first.pid)
    os.kill(stopped, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr("dartd.runtime.workers.fork_server.START_TIMEOUT_S", 0.2)
        with pytest.raises(ForkServerError, match="no camera process could be started"):
            await waiting.within(fork_server.start(TARGET))
    await waiting.within(first.wait())
    second = await start(fork_server, waiting)

    assert parent(second.pid) != stopped


async def test_a_cancelled_start_leaves_no_process(fork_server: ForkServer, waiting: Waiting) -> None:
    """A start that is cancelled while the fork server is stopped must return at once; its process must end when it comes to life."""
    first = await start(fork_server, waiting)
    server = parent(first.pid)
    os.kill(server, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(fork_server.start(TARGET), 0.2)
    os.kill(server, signal.SIGCONT)
    second = await start(fork_server, waiting)
    await waiting.soon(lambda: set(children(server)) == {first.pid, second.pid})


async def test_only_one_may_be_in_use(fork_server: ForkServer, waiting: Waiting) -> None:
    """Multiprocessing has one fork server in a process: a second user must get an error instead of the processes of the first."""
    await start(fork_server, waiting)
    with pytest.raises(RuntimeError, match="in use"):
        await ForkServer().start(TARGET)


@pytest.mark.parametrize("how", ["-m", "script"])
def test_nothing_survives_a_program_that_is_killed(how: str, tmp_path: Path, waiting: Waiting) -> None:
    """After kill -9 neither the fork server nor a hung child nor the resource tracker may run; no child imported the main module."""
    (tmp_path / "program_of_a_test.py").write_text(_PROGRAM)
    arguments = ["-m", "program_of_a_test"] if how == "-m" else [str(tmp_path / "program_of_a_test.py")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    environment.pop("OPENBLAS_NUM_THREADS", None)
    with subprocess.Popen([sys.executable, *arguments], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        hung, report = program.stdout.readline().split("|", 1)
        started = [*children(program.pid), int(hung)]
        running = [is_running(pid) for pid in started]
        program.kill()
    waiting.until(lambda: not any(is_running(pid) for pid in started))

    assert running == [True] * 3
    assert parse(report.strip()).loaded == {"cv2", "workers.detector", "workers.entry"}
    assert parse(report.strip()).threads == "1"
