"""Matches over HTTP: begun, played on the board and by hand, and found again after a restart."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from dartd.game.beds import read_bed
from schemas.base import DartId, VisitId
from schemas.board import parse_bed
from schemas.events import DartHit, Score, TakeoutFinished
from tests.support.http_client import http_client
from tests.support.people import bearer, log_in_as, make_player
from tests.support.station import TOKEN, Station, running_station
from tests.support.throws import hit

OPERATOR = bearer(TOKEN)
GUESTS = [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Bob"}]}]
X01 = {"rules": {"game": "x01"}, "sides": GUESTS}


def thrown(label: str, dart: int, number: int, visit: int) -> DartHit:
    """Return a hit of a bed."""
    bed = parse_bed(label)
    score = Score(base=bed.base, multiplier=bed.multiplier, total=bed.total, ring=bed.ring, sector=bed.sector, label=label)
    return msgspec.structs.replace(
        hit(dart=f"main-d{dart:06d}", number=number, visit=f"main-v{visit:06d}"), score=score, dart_id=DartId(f"main-d{dart:06d}")
    )


class Oche:
    """Someone who throws at the board of a station."""

    def __init__(self) -> None:
        self.darts: Iterator[int] = itertools.count(1)
        self.visit = 1

    async def visit_of(self, station: Station, *labels: str, takeout: bool = True) -> None:
        """Throw a visit and take the darts out."""
        for number, label in enumerate(labels, 1):
            await station.happen(thrown(label, next(self.darts), number, self.visit))
        if takeout:
            await station.happen(TakeoutFinished(visit_id=VisitId(f"main-v{self.visit + 1:06d}")))
            self.visit += 1


async def post(http: httpx2.AsyncClient, path: str, body: Any = None, status: int = 200, method: str = "POST") -> Any:
    """Send a request of the operator and return its answer."""
    given = {} if body is None else {"json": body}
    answer = await http.request(method, f"/api/v1/matches{path}", headers=OPERATOR, **given)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def events_since(station: Station, since: int, match_id: str) -> list[dict[str, Any]]:
    """Return the events of a match."""
    rows = await station.journal.read(since)
    return [msgspec.json.decode(wire) for _, topic, wire in rows if topic == f"match:{match_id}"]


async def test_a_leg_of_501_on_the_board(station: Station, http: httpx2.AsyncClient) -> None:
    """From POST to the winner by events of the board alone; each dart and what the match says of it are in one commit."""
    ada, since = await make_player(station, name="Ada"), station.pipeline.last_seq
    match = await post(http, "", {**X01, "sides": [{"players": [ada]}, GUESTS[1]], "board_id": "main"}, 201)
    oche, match_id = Oche(), match["match_id"]
    assert (match["status"], match["turn"]["player_id"], match["sides"][0]["name"]) == ("running", ada, "Ada")
    snapshot = station.pipeline.snapshot().match
    assert snapshot is not None
    assert snapshot.match_id == match_id

    for _ in range(2):
        await oche.visit_of(station, "T20", "T20", "T20")
        await oche.visit_of(station, "S1", "S5", "S20")
    await oche.visit_of(station, "T20", "T19", "D12", takeout=False)
    match = await post(http, f"/{match_id}", method="GET")

    assert (match["status"], match["winner"], match["turn"]) == ("finished", 0, None)
    assert match["legs"] == [
        {"set": 1, "leg": 1, "starter": 0, "winner": 0, "end": "checkout", "darts": [9, 6], "checkout": 141, "signed": False}
    ]
    assert (match["sides"][0]["average"], match["sides"][0]["rank"], match["sides"][1]["score"]) == (
        "167.00",
        1,
        {"remaining": 449, "in": True},
    )
    assert match["finished_at"] is not None
    assert station.pipeline.snapshot().match is None
    kinds = [event["event_type"] for event in await events_since(station, since, match_id)]
    assert kinds[:5] == ["match_command", "ADDED", "match_state_changed", "match_state_changed", "turn_changed"]
    assert kinds[-5:] == ["visit_scored", "leg_finished", "match_finished", "match_state_changed", "turn_changed"]
    assert kinds.count("turn_changed") == 1 + 15 + 4
    assert kinds.count("visit_scored") == 5
    assert "Ada" not in str(await events_since(station, since, match_id))


async def test_a_restart_in_the_middle_of_a_visit(tmp_path: Path) -> None:
    """Another daemon on the same store goes on with the very match: the darts before it count, and the turn is the same."""
    oche = Oche()
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        match_id = (await post(http, "", {**X01, "board_id": "main"}, 201))["match_id"]
        await oche.visit_of(station, "T20", "T20", "T20")
        await oche.visit_of(station, "S5", "S5", takeout=False)
        before = await post(http, f"/{match_id}", method="GET")
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        assert await post(http, f"/{match_id}", method="GET") == before
        assert before["turn"]["darts"] == ["S5", "S5"]
        await station.happen(thrown("T20", 9, 3, 2), TakeoutFinished(visit_id=VisitId("main-v000003")))
        after = await post(http, f"/{match_id}", method="GET")

        assert [side["score"]["remaining"] for side in after["sides"]] == [321, 431]
        assert after["turn"]["side"] == 0
        await station.journal.database.write(station.journal.registry.rebuild)
        assert await post(http, f"/{match_id}", method="GET") == after


async def test_scored_by_hand(station: Station, http: httpx2.AsyncClient) -> None:
    """Darts, totals, the end of a visit, undo, redo, pause and stop; what the match does not allow is refused and changes nothing."""
    match_id = (await post(http, "", X01 | {"format": {"legs": 2}}, 201))["match_id"]
    match = await post(http, f"/{match_id}/throws", {"darts": ["T20", "5", "d10"]})
    assert (match["turn"]["side"], match["sides"][0]["score"]["remaining"]) == (1, 416)
    match = await post(http, f"/{match_id}/throws", {"points": 180})
    assert (match["turn"]["side"], match["sides"][1]["score"]["remaining"]) == (0, 321)
    match = await post(http, f"/{match_id}/undo", {"darts": 2})
    assert (match["turn"]["side"], match["turn"]["darts"]) == (0, ["T20", "S5"])
    match = await post(http, f"/{match_id}/redo", {"darts": 2})
    assert match["sides"][1]["score"]["remaining"] == 321
    match = await post(http, f"/{match_id}/next")
    assert match["turn"]["side"] == 1
    await post(http, f"/{match_id}/pause", method="PUT")
    paused = await post(http, f"/{match_id}/throws", {"darts": ["T20"]}, 409)
    assert paused["error"]["details"]["status"] == "paused"
    await post(http, f"/{match_id}/resume", method="PUT")
    stopped = await post(http, f"/{match_id}/stop", method="PUT")
    assert (stopped["status"], stopped["turn"]) == ("stopped", None)
    refused = await post(http, f"/{match_id}/start", method="PUT", status=409)

    assert refused["error"] | {"timestamp": "", "trace_id": ""} == {
        "code": "STATE_CONFLICT",
        "message": "a match that is stopped cannot start",
        "details": {"status": "stopped"},
        "timestamp": "",
        "trace_id": "",
    }
    again = await post(http, f"/{match_id}/rematch", {"first": 1}, 201)
    assert (again["turn"]["side"], again["sides"][0]["name"], again["format"]["legs"]) == (1, "Ada", 2)
    assert await post(http, f"/{match_id}", method="DELETE", status=204) is None
    await post(http, f"/{match_id}", method="GET", status=404)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (X01 | {"rules": {"game": "chess"}}, "$.rules.game"),
        (X01 | {"rules": {"game": "x01", "start": 1}}, "$.rules.start"),
        (X01 | {"rules": {"game": "x01", "startt": 501}}, "$.rules.startt"),
        (X01 | {"format": {"legs": 0}}, "$.format.legs"),
        (X01 | {"format": {"sets": 3, "legs": 2, "goal": "best_of"}}, "$.format.legs"),
        (X01 | {"sides": []}, "$.sides"),
        (X01 | {"sides": [{"players": ["p_unknown"]}]}, "$.sides[0].players[0]"),
        (X01 | {"sides": [{"players": [{"name": "A"}], "start_score": 1}]}, "$.sides[0].start_score"),
        (X01 | {"rules": {"game": "cricket"}, "sides": [{"players": [{"name": "A"}], "start_score": 301}]}, "$.sides[0].start_score"),
        (X01 | {"rules": {"game": "killer"}, "sides": GUESTS[:1]}, "$.sides"),
        (X01 | {"board_id": "other"}, "$.board_id"),
        (X01 | {"bull_off": "maybe"}, "$.bull_off"),
        (X01 | {"format_id": "x"}, "$.format_id"),
    ],
)
async def test_what_is_wrong_is_named(station: Station, http: httpx2.AsyncClient, body: Any, path: str) -> None:
    """A body that no match can be made of is refused with the path of what is wrong, and nothing is published."""
    before = station.pipeline.last_seq
    answer = await post(http, "", body, 422)

    assert answer["error"]["details"]["field"] == path
    assert station.pipeline.last_seq == before


async def test_darts_that_are_too_many(station: Station, http: httpx2.AsyncClient) -> None:
    """A dart behind the end of the visit is named, as is a bed that does not exist, and nothing counts."""
    match_id = (await post(http, "", X01 | {"rules": {"game": "x01", "start": 40}}, 201))["match_id"]
    before = await post(http, f"/{match_id}", method="GET")
    late = await post(http, f"/{match_id}/throws", {"darts": ["D20", "S1"]}, 422)
    unknown = await post(http, f"/{match_id}/throws", {"darts": ["S1", "T21"]}, 422)
    neither = await post(http, f"/{match_id}/throws", {}, 422)

    assert late["error"]["details"]["field"] == "$.darts[1]"
    assert unknown["error"]["details"]["field"] == "$.darts[1]"
    assert neither["error"]["details"]["field"] == "$.darts"
    assert await post(http, f"/{match_id}", method="GET") == before
    assert read_bed("D20") is not None


async def test_one_match_runs_on_a_board(station: Station, http: httpx2.AsyncClient) -> None:
    """A second one is refused with the id of the first; a repeated request begins no second one."""
    headers = {**OPERATOR, "Idempotency-Key": "one-match"}
    one, two = [await http.post("/api/v1/matches", headers=headers, json={**X01, "board_id": "main"}) for _ in range(2)]
    refused = await post(http, "", {**X01, "board_id": "main"}, 409)
    listed = await post(http, "?status=running&board_id=main", method="GET")
    admin = await log_in_as(station, "admin")
    audited = (await http.get(f"/api/v1/audit?entity_id={one.json()['match_id']}", headers=admin)).json()["data"]

    assert one.json() == two.json()
    assert one.headers["Location"] == f"/api/v1/matches/{one.json()['match_id']}"
    assert refused["error"]["details"]["match_id"] == one.json()["match_id"]
    assert [match["match_id"] for match in listed["data"]] == [one.json()["match_id"]]
    assert [entry["action"] for entry in audited] == ["matches"]
