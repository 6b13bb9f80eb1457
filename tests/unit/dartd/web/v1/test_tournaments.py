"""`/api/v1/tournaments`; tests/integration/test_tournaments.py plays one."""

import httpx2

from tests.support.people import log_in_as, make_player
from tests.support.station import Station

_PATH = "/api/v1/tournaments"


async def test_tournament_is_drawn_called_and_withdrawn_from(station: Station, http: httpx2.AsyncClient) -> None:
    """Names of profiles are for those who may read them; who has not the permission is refused; comments are about it."""
    operator, scorer = await log_in_as(station, "operator"), await log_in_as(station, "scorer")
    profile = await make_player(station)
    entrants = [{"player_id": profile, "seed": 1}, {"name": "Bob"}, {"name": "Cleo"}]
    body = {"name": "Open", "format": "knockout", "starts_at": "2026-12-01T20:00:00+01:00", "entrants": entrants, "tournament_id": "open"}
    made = await http.post(_PATH, json=body, headers=operator)
    twice = await http.post(_PATH, json={**body, "tournament_id": "other", "entrants": [*entrants, {"name": "Bob"}]}, headers=operator)
    unknown = await http.post(_PATH, json={**body, "tournament_id": "other", "entrants": [{"player_id": "none"}]}, headers=operator)
    refused = await http.post(f"{_PATH}/open/draw", headers=scorer)
    drawn = await http.post(f"{_PATH}/open/draw", json={"shuffle": True}, headers=operator)
    first = (await http.get("/api/v1/fixtures?tournament_id=open&status=scheduled", headers=operator)).json()["data"][0]
    called = await http.put(f"/api/v1/fixtures/{first['fixture_id']}/status", json={"status": "called"}, headers=scorer)
    skipped = await http.put(f"/api/v1/fixtures/{first['fixture_id']}/status", json={"status": "finished"}, headers=scorer)
    assigned = await http.post(f"{_PATH}/open/assign", json={"board_id": "b2"}, headers=scorer)
    gone = await http.post(f"{_PATH}/open/withdrawals", json={"name": "Bob"}, headers=operator)
    named, anonymous = [(await http.get(f"{_PATH}/open", headers=each)).json()["entrants"][0]["name"] for each in (operator, {})]
    summary = (await http.get(f"{_PATH}/open/summary")).json()
    comment = {"parent_type": "tournament", "parent_id": "open", "text": "Well played."}
    said = await http.post("/api/v1/comments", json=comment, headers=operator)

    assert (made.status_code, made.json()["starts_at"], made.json()["legs_to_win"]) == (201, "2026-12-01T19:00:00.000Z", 1)
    assert [each.status_code for each in (twice, unknown, refused, drawn, called, skipped, assigned, gone, said)] == [
        422, 422, 403, 200, 200, 409, 200, 200, 201,
    ]  # fmt: skip
    assert (skipped.json()["error"]["code"], assigned.json()["fixture_id"]) == ("STATE_CONFLICT", first["fixture_id"])
    assert (named is not None, anonymous, summary["tournament_id"]) == (True, None, "open")
    assert [each["withdrawn"] for each in summary["entrants"]] == [False, True, False]


async def test_tournament_is_deleted_with_what_it_contains(station: Station, http: httpx2.AsyncClient) -> None:
    """Also one that was drawn."""
    admin = await log_in_as(station, "admin")
    body = {"name": "Open", "format": "ladder", "tournament_id": "open", "entrants": [{"name": "Ada"}, {"name": "Bob"}]}
    await http.post(_PATH, json=body, headers=admin)
    await http.post(f"{_PATH}/open/draw", headers=admin)
    (listed,) = (await http.get("/api/v1/lists?tournament_id=open")).json()["data"]
    deleted = await http.delete(f"{_PATH}/open", headers=admin)
    after = [(await http.get(f"/api/v1/{path}")).status_code for path in ("tournaments/open", f"lists/{listed['list_id']}")]

    assert (deleted.status_code, after) == (204, [404, 404])
