"""One camera process from start to end."""

import gc
import os
from pathlib import Path

import pytest

from dartd.errors import WorkerProtocolError
from dartd.runtime.workers.fork_server import ForkServer
from dartd.runtime.workers.process import WorkerEndedError, WorkerProcess
from schemas.base import CameraId
from schemas.pipe.from_worker import SourceOpened, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, SourceSpec
from tests.support.waiting import Waiting

CAM = CameraId("cam0")


def misbehaving(behaviour: str, fork_server: ForkServer) -> tuple[WorkerProcess, Configure]:
    """Make a process that behaves as named."""
    return WorkerProcess(CAM, fork_server, "tests.support.workers:by_url"), Configure(
        source=SourceSpec(camera_id=CAM, url=f"test:{behaviour}")
    )


def exists(pid: int) -> bool:
    """Return whether there is a process or a zombie with this id."""
    return Path(f"/proc/{pid}").exists()


@pytest.mark.slow
async def test_a_process_starts_sends_and_stops(fork_server: ForkServer, waiting: Waiting) -> None:
    """After the start it must send its pid and then heartbeats; after the stop neither the process nor a descriptor may be left."""
    first, configure = misbehaving("good", fork_server)
    await first.start(configure)
    await waiting.within(first.receive())
    await first.stop()  # what is open now belongs to the fork server
    gc.collect()
    fds = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 (plain)
    process, configure = misbehaving("good", fork_server)
    await process.start(configure)
    opened = await waiting.within(process.receive())
    beat = await waiting.within(process.receive())
    pid, alive = process.pid, process.is_alive
    await waiting.within(process.stop())
    gc.collect()

    assert isinstance(opened, SourceOpened)
    assert isinstance(beat, WorkerHeartbeat)
    assert (opened.pid, alive) == (pid, True)
    assert (process.is_alive, process.pid, exists(opened.pid)) == (False, None, False)
    assert len(os.listdir("/proc/self/fd")) == fds  # noqa: PTH208 (plain)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "ending"),
    [
        ("crash", "the camera process ended with code 3"),
        ("die_mid_message", "the camera process ended with code 4"),
        ("mute", "the camera process closed its pipe"),
    ],
)
async def test_the_error_says_how_a_process_ended(behaviour: str, ending: str, fork_server: ForkServer, waiting: Waiting) -> None:
    """The messages before the end must be returned; then the error must say how it ended."""
    process, configure = misbehaving(behaviour, fork_server)
    await process.start(configure)
    opened = await waiting.within(process.receive())
    with pytest.raises(WorkerEndedError) as ended:
        await waiting.within(process.receive())
    await process.kill()

    assert isinstance(opened, SourceOpened)
    assert str(ended.value) == ending
    assert not exists(opened.pid)


@pytest.mark.slow
async def test_a_process_that_hangs_is_killed_in_time(fork_server: ForkServer, waiting: Waiting) -> None:
    """A process that ignores Stop and SIGTERM must be gone all the same."""
    process, configure = misbehaving("hang", fork_server)
    await process.start(configure)
    opened = await waiting.within(process.receive())
    await waiting.within(process.stop())

    assert isinstance(opened, SourceOpened)
    assert not exists(opened.pid)


@pytest.mark.slow
async def test_a_process_stuck_in_sending_is_stopped(fork_server: ForkServer, waiting: Waiting) -> None:
    """One that floods the pipe must not delay its own stop."""
    process, configure = misbehaving("flood", fork_server)
    await process.start(configure)
    opened = await waiting.within(process.receive())
    await waiting.within(process.stop())

    assert isinstance(opened, SourceOpened)
    assert not exists(opened.pid)


async def test_a_target_that_cannot_be_imported_is_an_end(
    capfd: pytest.CaptureFixture[str], fork_server: ForkServer, waiting: Waiting
) -> None:
    """A wrong target must end the child with code 1 and a traceback."""
    process = WorkerProcess(CAM, fork_server, "no.such:target")
    await process.start(Configure(source=SourceSpec(camera_id=CAM, url="")))
    with pytest.raises(WorkerEndedError, match="ended with code 1"):
        await waiting.within(process.receive())
    await process.kill()

    assert "No module named 'no'" in capfd.readouterr().err


async def test_a_process_that_was_killed_takes_no_messages(fork_server: ForkServer) -> None:
    """After kill, sending and receiving must raise, and killing again must do nothing."""
    process, configure = misbehaving("good", fork_server)
    await process.start(configure)
    await process.kill()
    await process.kill()

    with pytest.raises(WorkerProtocolError, match="does not run"):
        process.send(configure)
    with pytest.raises(WorkerProtocolError, match="does not run"):
        await process.receive()
