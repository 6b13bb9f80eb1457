"""`/api/v1/fixtures`: statuses, assignment, and who may."""

import httpx2

from tests.support.people import log_in_as
from tests.support.station import Station

_SIDES = [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Bob"}]}]


async def test_fixture_of_a_queue_is_played_on_the_board(station: Station, http: httpx2.AsyncClient) -> None:
    """Its match is that of the board; it can be changed until it begins, and only by those who may."""
    admin, viewer = await log_in_as(station, "admin"), await log_in_as(station, "viewer")
    await http.post("/api/v1/lists", json={"name": "Queue", "type": "board_queue", "list_id": "q"}, headers=admin)
    await http.post(
        "/api/v1/lists/q/items", json={"sides": _SIDES, "fixture_id": "f", "rules": {"game": "x01", "start": 101}}, headers=admin
    )
    path = "/api/v1/fixtures/f"
    before = await http.get(path)
    forbidden = await http.put(f"{path}/status", json={"status": "called"}, headers=viewer)
    changed = await http.put(path, json={"legs_to_win": 1}, headers={**admin, "If-Match": before.headers["etag"]})
    stale = await http.put(path, json={"legs_to_win": 2}, headers={**admin, "If-Match": before.headers["etag"]})
    assigned = await http.put(f"{path}/assign", json={"board_id": "main", "marker_id": "m"}, headers=admin)
    for status in ("called", "playing"):
        begun = await http.put(f"{path}/status", json={"status": status}, headers=admin)
    snapshot = (await http.get("/api/v1/board")).json()
    late = await http.put(path, json={"legs_to_win": 2}, headers=admin)
    match = f"/api/v1/matches/{begun.json()['match_id']}"
    await http.post(f"{match}/throws", json={"darts": ["T20", "S1", "D20"]}, headers=admin)
    after = (await http.get(path)).json()
    deleted = await http.delete(path, headers=admin)

    assert [each.status_code for each in (forbidden, changed, stale, assigned, late, deleted)] == [403, 200, 412, 200, 409, 204]
    assert (assigned.json()["assigned_by"] is not None, assigned.json()["marker_id"]) == (True, "m")
    assert (snapshot["match"]["match_id"], snapshot["match"]["board_id"]) == (begun.json()["match_id"], "main")
    assert (after["status"], after["result"]["winner"], after["result"]["legs"]) == ("finished", 0, [1, 0])
