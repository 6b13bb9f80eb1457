"""The rules by which fixtures are played."""

import httpx2

from dartd.store.fixture_match import DEFAULT_RULES
from dartd.web.http.fixture_rules import KNOCKOUTS
from tests.support.people import log_in_as
from tests.support.station import Station


async def test_fixture_is_played_by_its_own_rules_or_those_of_its_tournament(station: Station, http: httpx2.AsyncClient) -> None:
    """Those of a format too; a knockout refuses a format that can end level, and both kinds of rules at once."""
    headers = await log_in_as(station, "operator")

    async def status(**given: object) -> int:
        body = {"name": "Open", "format": "knockout", **given}
        return (await http.post("/api/v1/tournaments", json=body, headers=headers)).status_code

    made = await http.post(
        "/api/v1/formats",
        json={"name": "level", "rules": {"game": "x01"}, "format": {"goal": "best_of", "legs": 6}, "sides": {"min": 2, "max": 2}},
        headers=headers,
    )
    format_id = made.json()["format_id"]
    statuses = [
        await status(rules={"game": "x01"}),
        await status(rules={"game": "x01"}, format_id=format_id),
        await status(rules={"game": "chess"}),
        await status(format_id="none"),
        await status(format_id=format_id),
        await status(format_id=format_id, legs_to_win=3),
        await status(format_id=format_id, format="round_robin"),
    ]
    listed = (await http.post("/api/v1/lists", json={"name": "Plan", "type": "practice_plan"}, headers=headers)).json()
    item = {"sides": [{"players": [{"name": "Ada"}]}, {"bot": {"level": 1}}], "format_id": format_id}
    fixture = (await http.post(f"/api/v1/lists/{listed['list_id']}/items", json=item, headers=headers)).json()
    for each in ("called", "playing"):
        answer = await http.put(f"/api/v1/fixtures/{fixture['fixture_id']}/status", json={"status": each}, headers=headers)
    match = (await http.get(f"/api/v1/matches/{answer.json()['match_id']}", headers=headers)).json()

    assert statuses == [201, 422, 422, 422, 422, 201, 201]
    assert (match["status"], match["format"]["legs"], match["rules"]["start"]) == ("running", 6, DEFAULT_RULES["start"])
    assert {"knockout", "groups_knockout"} == KNOCKOUTS
