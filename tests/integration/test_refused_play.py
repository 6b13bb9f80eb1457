"""Bad input about play: each is a clear 4xx that names the path, and nothing is changed by it."""

import itertools
from typing import Any

import httpx2
import pytest

from tests.support.people import make_player
from tests.support.station import Station
from tests.unit.dartd.web.v1.test_matches import GUESTS, OPERATOR, post

X01 = {"game": "x01"}
ADA = {"players": [{"name": "Ada"}]}

NEW: list[tuple[dict[str, Any], str]] = [
    ({}, "$.sides"),
    ({"rules": X01}, "$.sides"),
    ({"sides": GUESTS}, "$.rules"),
    ({"rules": X01, "format_id": "501", "sides": GUESTS}, "$.format_id"),
    ({"rules": {}, "sides": GUESTS}, "$.rules.game"),
    ({"rules": {"game": "chess"}, "sides": GUESTS}, "$.rules.game"),
    ({"rules": {"game": 501}, "sides": GUESTS}, "$.rules.game"),
    ({"rules": "x01", "sides": GUESTS}, "$.rules"),
    ({"rules": {**X01, "start": 1}, "sides": GUESTS}, "$.rules.start"),
    ({"rules": {**X01, "start": 10002}, "sides": GUESTS}, "$.rules.start"),
    ({"rules": {**X01, "start": "501"}, "sides": GUESTS}, "$.rules.start"),
    ({"rules": {**X01, "out": "triple"}, "sides": GUESTS}, "$.rules.out"),
    ({"rules": {**X01, "in": "half"}, "sides": GUESTS}, "$.rules.in"),
    ({"rules": {**X01, "max_rounds": 0}, "sides": GUESTS}, "$.rules.max_rounds"),
    ({"rules": {**X01, "bull": "25"}, "sides": GUESTS}, "$.rules.bull"),
    ({"rules": {**X01, "legs": 3}, "sides": GUESTS}, "$.rules.legs"),
    ({"rules": {"game": "cricket", "numbers": [15, 15]}, "sides": GUESTS}, "$.rules.numbers"),
    ({"rules": {"game": "cricket", "mode": "points"}, "sides": GUESTS}, "$.rules.mode"),
    ({"rules": {"game": "halve_it", "targets": ["T21"]}, "sides": GUESTS}, "$.rules.targets"),
    ({"rules": {"game": "killer", "lives": 10}, "sides": GUESTS}, "$.rules.lives"),
    ({"rules": {"game": "killer"}, "sides": [ADA]}, "$.sides"),
    ({"rules": X01, "sides": []}, "$.sides"),
    ({"rules": X01, "sides": [ADA] * 21}, "$.sides"),
    ({"rules": X01, "sides": [{"players": [{"name": "A"}] * 5}]}, "$.sides[0].players"),
    ({"rules": X01, "sides": [{"players": [{"name": ""}]}]}, "$.sides[0].players[0].name"),
    ({"rules": X01, "sides": [ADA, {"players": ["unknown"]}]}, "$.sides[1].players[0]"),
    ({"rules": X01, "sides": [{**ADA, "start_score": 1}]}, "$.sides[0].start_score"),
    ({"rules": {"game": "cricket"}, "sides": [ADA, {**ADA, "start_score": 301}]}, "$.sides[1].start_score"),
    ({"rules": X01, "sides": [{**ADA, "colour": "red"}]}, "$.sides[0].colour"),
    ({"rules": X01, "sides": GUESTS, "format": {"legs": 0}}, "$.format.legs"),
    ({"rules": X01, "sides": GUESTS, "format": {"goal": "best"}}, "$.format.goal"),
    ({"rules": X01, "sides": GUESTS, "format": {"leg": 3}}, "$.format.leg"),
    ({"rules": X01, "sides": GUESTS, "format": {"goal": "best_of", "legs": 4, "sets": 2}}, "$.format.legs"),
    ({"rules": X01, "sides": GUESTS, "board_id": "other"}, "$.board_id"),
    ({"rules": X01, "sides": GUESTS, "board_id": "main board"}, "$.board_id"),
    ({"rules": X01, "sides": GUESTS, "bull_off": "maybe"}, "$.bull_off"),
    ({"rules": X01, "sides": GUESTS, "start": "yes"}, "$.start"),
    ({"rules": X01, "sides": GUESTS, "legs": 3}, "$.legs"),
]
RUNNING: list[tuple[str, Any, int, str]] = [
    ("throws", {}, 422, "$.darts"),
    ("throws", {"darts": []}, 422, "$.darts"),
    ("throws", {"darts": ["T21"]}, 422, "$.darts[0]"),
    ("throws", {"darts": ["T20", "D21"]}, 422, "$.darts[1]"),
    ("throws", {"darts": ["T20"] * 4}, 422, "$.darts"),
    ("throws", {"darts": ["T20", 20]}, 422, "$.darts[1]"),
    ("throws", {"darts": ["T20"], "points": 60}, 422, "$.darts"),
    ("throws", {"darts": ["T20"], "darts_used": 1}, 422, "$.darts_used"),
    ("throws", {"points": 179}, 422, "$.points"),
    ("throws", {"points": 181}, 422, "$.points"),
    ("throws", {"points": -1}, 422, "$.points"),
    ("throws", {"points": 60, "darts_used": 4}, 422, "$.darts_used"),
    ("throws", {"points": 60, "darts_at_double": 4}, 422, "$.darts_at_double"),
    ("undo", None, 409, ""),
    ("undo", {"darts": 0}, 422, "$.darts"),
    ("redo", None, 409, ""),
    ("bull_off", {"darts": [{"side": 0, "mm": 3}]}, 409, ""),
    ("bull_off", {"darts": [{"side": 0, "mm": -3}]}, 422, "$.darts[0].mm"),
    ("bull_off", {}, 422, "$.darts"),
    ("rematch", {"first": 20}, 422, "$.first"),
    ("legs/1/1/sign", None, 422, "$.leg"),
    ("legs/1/9/sign", None, 422, "$.leg"),
    ("legs/one/1/sign", None, 404, ""),
]
ENDED: list[tuple[str, str, Any]] = [
    ("POST", "throws", {"darts": ["T20"]}),
    ("POST", "throws", {"points": 60}),
    ("POST", "next", None),
    ("PUT", "pause", None),
    ("PUT", "resume", None),
    ("PUT", "start", None),
    ("PUT", "stop", None),
    ("POST", "undo", None),
]


async def everything(station: Station, http: httpx2.AsyncClient) -> Any:
    """Return what could have been changed."""
    matches = (await http.get("/api/v1/matches?limit=100", headers=OPERATOR)).json()
    return station.hub.last_seq, matches


def named(answer: Any) -> tuple[str, str]:
    """Return code and path of an error."""
    return answer["error"]["code"], answer["error"]["details"].get("field", "")


async def test_what_is_no_match(station: Station, http: httpx2.AsyncClient) -> None:
    """Unknown games, options out of range, sides that cannot be, players who do not exist."""
    wrong = []
    before = await everything(station, http)
    for body, field in NEW:
        answer = await http.post("/api/v1/matches", json=body, headers=OPERATOR)
        if (answer.status_code, *named(answer.json())) != (422, "VALIDATION_ERROR", field):
            wrong.append((body, field, answer.status_code, answer.json()["error"]))

    assert wrong == [], wrong
    assert await everything(station, http) == before


async def test_what_is_no_step_of_a_running_match(station: Station, http: httpx2.AsyncClient) -> None:
    """Beds that do not exist, totals that cannot be thrown, and what does not come now."""
    match_id = (await post(http, "", {"rules": X01, "sides": GUESTS}, 201))["match_id"]
    wrong = []
    before = await everything(station, http)
    for path, body, status, field in RUNNING:
        given = {} if body is None else {"json": body}
        answer = await http.post(f"/api/v1/matches/{match_id}/{path}", headers=OPERATOR, **given)
        if (answer.status_code, named(answer.json())[1]) != (status, field):
            wrong.append((path, body, field, answer.status_code, answer.json()["error"]))

    assert wrong == [], wrong
    assert await everything(station, http) == before


@pytest.mark.parametrize("end", ["stop", "finish"])
async def test_a_match_that_has_ended(station: Station, http: httpx2.AsyncClient, end: str) -> None:
    """409 that says in which status it is; what was finished can be undone for a while."""
    match_id = (await post(http, "", {"rules": {**X01, "start": 40}, "sides": GUESTS}, 201))["match_id"]
    if end == "stop":
        await post(http, f"/{match_id}/stop", method="PUT")
    else:
        await post(http, f"/{match_id}/throws", {"darts": ["D20"]})
    wrong = []
    before = await everything(station, http)
    for method, path, body in ENDED:
        if (end, path) == ("finish", "undo"):
            continue
        given = {} if body is None else {"json": body}
        answer = await http.request(method, f"/api/v1/matches/{match_id}/{path}", headers=OPERATOR, **given)
        error = answer.json()["error"]
        if (answer.status_code, error["code"], "status" in error["details"]) != (409, "STATE_CONFLICT", True):
            wrong.append((method, path, answer.status_code, error))

    assert wrong == [], wrong
    assert await everything(station, http) == before


async def test_a_second_match_on_a_board(station: Station, http: httpx2.AsyncClient) -> None:
    """409 that names the first; one that was not begun may wait, and cannot be begun."""
    body = {"rules": X01, "sides": GUESTS, "board_id": "main"}
    first = (await post(http, "", body, 201))["match_id"]
    waiting = (await post(http, "", {**body, "start": False}, 201))["match_id"]
    before = await everything(station, http)
    errors = [await post(http, "", body, 409), await post(http, f"/{waiting}/start", status=409, method="PUT")]

    assert [(named(each)[0], each["error"]["details"]["match_id"]) for each in errors] == [("STATE_CONFLICT", first)] * 2
    assert await everything(station, http) == before


async def test_a_match_that_does_not_exist(station: Station, http: httpx2.AsyncClient) -> None:
    """404 on every route."""
    before = await everything(station, http)
    await make_player(station)
    routes = [("GET", ""), ("DELETE", ""), *(("PUT", f"/{step}") for step in ("start", "pause", "resume", "stop"))]
    routes += list(
        zip(itertools.repeat("POST"), ("/next", "/undo", "/redo", "/rematch", "/legs/1/1/sign", "/legs/1/1/unsign"), strict=False)
    )
    found = [(await http.request(method, f"/api/v1/matches/none{path}", headers=OPERATOR)).status_code for method, path in routes]

    assert found == [404] * len(routes)
    assert (await everything(station, http))[1] == before[1]
