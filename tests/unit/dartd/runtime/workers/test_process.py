"""One camera process from start to end."""

import gc
import os
from pathlib import Path

import pytest

from dartd.errors import WorkerProtocolError
from dartd.runtime.workers.fork_server import Nursery
from dartd.runtime.workers.process import WorkerEndedError, WorkerProcess
from schemas.base import CameraId
from schemas.worker import Configure, Heartbeat, Hello, SourceSpec
from tests.support.waiting import Waiting

CAM = CameraId("cam0")


def misbehaving(behaviour: str, nursery: Nursery) -> tuple[WorkerProcess, Configure]:
    """Make a process that behaves as named."""
    return WorkerProcess(CAM, nursery, "tests.support.workers:by_url"), Configure(source=SourceSpec(camera_id=CAM, url=f"test:{behaviour}"))


def exists(pid: int) -> bool:
    """Say whether there is a process or a zombie with this id."""
    return Path(f"/proc/{pid}").exists()


async def test_a_process_starts_speaks_and_stops(nursery: Nursery, waiting: Waiting) -> None:
    """After start it says Hello with its pid and goes on speaking; after stop neither process nor descriptor is left."""
    await nursery.start()
    fds = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 (plain)
    process, configure = misbehaving("good", nursery)
    await process.start(configure)
    hello = await waiting.within(process.receive())
    beat = await waiting.within(process.receive())
    pid, alive = process.pid, process.is_alive
    await waiting.within(process.stop())
    gc.collect()

    assert isinstance(hello, Hello)
    assert isinstance(beat, Heartbeat)
    assert (hello.pid, alive) == (pid, True)
    assert (process.is_alive, process.pid, exists(hello.pid)) == (False, None, False)
    assert len(os.listdir("/proc/self/fd")) == fds  # noqa: PTH208 (plain)


@pytest.mark.parametrize(
    ("behaviour", "ending"),
    [
        ("crash", "the camera process ended with code 3"),
        ("die_mid_message", "the camera process ended with code 4"),
        ("mute", "the camera process closed its pipe"),
    ],
)
async def test_how_a_process_ended_is_told(behaviour: str, ending: str, nursery: Nursery, waiting: Waiting) -> None:
    """What was said before the end is given; then the error tells how it ended."""
    process, configure = misbehaving(behaviour, nursery)
    await process.start(configure)
    hello = await waiting.within(process.receive())
    with pytest.raises(WorkerEndedError) as ended:
        await waiting.within(process.receive())
    await process.kill()

    assert isinstance(hello, Hello)
    assert str(ended.value) == ending
    assert not exists(hello.pid)


async def test_a_process_that_heeds_nothing_is_killed_in_time(nursery: Nursery, waiting: Waiting) -> None:
    """A process that ignores Stop and SIGTERM is gone all the same."""
    process, configure = misbehaving("hang", nursery)
    await process.start(configure)
    hello = await waiting.within(process.receive())
    await waiting.within(process.stop())

    assert isinstance(hello, Hello)
    assert not exists(hello.pid)


async def test_a_process_stuck_in_sending_is_stopped(nursery: Nursery, waiting: Waiting) -> None:
    """One that floods the pipe while nobody listens does not hold up its own stop."""
    process, configure = misbehaving("flood", nursery)
    await process.start(configure)
    hello = await waiting.within(process.receive())
    await waiting.within(process.stop())

    assert isinstance(hello, Hello)
    assert not exists(hello.pid)


async def test_a_target_that_cannot_be_imported_is_an_end(capfd: pytest.CaptureFixture[str], nursery: Nursery, waiting: Waiting) -> None:
    """A wrong target ends the child with code 1 and its traceback, and harms nobody else."""
    process = WorkerProcess(CAM, nursery, "no.such:target")
    await process.start(Configure(source=SourceSpec(camera_id=CAM, url="")))
    with pytest.raises(WorkerEndedError, match="ended with code 1"):
        await waiting.within(process.receive())
    await process.kill()

    assert "No module named 'no'" in capfd.readouterr().err


async def test_a_process_that_was_ended_cannot_be_spoken_to(nursery: Nursery) -> None:
    """After kill, sending and receiving are refused; killing again is no harm."""
    process, configure = misbehaving("good", nursery)
    await process.start(configure)
    await process.kill()
    await process.kill()

    with pytest.raises(WorkerProtocolError, match="does not run"):
        process.send(configure)
    with pytest.raises(WorkerProtocolError, match="does not run"):
        await process.receive()
