"""The supervisor on real processes, most of them misbehaving."""

import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from dartd.decision import WorkerChange, WorkerSilence
from dartd.runtime.workers.supervisor import Supervisor, WorkerInput
from schemas.base import CameraId
from schemas.pipe.from_worker import CameraFault, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, SourceSpec, UpdateBoard
from tests.support.waiting import DEADLINE_S, Waiting

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[4]
GOOD, BAD = CameraId("good"), CameraId("bad")


class Inbox:
    """What the supervisor delivered."""

    def __init__(self) -> None:
        self.items: list[tuple[CameraId, WorkerInput]] = []

    async def deliver(self, camera_id: CameraId, item: WorkerInput) -> None:
        """Keep it."""
        self.items.append((camera_id, item))

    def states(self, camera_id: CameraId) -> list[str]:
        """Name the states that a camera went through."""
        return [item.state for name, item in self.items if name == camera_id and isinstance(item, WorkerChange)]

    def reasons(self, camera_id: CameraId) -> str:
        """Join the reasons that were given for a camera."""
        return " / ".join(item.reason for name, item in self.items if name == camera_id and isinstance(item, WorkerChange))

    def heartbeats(self, camera_id: CameraId) -> int:
        """Count a camera's heartbeats."""
        return sum(name == camera_id and isinstance(item, WorkerHeartbeat) for name, item in self.items)


def configure_as(behaviours: dict[CameraId, str]) -> Callable[[CameraId], Configure]:
    """Make each camera behave as named."""
    return lambda camera_id: Configure(source=SourceSpec(camera_id=camera_id, url=f"test:{behaviours[camera_id]}"))


@asynccontextmanager
async def supervised(
    behaviours: dict[CameraId, str], inbox: Inbox, target: str = "tests.support.workers:by_url", **options: float
) -> AsyncIterator[Supervisor]:
    """Run a supervisor and end it, which must take less than two seconds."""
    supervisor = Supervisor(
        list(behaviours),
        configure_as(behaviours),
        inbox.deliver,
        target=target,
        **({"hang_timeout_s": 1.0, "restart_first_s": 0.05, "restart_max_s": 0.2} | options),
    )
    async with anyio.create_task_group() as group:
        await group.start(supervisor.run)
        try:
            yield supervisor
        finally:
            with anyio.CancelScope(shield=True), anyio.fail_after(DEADLINE_S):
                await supervisor.stop()


async def until(condition: Callable[[], bool], timeout_s: float = DEADLINE_S) -> None:
    """Wait for a condition."""
    await Waiting(timeout_s).soon(condition)


def is_dead(pid: int) -> bool:
    """Return whether a process that is not our child runs no more (it is reaped elsewhere)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def is_gone(pid: int | None) -> bool:
    """Return whether no process, not even a zombie, has this id."""
    return not os.path.exists(f"/proc/{pid}")  # noqa: PTH110 (plain and quick in a wait)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("crash", "code 3"),
        ("hang", "sent nothing for 1 s"),
        ("flood", "messages in a second"),
        ("garbage", "not a message"),
        ("giant", "1073741824 bytes"),
        ("half", "sent nothing for 1 s"),
        ("die_mid_message", "code 4"),
        ("mute", "closed its pipe"),
    ],
)
async def test_a_misbehaving_process_is_replaced_and_the_others_go_on(behaviour: str, reason: str) -> None:
    """A process that crashes, hangs, floods or sends garbage is ended and started anew, while the other camera keeps its first one."""
    inbox = Inbox()

    async with supervised({GOOD: "good", BAD: behaviour}, inbox) as supervisor:
        good_pid = supervisor.cameras()[GOOD].pid
        await until(lambda: supervisor.cameras()[BAD].restarts >= 2)
        beats = inbox.heartbeats(GOOD)
        await until(lambda: inbox.heartbeats(GOOD) > beats + 5)
        health = supervisor.cameras()[GOOD]

    assert reason in inbox.reasons(BAD)
    assert (health.pid, health.restarts, health.state, health.ready) == (good_pid, 0, "ready", True)
    assert inbox.states(BAD)[:4] == ["starting", "ready", "offline", "starting"]


async def test_a_silence_is_reported_before_it_counts_as_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that sends nothing for a while is reported, once, before it is ended; one that sends heartbeats is not."""
    inbox = Inbox()
    monkeypatch.setattr("dartd.runtime.workers.supervisor.SILENT_S", 0.5)

    async with supervised({GOOD: "good", BAD: "hang"}, inbox):
        await until(lambda: "offline" in inbox.states(BAD))
    items = [item for _, item in inbox.items if isinstance(item, WorkerSilence | WorkerChange) and item.camera_id == BAD]

    offline = next(k for k, item in enumerate(items) if isinstance(item, WorkerChange) and item.state == "offline")
    assert [item for item in items[:offline] if isinstance(item, WorkerSilence) and not item.over] == [WorkerSilence(camera_id=BAD)]


async def test_stop_leaves_no_process_behind() -> None:
    """After stop there is no child left, also not of those that ignore every signal but SIGKILL."""
    inbox = Inbox()

    async with supervised({GOOD: "good", BAD: "hang"}, inbox, hang_timeout_s=300.0) as supervisor:
        pids = [health.pid for health in supervisor.cameras().values()]
        await supervisor.stop()

    assert all(pid is not None and is_gone(pid) for pid in pids)


async def test_a_camera_comes_and_goes_while_the_others_run(caplog: pytest.LogCaptureFixture) -> None:
    """Its process is started at once, ends for good with it, and belongs to no request of a client."""
    inbox = Inbox()
    behaviours = {GOOD: "good", BAD: "good"}
    supervisor = Supervisor([GOOD], configure_as(behaviours), inbox.deliver, target="tests.support.workers:by_url")
    async with anyio.create_task_group() as group:
        await group.start(supervisor.run)
        pid = supervisor.cameras()[GOOD].pid
        supervisor.add(BAD)
        await until(lambda: inbox.heartbeats(BAD) > 0)
        added = supervisor.cameras()[BAD].pid
        await supervisor.remove(BAD)
        await supervisor.remove(BAD)
        left = supervisor.cameras()
        supervisor.send(BAD, UpdateBoard())
        count = len([1 for name, _ in inbox.items if name == BAD])
        seen = inbox.heartbeats(GOOD)
        await until(lambda: inbox.heartbeats(GOOD) > seen)
        await supervisor.stop()

    assert added is not None
    assert is_gone(added)
    assert [(camera_id, health.pid) for camera_id, health in left.items()] == [(GOOD, pid)]
    assert len([1 for name, _ in inbox.items if name == BAD]) == count
    assert "camera process lost" not in caplog.text


async def test_a_killed_process_is_back() -> None:
    """After kill -9 the camera goes offline, reports the signal, and is ready again."""
    inbox = Inbox()

    async with supervised({GOOD: "good", BAD: "good"}, inbox) as supervisor:
        victim = supervisor.cameras()[BAD].pid
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        await until(lambda: inbox.states(BAD)[-3:] == ["offline", "starting", "ready"])
        after = supervisor.cameras()

    assert "signal 9" in inbox.reasons(BAD)
    assert after[BAD].pid != victim
    assert after[BAD].restarts == 1
    assert after[GOOD].restarts == 0
    assert is_gone(victim)


async def test_a_process_that_listens_to_nothing_is_replaced() -> None:
    """A process that never reads is restarted when the bounded backlog is full; no caller waits for it."""
    inbox = Inbox()
    said = UpdateBoard(takeout=True)

    async with supervised({GOOD: "good", BAD: "never_reading"}, inbox) as supervisor:
        while "reads no messages" not in inbox.reasons(BAD):
            for _ in range(2000):
                supervisor.send(BAD, said)
            await anyio.lowlevel.checkpoint()
        await until(lambda: supervisor.cameras()[BAD].restarts >= 1)

    assert supervisor.cameras()[GOOD].restarts == 0


async def test_a_process_that_crashes_again_and_again_is_in_error() -> None:
    """Six ends within a minute make the camera's state `error`; it is still tried."""
    inbox = Inbox()

    async with supervised({BAD: "crash"}, inbox) as supervisor:
        await until(lambda: "error" in inbox.states(BAD))
        restarts = supervisor.cameras()[BAD].restarts
        await until(lambda: supervisor.cameras()[BAD].restarts > restarts)

    assert inbox.states(BAD).index("error") > 5


async def test_a_process_that_had_worked_is_started_anew_without_a_longer_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only ends that follow each other soon make the waits grow: ten ends of processes that had worked cost ten first waits."""
    inbox = Inbox()
    monkeypatch.setattr("dartd.runtime.workers.supervisor.STEADY_S", 0.0)

    async with supervised({BAD: "crash"}, inbox, restart_max_s=60.0) as supervisor:
        await until(lambda: supervisor.cameras()[BAD].restarts >= 10)

    assert inbox.states(BAD).count("starting") >= 10


async def test_a_process_that_never_reports_is_replaced() -> None:
    """A process that starts and never says a word is given up after the time for a start; it counts as failed, so started() comes."""
    inbox = Inbox()

    async with supervised({BAD: "good"}, inbox, target="tests.support.workers:hang", start_timeout_s=1.0) as supervisor:
        at_start = inbox.states(BAD)
        await until(lambda: supervisor.cameras()[BAD].restarts >= 1)

    assert at_start == ["starting", "offline"]
    assert "sent nothing for 1 s" in inbox.reasons(BAD)


async def test_started_waits_for_every_answer_or_failure() -> None:
    """The supervisor counts as started once one camera has said Hello and the other process has ended without."""
    inbox = Inbox()

    async with supervised({GOOD: "good", BAD: "unknown behaviour"}, inbox):
        at_start = (inbox.states(GOOD), inbox.states(BAD)[:2])

    assert at_start == (["starting", "ready"], ["starting", "offline"])


async def test_log_lines_of_a_process_are_logged_by_the_daemon(caplog: pytest.LogCaptureFixture) -> None:
    """Lines in a heartbeat come out of the logger `dartd.worker.<camera>`; and a child carries nothing of the daemon's servers."""
    inbox = Inbox()

    with caplog.at_level(logging.INFO):
        async with supervised({GOOD: "good"}, inbox):
            await until(lambda: any(record.name == "dartd.worker.good" for record in caplog.records))

    line = next(record.getMessage() for record in caplog.records if record.name == "dartd.worker.good")
    assert "starlette" not in line
    assert "uvicorn" not in line


async def test_a_camera_that_cannot_be_opened_is_a_state_and_no_restart() -> None:
    """A worker whose source is not there is offline with the reason, reported once, keeps its process, and keeps answering."""
    inbox = Inbox()
    supervisor = Supervisor(
        [GOOD],
        lambda camera_id: Configure(source=SourceSpec(camera_id=camera_id, url="recording:/nonexistent")),
        inbox.deliver,
        target="tests.support.workers:play",
        hang_timeout_s=5.0,
    )
    async with anyio.create_task_group() as group:
        await group.start(supervisor.run)
        beats = inbox.heartbeats(GOOD)
        await until(lambda: inbox.heartbeats(GOOD) > beats + 1)
        health = supervisor.cameras()[GOOD]
        await supervisor.stop()

    assert (health.state, health.restarts, health.alive, health.answering, health.ready) == ("offline", 0, True, True, False)
    assert "/nonexistent/recording.json" in health.reason
    assert [item.fault for _, item in inbox.items if isinstance(item, CameraFault)] == ["camera_gone"]
    assert [item.state for _, item in inbox.items if isinstance(item, WorkerChange)] == ["starting"]


async def test_no_process_survives_a_killed_daemon(waiting: Waiting) -> None:
    """When the daemon is killed by -9 its camera processes end at once, also one that ignores everything."""
    program = """
import anyio
from dartd.runtime.workers.supervisor import Supervisor
from schemas.pipe.to_worker import Configure, SourceSpec

async def deliver(camera_id, item):
    pass

def configure(camera_id):
    return Configure(source=SourceSpec(camera_id=camera_id, url=f"test:{camera_id}"))

async def main():
    supervisor = Supervisor(["good", "hang"], configure, deliver, target="tests.support.workers:by_url")
    async with anyio.create_task_group() as group:
        await group.start(supervisor.run)
        print(" ".join(str(health.pid) for health in supervisor.cameras().values()), flush=True)

if __name__ == "__main__":
    anyio.run(main)
"""
    daemon = await anyio.open_process([sys.executable, "-c", program], cwd=ROOT)
    assert daemon.stdout is not None
    pids = [int(word) for word in (await waiting.within(daemon.stdout.receive())).split()]
    daemon.kill()
    await daemon.wait()
    await daemon.aclose()

    assert len(pids) == 2
    await waiting.soon(lambda: all(is_dead(pid) for pid in pids))
