"""Statistics of players over HTTP, from darts by hand and on the board."""

from typing import Any

import httpx2

from tests.support.people import bearer, log_in_as, make_player
from tests.support.station import TOKEN, Station
from tests.unit.dartd.web.v1.test_matches import Oche, post

OPERATOR = bearer(TOKEN)
PLAYERS = "/api/v1/players"


async def get(http: httpx2.AsyncClient, path: str, status: int = 200, headers: dict[str, str] | None = None, **query: Any) -> Any:
    """Return the answer to the operator, or with other headers to another caller."""
    answer = await http.get(f"/api/v1{path}", params=query, headers=OPERATOR if headers is None else headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def begin(station: Station, http: httpx2.AsyncClient, *, legs: int = 1, **rules: Any) -> str:
    """Begin a match of Ann and Bob by hand."""
    for name in ("ann", "bob"):
        if (await http.get(f"{PLAYERS}/{name}", headers=OPERATOR)).status_code == 404:
            await make_player(station, player_id=name, name=name.title())
    sides = [{"players": ["ann"]}, {"players": ["bob"]}]
    body = {"rules": {"game": "x01", "start": 101, **rules}, "format": {"legs": legs}, "sides": sides}
    match = await post(http, "", body, 201)
    return str(match["match_id"])


async def throw(http: httpx2.AsyncClient, match_id: str, *visits: str) -> None:
    """Throw visits by hand."""
    for visit in visits:
        await post(http, f"/{match_id}/throws", {"darts": visit.split()})


async def test_statistics_of_a_leg(station: Station, http: httpx2.AsyncClient) -> None:
    """Each number of the definitions; an undone game shot is gone at once."""
    match_id = await begin(station, http)
    await throw(http, match_id, "T20 S1 S20", "T20 S5 S1", "D10")
    ann, bob = await get(http, "/players/ann/statistics"), await get(http, "/players/bob/statistics")
    await post(http, f"/{match_id}/undo", {"darts": 1})
    undone = await get(http, "/players/ann/statistics")
    live = await get(http, "/players/ann/statistics", match_id=match_id)

    assert (ann["points"], ann["darts"], ann["average"], ann["checkout_pct"]) == (101, 4, "75.75", "50.00")
    assert (ann["highest_checkout"], ann["best_leg"], ann["matches_won"], ann["n60"]) == (20, 4, 1, 1)
    assert (bob["average"], bob["legs"], bob["legs_won"], bob["checkout_pct"], bob["mpr"]) == ("66.00", 1, 0, "0.00", None)
    assert (ann["beds"]["beds"]["T20"], ann["beds"]["targets"]["D10"]["rate"]) == ({"hits": 1, "share": "25.00"}, "100.00")
    assert (ann["consistency"]["visit_sd"], ann["form"]) == ("43.13", {"average": "75.75", "difference": None})
    assert (undone["legs"], undone["average"], undone["matches"]) == (0, None, 0)
    assert (live["points"], live["average"]) == (81, "81.00")


async def test_series_and_history(station: Station, http: httpx2.AsyncClient) -> None:
    """By visit, leg, match and day, paged, and by the bed that was hit."""
    match_id = await begin(station, http, legs=2)
    await throw(http, match_id, "T20 S1 S20", "S1 S1 S1", "D10", "S20 S20 S20", "T20 S1 S20", "S1", "S1")
    series = (await get(http, "/players/ann/statistics", resolution="leg"))["series"]
    legs = (await get(http, "/players/ann/history", resolution="leg"))["data"]
    days = (await get(http, "/players/ann/history", resolution="day"))["data"]
    page = await get(http, "/players/ann/history", limit=1)
    rest = await get(http, "/players/ann/history", limit=1, cursor=page["pagination"]["next_cursor"])
    doubles = (await get(http, "/players/ann/history", bed="D10"))["data"]
    matches = (await get(http, "/players/ann/history", resolution="match", opponent="bob"))["data"]
    no_one = await get(http, "/players/ann/history", opponent="eve")
    later = await get(http, "/players/ann/history", since="2999-01-01")

    assert [(each["leg"], each["points"], each["darts"], each["legs_won"]) for each in series] == [(1, 101, 4, 1)]
    assert legs == series
    assert [(each["points"], each["match_id"]) for each in days] == [(101, None)]
    assert [each["labels"] for each in page["data"] + rest["data"]] == [["D10"], ["T20", "S1", "S20"]]
    assert (rest["pagination"]["next_cursor"], page["pagination"]["total"]) == (None, 2)
    assert [(each["points"], each["hits"], each["average"]) for each in doubles] == [(20, 1, "60.00")]
    assert [(each["match_id"], each["average"]) for each in matches] == [(match_id, "75.75")]
    assert (no_one["data"], later["data"]) == ([], [])


async def test_darts_of_the_board_have_a_grouping(station: Station, http: httpx2.AsyncClient) -> None:
    """From the measured points, in statistics and heat map; visits of a match are no visits of free play as well."""
    await make_player(station, player_id="ann", name="Ann")
    body = {"rules": {"game": "x01", "start": 60, "out": "straight"}, "sides": [{"players": ["ann"]}], "board_id": "main"}
    match = await post(http, "", body, 201)
    await Oche().visit_of(station, "S20", "S20", "S20")
    statistics = await get(http, "/players/ann/statistics", match_id=match["match_id"])
    heat = await get(http, "/players/ann/heat_map")
    history = await get(http, "/players/ann/history")

    assert statistics["grouping"]["darts"] == 3
    assert statistics["grouping"]["mean_radius"] == 0.0
    assert (heat["darts"], [cell["count"] for cell in heat["cells"]]) == (3, [3])
    assert history["pagination"]["total"] == 1


async def test_standing(station: Station, http: httpx2.AsyncClient) -> None:
    """Open matches with the rest, and the average with the leg that runs."""
    match_id = await begin(station, http, legs=2)
    await throw(http, match_id, "T20 S1 S20", "S1 S1 S1")
    standing = await get(http, "/players/ann/standing")
    (position,) = standing["positions"]

    assert (standing["open_matches"], standing["average"], standing["win_rate"]) == (1, "81.00", None)
    assert (position["match_id"], position["score"]["remaining"], position["legs"], position["darts"]) == (match_id, 20, 0, 3)
    assert position["last_visit"] == {"points": 81, "labels": ["T20", "S1", "S20"]}


async def test_rights_are_those_of_the_player(station: Station, http: httpx2.AsyncClient) -> None:
    """Players read their own statistics and those of shared players."""
    await make_player(station, player_id="ann")
    await make_player(station, player_id="bob")
    own = await log_in_as(station, "player", player_id="ann")
    for path in ("statistics", "standing", "history", "heat_map"):
        await get(http, f"/players/ann/{path}", headers=own)
        await get(http, f"/players/bob/{path}", 403, headers=own)
        await get(http, f"/players/ann/{path}", 401, headers={})


async def test_a_merged_player_has_the_statistics_of_both(station: Station, http: httpx2.AsyncClient) -> None:
    """At once."""
    match_id = await begin(station, http)
    await throw(http, match_id, "T20 S1 S20", "T20 S5 S1", "D10")
    await http.post(f"{PLAYERS}/bob/merge", json={"into": "ann"}, headers=OPERATOR)
    ann = await get(http, "/players/ann/statistics")

    assert (ann["legs"], ann["points"]) == (2, 167)
