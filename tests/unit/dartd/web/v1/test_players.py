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
    inactive = (await http.get(f"{PLAYERS}?active=false", headers=admin)).json()["data"]
    signing_on = await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=admin)
    back = await http.put(f"{PLAYERS}/ann", json={"active": True}, headers=admin)

    assert (made.status_code, made.headers["location"], made.json()["boards"]) == (
        201,
        f"{PLAYERS}/ann",
        {"preferred": ["main"], "certified": []},
    )
    assert (again.status_code, again.json()["error"]["details"]["player_id"]) == (409, "ann")
    assert other["player_id"].startswith("p_")
    assert (changed["name"], changed["group"], changed["boards"]) == ("Ann", None, {"preferred": [], "certified": ["b2"]})
    assert [each["player_id"] for each in found["data"]] == ["ann"]
    assert [each.status_code for each in gone] == [204, 200]
    assert (gone[1].json()["active"], [each["player_id"] for each in inactive], signing_on.status_code) == (False, ["ann"], 404)
    assert (back.status_code, back.json()["active"], back.json()["badge_id"]) == (200, True, None)


@pytest.mark.slow
async def test_throws_belong_to_the_player_who_is_signed_on(station: Station, http: httpx2.AsyncClient) -> None:
    """By badge; figures and history hold them."""
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
    assert (history["data"][0]["labels"], history["data"][0]["points"], history["pagination"]["total"]) == (["T20"], 60, 1)
    assert [visit["labels"] for visit in detail["history"]] == [["T20"]]


async def test_player_sees_and_changes_the_own_entity(station: Station, http: httpx2.AsyncClient) -> None:
    """Others only when they are shared; not the badge or group; not even whether a player exists."""
    await make_player(station, player_id="open", shared=True)
    await make_player(station, player_id="closed")
    ann = await log_in_as(station, "player", player_id=await make_player(station, player_id="ann"))
    seen = [each["player_id"] for each in (await http.get(PLAYERS, headers=ann)).json()["data"]]
    read = [(await http.get(f"{PLAYERS}/{name}", headers=ann)).status_code for name in ("ann", "open", "closed", "none")]
    wrote = [(await http.put(f"{PLAYERS}/{name}", json={"name": "x"}, headers=ann)).status_code for name in ("ann", "open", "none")]
    badge = await http.put(f"{PLAYERS}/ann", json={"badge_id": "b"}, headers=ann)

    assert (seen, read, wrote, badge.status_code) == (["ann", "open"], [200, 200, 403, 403], [200, 403, 403], 403)


async def _owners(station: Station, http: httpx2.AsyncClient, admin: dict[str, str]) -> dict[str, str | None]:
    """Return the player of each throw, after all tables that follow the journal were built again."""
    await station.services.database.change(station.journal.registry.rebuild)
    return {each["throw_id"]: each["player_id"] for each in (await http.get("/api/v1/throws", headers=admin)).json()["data"]}


async def test_a_paired_screen_removes_no_player(station: Station, http: httpx2.AsyncClient) -> None:
    """It adds and changes players; merging one into another deletes it, and gives its account to the other."""
    screen = await log_in_as(station, "scorer")
    await make_player(station, player_id="ann")
    await make_player(station, player_id="ben")
    merged = await http.post(f"{PLAYERS}/ann/merge", json={"into": "ben"}, headers=screen)
    deleted = await http.delete(f"{PLAYERS}/ann", headers=screen)
    named = await http.put(f"{PLAYERS}/ann", json={"name": "Anna"}, headers=screen)

    assert [each.status_code for each in (merged, deleted, named)] == [403, 403, 200]


async def test_merged_player_s_throws_belong_to_the_other(station: Station, http: httpx2.AsyncClient) -> None:
    """Also after a rebuild; a new player with the id of the merged one has none of them."""
    admin = await log_in_as(station, "admin")
    await make_player(station, player_id="ann", badge_id="b1")
    await make_player(station, player_id="ben")
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=admin)
    await station.happen(hit("d1"))
    await http.put("/api/v1/board/player", json={}, headers=admin)
    merged = await http.post(f"{PLAYERS}/ann/merge", json={"into": "ben"}, headers=admin)
    events = (await http.get(f"/api/v1/events?since={station.hub.last_seq - 3}", headers=admin)).json()["data"]
    gone = await http.get(f"{PLAYERS}/ann", headers=admin)
    again = await http.post(PLAYERS, json={"player_id": "ann", "name": "Another", "badge_id": "b1"}, headers=admin)
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=admin)
    await station.happen(hit("d2"))
    owners = await _owners(station, http, admin)
    refused = [
        (await http.post(f"{PLAYERS}/{one}/merge", json=body, headers=admin)).status_code
        for one, body in (("ann", {"into": "ann"}), ("ann", {"into": "none"}), ("none", {"into": "ann"}), ("ann", {}))
    ]

    assert (merged.status_code, merged.json()["player_id"], gone.status_code, again.status_code) == (200, "ben", 404, 201)
    assert [(each["event_type"], each.get("entity_id", each.get("into_player_id"))) for each in events] == [
        ("player_merged", "ben"),
        ("DELETED", "ann"),
        ("UPDATED", "ben"),
    ]
    assert (owners, refused) == ({"d1": "ben", "d2": "ann"}, [422, 404, 404, 422])


async def test_erased_person_leaves_only_throws(station: Station, http: httpx2.AsyncClient) -> None:
    """The throws have no player, also after a rebuild; a new player with the same id does not get them."""
    admin = await log_in_as(station, "admin")
    await http.post(PLAYERS, json={"player_id": "ann", "name": "Secret Name"}, headers={**admin, "Idempotency-Key": "k"})
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=admin)
    await station.happen(hit("d1"))
    await http.put("/api/v1/board/player", json={}, headers=admin)
    erased = await http.delete(f"{PLAYERS}/ann?erase=true", headers=admin)
    events = (await http.get(f"/api/v1/events?since={station.hub.last_seq - 2}", headers=admin)).json()["data"]
    journal = await http.get("/api/v1/events?limit=100", headers=admin)
    with station.hub.subscribe(["*"], since=0) as subscription:
        replayed = b"".join(await subscription.take())
    done = {each["action"] for each in (await http.get("/api/v1/audit?entity_id=ann", headers=admin)).json()["data"]}
    await http.post(PLAYERS, json={"player_id": "ann", "name": "Another"}, headers=admin)
    owners = await _owners(station, http, admin)
    twice = [(await http.delete(f"{PLAYERS}/none?erase={value}", headers=admin)).status_code for value in ("true", "false", "perhaps")]

    assert (erased.status_code, [each["event_type"] for each in events]) == (204, ["player_erased", "DELETED"])
    assert "Secret Name" not in journal.text
    assert b"player_erased" in replayed
    assert b"Secret Name" not in replayed
    assert ("player.erase" in done, owners, twice) == (True, {"d1": None}, [404, 404, 422])
