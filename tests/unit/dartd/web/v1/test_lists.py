"""`/api/v1/lists`; tests/integration/test_resources.py has what every resource does."""

import httpx2

from tests.support.people import log_in_as
from tests.support.station import Station

_SIDES = [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Bob"}]}]


async def test_list_has_its_fixtures(station: Station, http: httpx2.AsyncClient) -> None:
    """In their order; a ladder takes challenges, and a tournament or player that is not there is refused."""
    admin = await log_in_as(station, "admin")
    body = {"name": "Ladder", "format": "ladder", "tournament_id": "t", "entrants": [{"name": "Ada"}, {"name": "Bob"}]}
    await http.post("/api/v1/tournaments", json=body, headers=admin)
    await http.post("/api/v1/tournaments/t/draw", headers=admin)
    (ladder,) = (await http.get("/api/v1/lists?tournament_id=t")).json()["data"]
    path = f"/api/v1/lists/{ladder['list_id']}"
    down = await http.post(f"{path}/items", json={"sides": _SIDES}, headers=admin)
    up = await http.post(f"{path}/items", json={"sides": _SIDES[::-1], "fixture_id": "up"}, headers=admin)
    again = await http.post(f"{path}/items", json={"sides": _SIDES[::-1], "fixture_id": "up"}, headers=admin)
    won = await http.put("/api/v1/fixtures/up/status", json={"status": "finished", "winner": 0}, headers=admin)
    detail, items = (await http.get(path)).json(), (await http.get(f"{path}/items")).json()
    standings = (await http.get("/api/v1/tournaments/t/summary")).json()["standings"]
    missing = [
        (await http.post("/api/v1/lists", json={"name": "x", "type": "round", name: "none"}, headers=admin)).status_code
        for name in ("tournament_id", "player_id")
    ]

    assert [each.status_code for each in (down, up, again, won)] == [422, 201, 409, 200]
    assert (detail["items"], items["pagination"]["total"], detail["items"][0]["stage"]) == (items["data"], 1, "challenge")
    assert ([each["name"] for each in standings], missing) == (["Bob", "Ada"], [422, 422])
