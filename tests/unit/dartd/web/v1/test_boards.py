"""The boards at which fixtures can be played; a whole venue is in tests/integration/test_venue_fixtures.py."""

import httpx2
import msgspec

from dartd.runtime.venue_boards import HeardBoard
from tests.support.people import log_in_as
from tests.support.station import Station

_REPORT = {"board_id": "oche-2", "name": "Oche 2", "snapshot": {"status": "throw"}}


async def test_boards_are_listed_with_what_they_do(station: Station, http: httpx2.AsyncClient) -> None:
    """This one first; a fixture is begun at another one only if it is free, and is called until that board reports."""
    headers = await log_in_as(station, "operator")
    alone = (await http.get("/api/v1/boards", headers=headers)).json()["boards"]
    station.services.venue.hear(msgspec.convert(_REPORT, HeardBoard), 0.0)
    listed = (await http.post("/api/v1/lists", json={"name": "Plan", "type": "practice_plan"}, headers=headers)).json()
    item = {"sides": [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Bob"}]}]}
    fixture = (await http.post(f"/api/v1/lists/{listed['list_id']}/items", json=item, headers=headers)).json()
    path = f"/api/v1/fixtures/{fixture['fixture_id']}"
    await http.put(f"{path}/status", json={"status": "called"}, headers=headers)
    await http.put(f"{path}/assign", json={"board_id": "oche-2"}, headers=headers)
    station.services.venue.refuse("oche-2", "its door is closed")
    refused = await http.put(f"{path}/status", json={"status": "playing"}, headers=headers)
    both = (await http.get("/api/v1/boards", headers=headers)).json()["boards"]

    assert [(each["board_id"], each["own"], each["state"]) for each in alone] == [("main", True, "free")]
    assert (refused.status_code, "its door is closed" in refused.json()["error"]["message"]) == (409, True)
    assert [(each["board_id"], each["fixture_id"]) for each in both] == [("main", None), ("oche-2", fixture["fixture_id"])]
