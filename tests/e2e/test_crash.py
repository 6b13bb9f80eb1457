"""kill -9 of cameras' processes and of the daemon under throws: the others score on, no published event is lost, repeated or changed."""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import RunningDaemon, free_port, is_running
from tests.support.simulation import Listener, journal, public, standing, write_simulation
from tests.support.waiting import Waiting

pytestmark = [pytest.mark.alone, pytest.mark.timeout(900)]
RIG = 8
KILLS = 2


@asynccontextmanager
async def _listening(port: int) -> AsyncIterator[Listener]:
    """Listen while the body runs."""
    listener = Listener(port)
    task = asyncio.create_task(listener.listen())
    try:
        yield listener
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_killed_camera_is_back_while_the_others_score_on(folder: Path, waiting: Waiting) -> None:
    """While one camera's process is dead the others score what lands; let live, it is back and sees darts again."""
    port = free_port()
    with RunningDaemon(write_simulation(folder, port, rig=RIG, first_s=6), port) as daemon:
        async with _listening(port) as listener:
            await waiting.soon(lambda: listener.count("dart_hit"), "the first dart")
            others, before = daemon.cameras()[1:], listener.last_seq
            _kill_all_but(others, daemon)
            gone = await waiting.soon(lambda: _first(listener, "camera_state_changed", before, state="offline"), "the loss of a camera")
            lost = gone["camera_id"]
            meanwhile = await waiting.soon(lambda: _hits_without(others, daemon, listener, gone["seq"]), "a dart without it")
            ready = await waiting.soon(
                lambda: _first(listener, "camera_state_changed", meanwhile[-1]["seq"], camera_id=lost, state="ready"), "it"
            )
            await waiting.soon(lambda: any(_sees(lost, hit) for hit in _hits(listener, ready["seq"])), "a dart seen by it")
        await asyncio.to_thread(daemon.end)

    assert not any(_sees(lost, hit) for hit in meanwhile)
    assert all(len(hit["fusion"]["cameras_used"]) == 2 for hit in meanwhile)


def _kill_all_but(others: Sequence[int], daemon: RunningDaemon) -> None:
    """Kill -9 the cameras' processes that are not these."""
    for pid in set(daemon.cameras()) - set(others):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _hits_without(others: Sequence[int], daemon: RunningDaemon, listener: Listener, seq: int) -> list[dict[str, Any]]:
    """Keep a camera dead, and return the darts that were published meanwhile."""
    _kill_all_but(others, daemon)
    return _hits(listener, seq)


async def test_killed_daemon_loses_nothing(folder: Path, waiting: Waiting) -> None:
    """After each kill -9 under throws the next start goes on: no received event is missing or repeated, the board is as published."""
    port = free_port()
    config = write_simulation(folder, port, rig=RIG, first_s=4)
    chance = random.Random(5)
    async with _listening(port) as listener:
        for kill in range(KILLS):
            with RunningDaemon(config, port) as daemon:
                await _received(listener, waiting, answers=kill + 1, darts=kill + 1, events=chance.randint(2, 8))
                await _killed(daemon, waiting)
        with RunningDaemon(config, port) as daemon:
            await _received(listener, waiting, answers=KILLS + 1, darts=listener.count("dart_hit") + 1, events=1)
            await _ended(daemon, waiting)

    _assert_nothing_lost(listener, journal(folder))


async def _received(listener: Listener, waiting: Waiting, *, answers: int, darts: int, events: int) -> None:
    """Wait until the listener has received so many snapshots, then so many more events and so many darts in all."""
    await waiting.soon(lambda: len(listener.snapshots) >= answers, "an answer")
    enough = len(listener.events) + events
    await waiting.soon(lambda: listener.count("dart_hit") >= darts and len(listener.events) >= enough, "throws")


def _hits(listener: Listener, after_seq: int) -> list[dict[str, Any]]:
    return [e for e in listener.events if e["seq"] > after_seq and e["event_type"] == "dart_hit"]


def _sees(camera_id: str, hit: dict[str, Any]) -> bool:
    return camera_id in hit["fusion"]["cameras_used"]


def _first(listener: Listener, event_type: str, after_seq: int = 0, **fields: str) -> dict[str, Any]:
    """Find the first event of a type, with these fields, after a seq; empty when there is none."""
    wanted = {"event_type": event_type, **fields}
    later = (e for e in listener.events if e["seq"] > after_seq)
    return next((e for e in later if all(e.get(key) == value for key, value in wanted.items())), {})


def _assert_nothing_lost(listener: Listener, written: list[dict[str, Any]]) -> None:
    """Compare what one client received over all restarts with the journal."""
    assert [e["seq"] for e in written] == list(range(1, len(written) + 1))
    assert listener.events == public(written)[: len(listener.events)]
    assert len({e["event_id"] for e in written}) == len(written)
    for snapshot in listener.snapshots:
        past = written[: snapshot["last_seq"]]
        assert [dart["dart_id"] for dart in snapshot["darts"]] == standing(past)
        thrown = [e for e in past if e["event_type"] in {"dart_hit", "throw_miss", "dart_unscored"}]
        slots = [e["dart_number"] for e in thrown if e["visit_id"] == snapshot["visit"]["visit_id"]]
        assert [throw["dart_number"] for throw in snapshot["visit"]["throws"]] == slots


async def _killed(daemon: RunningDaemon, waiting: Waiting) -> None:
    """Kill the daemon, and wait until none of its processes is left."""
    processes = daemon.children()
    daemon.end(signal.SIGKILL)
    await waiting.soon(lambda: not any(map(is_running, processes)), "the end of the camera processes")


async def _ended(daemon: RunningDaemon, waiting: Waiting) -> None:
    """Stop the daemon by SIGTERM, and wait until none of its processes is left."""
    processes = daemon.children()
    status, _, _ = await asyncio.to_thread(daemon.end)
    await waiting.soon(lambda: not any(map(is_running, processes)), "the end of the camera processes")
    assert status == 0
