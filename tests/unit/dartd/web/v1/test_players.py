"""`/api/v1/players`."""

import httpx2
import pytest

from schemas.base import VisitId
from schemas.events import VisitCompleted, VisitThrow
from tests.support.people import log_in_as, make_player
from tests.support.station import Station
from tests.support.throws import hit

PLAYERS = "/api/v1/players"


async def test_players_are_made_found_changed_and_deleted(station: Station, http: httpx2.AsyncClient) -> None:
    """The id may be given, and is taken once; absent fields keep their value."""
    admin = await log_in_as(station, "admin")
    whole = {"player_id": "ann", "name": "Ann", "badge_id": "b1", "group": "red", "boards": {"preferred": ["main"]}}
    made = await http.post(PLAYERS, json=whole, headers=admin)
    again = await http.post(PLAYERS, json={"player_id": "ann", "name": "x"}, headers=admin)
    other = (await http.post(PLAYERS, json={"name": "Ben"}, headers=admin)).json()
    changed = (await http.put(f"{PLAYERS}/ann", json={"group": None, "boards": {"certified": ["b2"]}}, headers=admin)).json()
    found = (await http.get(f"{PLAYERS}?search=an&active=true", headers=admin)).json()
    gone = [await http.delete(f"{PLAYERS}/ann", headers=admin), await http.get(f"{PLAYERS}/ann", headers=admin)]

    assert (made.status_code, made.headers["location"], made.json()["boards"]) == (
        201,
        f"{PLAYERS}/ann",
        {"preferred": ["main"], "certified": []},
    )
    assert (again.status_code, again.json()["error"]["details"]["player_id"]) == (409, "ann")
    assert other["player_id"].startswith("p_")
    assert (changed["name"], changed["group"], changed["boards"]) == ("Ann", None, {"preferred": [], "certified": ["b2"]})
    assert [each["player_id"] for each in found["data"]] == ["ann"]
    assert [each.status_code for each in gone] == [204, 404]


@pytest.mark.slow
async def test_player_who_is_signed_on_gets_his_throws(station: Station, http: httpx2.AsyncClient) -> None:
    """By badge; figures and history tell them."""
    admin = await log_in_as(station, "admin")
    await make_player(station, player_id="ann", badge_id="b1")
    none = await http.put("/api/v1/board/player", json={"badge_id": "b2"}, headers=admin)
    on = await http.put("/api/v1/board/player", json={"badge_id": "b1"}, headers=admin)
    throw = VisitThrow(dart_number=1, dart_id=None, label="T20", points=60)
    await station.happen(hit("d1"), VisitCompleted(visit_id=VisitId("visit-1"), throws=(throw,), total=60, reason="takeout"))
    who = (await http.get("/api/v1/board/player")).json()
    await http.put("/api/v1/board/player", json={}, headers=admin)
    await station.happen(hit("d2"))
    detail = (await http.get(f"{PLAYERS}/ann", headers=admin)).json()
    history = (await http.get(f"{PLAYERS}/ann/history", headers=admin)).json()

    assert (none.status_code, on.json()["player_id"], who["player_id"]) == (404, "ann", "ann")
    assert detail["statistics"] == {"throws": 1, "points": 60, "visits": 1, "best_visit": 60, "average": "180.00"}
    assert detail["history"] == history["data"]
    assert (history["data"][0]["labels"], history["pagination"]["total"]) == (["T20"], 1)


async def test_player_sees_and_changes_himself(station: Station, http: httpx2.AsyncClient) -> None:
    """Others only when they are shared; not his badge or group; not even whether somebody is there."""
    await make_player(station, player_id="open", shared=True)
    await make_player(station, player_id="closed")
    ann = await log_in_as(station, "player", player_id=await make_player(station, player_id="ann"))
    seen = [each["player_id"] for each in (await http.get(PLAYERS, headers=ann)).json()["data"]]
    read = [(await http.get(f"{PLAYERS}/{name}", headers=ann)).status_code for name in ("ann", "open", "closed", "none")]
    wrote = [(await http.put(f"{PLAYERS}/{name}", json={"name": "x"}, headers=ann)).status_code for name in ("ann", "open", "none")]
    badge = await http.put(f"{PLAYERS}/ann", json={"badge_id": "b"}, headers=ann)

    assert (seen, read, wrote, badge.status_code) == (["ann", "open"], [200, 200, 403, 403], [200, 403, 403], 403)
