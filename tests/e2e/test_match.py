"""A match on simulated cameras, from its beginning to the winner, with a correction on the way and the daemon killed again and again."""

import asyncio
import contextlib
import functools
import json
import os
import random
import signal
import sqlite3
import urllib.request
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dartd.play.decider import MatchDecider
from dartd.play.published import state_of
from schemas.base import BoardId
from schemas.codec import decode_journalled
from schemas.events import BoardEvent, JournalledEvent, MatchCommanded, PlayEvent, RoundChanged
from tests.support.daemon import RunningDaemon, free_port
from tests.support.simulation import journal, write_simulation
from tests.support.waiting import Waiting

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(1800)]

LONG = pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="plays a quarter of an hour of darts; set LONG_TESTS=1")
RIG = 8
TOKEN = "a-token-for-the-operator"  # noqa: S105 - a test's
ENVIRON = {"DARTD_AUTH_TOKEN": TOKEN}
MATCH_S = 1500.0  # a visit takes 14 s, a leg of 501 about twenty of them, and a start of the daemon some seconds


def post(port: int, path: str, body: Any) -> Any:
    """Send a request of the operator and return its answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1{path}", data=json.dumps(body).encode(), method="POST")
    request.add_header("Authorization", f"Bearer {TOKEN}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the scheme stands above
        return json.loads(answer.read())


def folded(events: list[JournalledEvent]) -> tuple[MatchDecider, list[JournalledEvent]]:
    """Return matches that nothing disturbed, of the same darts and commands, and what they publish."""
    matches, published = MatchDecider(BoardId("main")), list[JournalledEvent]()
    for event in events:
        if isinstance(event, BoardEvent):
            published += matches.step([event], 0.0).events
        elif isinstance(event, MatchCommanded):
            published += matches.step([event.command], 0.0).events
    return matches, [each for each in published if isinstance(each, PlayEvent)]


def without_times(event: JournalledEvent) -> JournalledEvent:
    """Return an event without the wall time at which a round began."""
    return (
        msgspec.structs.replace(event, data=msgspec.structs.replace(event.data, started_at=None))
        if isinstance(event, RoundChanged)
        else event
    )


@pytest.mark.parametrize(("start", "rounds", "kills"), [(101, 1, 2), pytest.param(501, 12, 10, marks=LONG)])
async def test_a_match_is_played_to_its_winner(folder: Path, waiting: Waiting, start: int, rounds: int, kills: int) -> None:
    """The match is the one that an undisturbed fold of the same darts gives; no `turn_changed` is lost, doubled or out of place."""
    port, chance = free_port(), random.Random(start)
    config = write_simulation(folder, port, rig=RIG, first_s=25)
    sides = [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Bob"}]}]
    match_id, corrected = "", False
    for turn in range(kills + 1):
        with RunningDaemon(config, port, environ=ENVIRON) as daemon:
            await asyncio.to_thread(daemon.until_ready)
            if not match_id:
                rules = {"game": "x01", "start": start, "out": "straight", "max_rounds": rounds}  # the scene knows no rest
                match_id = post(port, "/matches", {"rules": rules, "sides": sides, "board_id": "main"})["match_id"]
            if turn == kills:
                await waiting.soon(functools.partial(_has_ended, folder, match_id), "the winner", MATCH_S)
                shown = daemon.get(f"/api/v1/matches/{match_id}")
                assert await asyncio.to_thread(daemon.end) is not None
            else:
                enough = len(_hits(folder)) + chance.randint(1, 4)
                await waiting.soon(lambda enough=enough: len(_hits(folder)) >= enough, "darts", MATCH_S)  # type: ignore[misc]  # bound now
                corrected = corrected or _correct_last(folder, port, match_id)
                await asyncio.sleep(chance.random() * 3)
                daemon.end(signal.SIGKILL)
    written = [decode_journalled(json.dumps(each).encode()) for each in journal(folder)]
    matches, published = folded(written)
    state = json.loads(msgspec.json.encode(state_of(matches.find(match_id))))

    assert corrected
    assert [without_times(each) for each in written if isinstance(each, PlayEvent)] == [without_times(each) for each in published]
    assert {**shown, "finished_at": None} == {**state, "finished_at": None}
    assert (shown["status"], shown["winner"] is not None or shown["draw"]) == ("finished", True)


def _hits(folder: Path) -> list[str]:
    """Return the darts that have hit; read from the store, since a limit of requests would answer for the daemon."""
    with contextlib.closing(sqlite3.connect(folder / "state" / "dartd.db")) as connection:
        rows = connection.execute("SELECT wire FROM events WHERE event_type = 'dart_hit' ORDER BY seq").fetchall()
    return [json.loads(wire)["dart_id"] for (wire,) in rows]


def _has_ended(folder: Path, match_id: str) -> bool:
    with contextlib.closing(sqlite3.connect(folder / "state" / "dartd.db")) as connection:
        row = connection.execute("SELECT status FROM matches WHERE match_id = ?", (match_id,)).fetchone()
    return row is not None and row[0] == "finished"


def _correct_last(folder: Path, port: int, match_id: str) -> bool:
    """Correct the last dart to a single 1; return whether it was scored in the match."""
    made = post(port, "/corrections", {"type": "change", "dart_id": _hits(folder)[-1], "label": "S1"})
    return bool(made.get("match_id") == match_id)
