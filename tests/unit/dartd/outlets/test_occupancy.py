"""Counts of zones."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import websockets

from dartd.outlets.occupancy import zones_now
from schemas.events import TakeoutFinished
from tests.support.people import log_in_as, make_player
from tests.support.station import Station, lasting_station
from tests.support.throws import hit
from tests.support.websocket_client import WebSocketClient

SQUARE = [[-20, 90], [20, 90], [20, 120], [-20, 120]]


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    """Run a daemon that opens sessions."""
    async with lasting_station(tmp_path, with_sessions=True) as station:
        yield station


async def test_change_of_a_count_is_published(station: Station, http: httpx2.AsyncClient) -> None:
    """On the topic of the zone, when darts land in it and when they are taken; a dart elsewhere publishes nothing."""
    admin = await log_in_as(station, "admin")
    for zone_id, active in (("t20", True), ("off", False)):
        body = {"zone_id": zone_id, "name": zone_id, "polygon_coords": SQUARE, "active": active}
        await http.post("/api/v1/zones", json=body, headers=admin)
    updates = []
    async with websockets.connect(f"{station.ws}?topics=zone:t20", proxy=None, close_timeout=0.2) as socket:
        client = WebSocketClient(socket)
        await client.receive_types(2)
        await station.happen(hit("d0", x_mm=0.0, y_mm=-103.0))
        await station.happen(hit("d1"))
        updates.append(await client.receive())
        counts = await zones_now(station.services)
        await station.happen(TakeoutFinished(visit_id=hit("d1").visit_id))
        updates.append(await client.receive())

    assert [(each["event_type"], each["zone_id"], each["data"]) for each in updates] == [
        ("zone_update", "t20", {"count": 1, "active_sessions": []}),
        ("zone_update", "t20", {"count": 0, "active_sessions": []}),
    ]
    assert {zone_id: data.count for zone_id, data in (counts or {}).items()} == {"t20": 1}


async def test_players_at_the_oche_are_published(station: Station, http: httpx2.AsyncClient) -> None:
    """A session that begins, and one that ends by a sign-off."""
    admin = await log_in_as(station, "admin")
    body = {"zone_id": "oche", "name": "Oche", "polygon_coords": SQUARE, "zone_type": "oche"}
    await http.post("/api/v1/zones", json=body, headers=admin)
    await make_player(station, player_id="ann", name="Ann")
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=admin)
    updates = []
    async with websockets.connect(f"{station.ws}?topics=zone:oche", proxy=None, close_timeout=0.2) as socket:
        client = WebSocketClient(socket)
        await client.receive_types(2)
        await station.happen(hit("d1"))
        updates.append((await client.receive())["data"])
        occupancy = (await http.get("/api/v1/zones/oche/occupancy", headers=admin)).json()
        await http.put("/api/v1/board/player", json={}, headers=admin)
        updates.append((await client.receive())["data"])

    assert [each["count"] for each in updates] == [1, 0]
    assert (updates[0]["active_sessions"][0]["player_id"], updates[0]["active_sessions"][0]["state"]) == ("ann", "active")
    assert (occupancy["current_count"], occupancy["status"]) == (1, "normal")
    assert [(each["player_id"], each["name"], each["state"]) for each in occupancy["occupants"]] == [("ann", "Ann", "active")]
