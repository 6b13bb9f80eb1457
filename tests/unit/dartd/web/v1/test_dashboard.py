"""The dashboard over HTTP."""

import httpx2

from schemas.base import VisitId
from schemas.events import AlertChanged, VisitCompleted
from tests.support.alerts import ALERT
from tests.support.people import log_in_as, make_player
from tests.support.station import Station
from tests.support.throws import hit
from tests.unit.dartd.web.v1.test_statistics import begin, get, throw


async def test_one_call_has_all_that_a_start_page_shows(station: Station, http: httpx2.AsyncClient) -> None:
    """Players, formats, activity, boards and alerts; anew after an event; names only for those who may read them."""
    await make_player(station, player_id="eve", name="Eve")
    empty = await get(http, "/dashboard")
    match_id = await begin(station, http)
    await throw(http, match_id, "T20 S1 S20", "T20 S5 S1", "D10")
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=await log_in_as(station, "operator"))
    await station.happen(hit("d1"), VisitCompleted(visit_id=VisitId("visit-1"), throws=(), total=180, reason="takeout"))
    await station.happen(AlertChanged(alert=ALERT))
    found, public = await get(http, "/dashboard"), await get(http, "/dashboard", headers={})
    own = await get(http, "/dashboard", headers=await log_in_as(station, "player", player_id="bob"))

    assert (empty["next_tournament"], empty["players"], empty["activity"], empty["open_alerts"]) == (None, [], [], [])
    assert empty["fixtures_by_status"] == {"scheduled": 0, "called": 0, "playing": 0, "finished": 0}
    assert (empty["boards"][0]["board_id"], empty["boards"][0]["darts"], len(empty["suggested_formats"])) == ("main", 0, 6)
    assert [(each["player_id"], each["legs"], each["average"]) for each in found["players"]] == [("ann", 1, "75.75"), ("bob", 1, "66.00")]
    assert [each["kind"] for each in found["activity"]] == ["high_visit", "match_finished"]
    assert (found["activity"][0]["name"], found["activity"][0]["points"]) == ("Ann", 180)
    assert [(each["name"], each["legs"]) for each in found["activity"][1]["sides"]] == [("Ann", 1), ("Bob", 0)]
    board = found["boards"][0]
    assert (board["status"], board["player_id"], board["darts"], board["visits"]) == ("throw", "ann", 1, 1)
    assert found["suggested_formats"][0]["game"] == "x01"
    assert (public["players"], public["activity"][0]["name"], public["open_alerts"]) == ([], None, None)
    assert [each["name"] for each in public["activity"][1]["sides"]] == [None, None]
    assert [each["name"] for each in own["players"]] == ["Bob"]
