"""Metrics of days over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.support.people import bearer, log_in_as, make_player
from tests.support.station import TOKEN, Station, lasting_station
from tests.support.throws import hit
from tests.unit.dartd.web.v1.test_statistics import begin, get

OPERATOR = bearer(TOKEN)


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    """Run a daemon that opens sessions."""
    async with lasting_station(tmp_path, with_sessions=True) as station:
        yield station


async def test_the_day_of_a_player_at_the_oche(station: Station, http: httpx2.AsyncClient) -> None:
    """The same dart in the metrics of today, of the zone and of the player; a player reads their own."""
    square = [[-100, -500], [100, -500], [100, -300], [-100, -300]]
    zone = {"zone_id": "oche", "name": "Oche", "zone_type": "oche", "polygon_coords": [[x / 2, y / 2] for x, y in square]}
    created = await http.post("/api/v1/zones", json=zone, headers=OPERATOR)
    assert created.status_code == 201, created.text
    await begin(station, http)
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=OPERATOR)
    await station.happen(hit("d1"))
    today = await get(http, "/metrics/today", headers={})
    there = await get(http, "/metrics/zone/oche", period="week", headers={})
    ann = await get(http, "/metrics/player/ann", period="month")
    own = await get(http, "/metrics/player/ann", headers=await log_in_as(station, "player", player_id="ann"))

    assert (today["darts"], today["players"], today["active_players"], today["matches"], today["average"]) == (1, 1, 1, 1, "180.00")
    assert (today["zones"][0]["zone_name"], today["zones"][0]["count"], today["zones"][0]["status"]) == ("Oche", 1, "normal")
    assert (there["zone_name"], there["total_sessions"], there["unique_players"], there["peak_occupancy"]) == ("Oche", 1, 1, 1)
    assert (ann["player_name"], ann["days_played"], ann["total_sessions"], ann["zones"][0]["zone_id"]) == ("Ann", 1, 1, "oche")
    assert (own["player_name"], own["period"], len(own["daily_breakdown"])) == ("Ann", "today", 1)


async def test_what_is_not_there_is_refused(station: Station, http: httpx2.AsyncClient) -> None:
    """A zone, a player, a period; another player for a player."""
    await make_player(station, player_id="ann")
    await make_player(station, player_id="bob")

    await get(http, "/metrics/zone/none", 404)
    await get(http, "/metrics/player/none", 404)
    await get(http, "/metrics/player/ann", 422, period="year")
    await get(http, "/metrics/player/ann", 401, headers={})
    await get(http, "/metrics/player/ann", 403, headers=await log_in_as(station, "player", player_id="bob"))
