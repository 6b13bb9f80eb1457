"""A club with half a year of play of its players, for questions and reports."""

import asyncio
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dartd.game.beds import VALUES, read_bed
from dartd.play.imported import events_of_result, play_result, read_result
from dartd.questions.inquiry import Scope
from dartd.store.days import Days
from dartd.store.journal import Journal
from dartd.store.players import PLAYERS
from dartd.store.timestamps import seconds_of_timestamp
from schemas.base import BoardId
from schemas.events import AlertChanged
from tests.bench.games import aimed
from tests.support.alerts import ALERT
from tests.support.phrasings import PLAYERS as NAMES
from tests.support.throws import hit

NOW: Final = "2026-11-25T21:00:00.000Z"  # a Wednesday
NOW_S: Final = seconds_of_timestamp(NOW)

# The spans of periods at that moment, in UTC, written down from a calendar.
SPANS: Final[Mapping[str, tuple[str | None, str | None]]] = {
    "all": (None, None),
    "today": ("2026-11-25", None),
    "yesterday": ("2026-11-24", "2026-11-25"),
    "weekday": ("2026-11-20", "2026-11-21"),
    "this_week": ("2026-11-23", None),
    "weekend": ("2026-11-21", "2026-11-23"),
    "last_week": ("2026-11-16", "2026-11-23"),
    "this_month": ("2026-11-01", None),
    "last_month": ("2026-10-01", "2026-11-01"),
    "this_year": ("2026-01-01", None),
    "days": ("2026-10-27", None),
}
_DAYS: Final = (
    "2026-08-03",
    "2026-09-12",
    "2026-10-05",
    "2026-10-20",
    "2026-11-05",
    "2026-11-17",
    "2026-11-20",
    "2026-11-24",
    "2026-11-25",
)
_PAIRS: Final = (("ann", "bob"), ("bob", "mary"), ("juergen", "ann"), ("somchai", "ann"), ("mary", "somchai"))


async def filled(path: Path) -> Journal:
    """Return a journal with the play of the club."""
    chance = random.Random(7)
    journal = await asyncio.to_thread(Journal.open, path, BoardId("main"))
    for day in _DAYS:
        events: list[Any] = []
        for number, pair in enumerate(_PAIRS):
            played_at = f"{day}T1{number}:00:00.000Z"
            played = play_result(read_result(json.dumps(_leg(chance)).encode()), f"i_{day}_{number}", list(pair), played_at)
            events += events_of_result(played, played_at)
        await journal.append(events, at_s=seconds_of_timestamp(f"{day}T20:00:00.000Z"))
    raised = msgspec.structs.replace(ALERT, timestamp="2026-11-25T18:00:00.000Z")
    await journal.append([hit("d1"), AlertChanged(alert=raised)], at_s=NOW_S - 3600)
    await journal.database.change(add_players)
    return journal


def _leg(chance: random.Random) -> dict[str, Any]:
    """Return a leg whose sides begin with 180 and 140."""
    visits: list[dict[str, Any]] = [{"player": "A", "darts": ["T20", "T20", "T20"]}, {"player": "B", "darts": ["T20", "T20", "20"]}]
    rests = {"A": 321, "B": 361}
    while min(rests.values()):
        player = "AB"[len(visits) % 2]
        darts: list[str] = []
        left = rests[player]
        while len(darts) < 3 and left > 1:
            darts.append(aimed(chance, left))
            left -= VALUES[read_bed(darts[-1])]
        visits.append({"player": player, "darts": darts})
        rests[player] = left if left > 1 or (left == 0 and darts[-1][0] == "D") else rests[player]
    return {"id": 1, "game": "x01", "rules": {"start": 501}, "players": ["A", "B"], "visits": visits}


def scope(**changes: Any) -> Scope:
    """Return what Ann may ask about."""
    return msgspec.structs.replace(Scope(names=NAMES, me="ann", days=Days("UTC"), now_s=NOW_S), **changes)


def add_players(connection: sa.Connection) -> None:
    """Add the players of the phrasings."""
    plain = {"badge_id": None, "group_name": None, "skill_level": None, "boards": "{}", "active": True, "shared": False}
    for player_id, name in NAMES.items():
        PLAYERS.insert(connection, {**plain, "name": name, "player_id": player_id, "created_at_s": 1.0, "updated_at_s": 1.0})
