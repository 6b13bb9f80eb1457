"""Sessions over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from tests.support.people import bearer, log_in_as, make_player
from tests.support.station import TOKEN, Station, lasting_station
from tests.support.throws import hit
from tests.unit.dartd.web.v1.test_statistics import get

OPERATOR = bearer(TOKEN)


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    """Run a daemon that opens sessions."""
    async with lasting_station(tmp_path, with_sessions=True) as station:
        yield station


async def test_a_session_is_open_until_the_player_signs_off(station: Station, http: httpx2.AsyncClient) -> None:
    """It is listed as of now while it is open, and stays in the list."""
    await make_player(station, player_id="ann", name="Ann")
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=OPERATOR)
    await station.happen(hit("d1"))
    (active,) = (await get(http, "/sessions/active", board_id="main"))["data"]
    one = await get(http, f"/sessions/{active['session_id']}")
    await http.put("/api/v1/board/player", json={}, headers=OPERATOR)
    (closed,) = (await get(http, "/sessions", player_id="ann", since="2020-01-01"))["data"]
    none = (await get(http, "/sessions/active"))["data"]
    events = [msgspec.json.decode(wire) for _, topic, wire in await station.journal.read(0) if topic.startswith("session:")]

    assert (active["player_name"], active["state"], active["visit_number"], active["exit_time"]) == ("Ann", "active", 1, None)
    assert one["entry_time"] == active["entry_time"]
    assert (closed["state"], closed["session_id"], none) == ("closed", active["session_id"], [])
    assert round(closed["total_active_seconds"] + closed["total_idle_seconds"], 3) == closed["duration_seconds"]
    assert [each["event"] for each in closed["timeline"]] == ["entry", "exit"]
    assert [(each["event_type"], each["event"], each["session"]["player_name"]) for each in events] == [
        ("session_update", "entry", None),
        ("session_update", "exit", None),
    ]


async def test_names_are_for_those_who_may_read_them(station: Station, http: httpx2.AsyncClient) -> None:
    """And so are the sessions of one player."""
    await make_player(station, player_id="ann", name="Ann")
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=OPERATOR)
    await station.happen(hit("d1"))
    await make_player(station, player_id="bob")
    other = await log_in_as(station, "player", player_id="bob")
    (public,) = (await get(http, "/sessions/active", headers={}))["data"]
    await get(http, "/sessions", 401, headers={}, player_id="ann")
    await get(http, "/sessions", 403, headers=other, player_id="ann")
    await get(http, "/sessions/unknown", 404)
    await get(http, "/sessions/active", 422, cursor="x")

    assert public["player_name"] is None
