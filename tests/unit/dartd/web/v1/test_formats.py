"""The catalogue of formats over HTTP, and matches that are begun with one."""

from typing import Any

import httpx2
import pytest

from tests.unit.dartd.web.v1.test_matches import GUESTS, OPERATOR, post

PATH = "/api/v1/formats"


async def test_the_catalogue_is_there(http: httpx2.AsyncClient) -> None:
    """Built-in formats can be read, searched and copied, not changed."""
    listed = (await http.get(f"{PATH}?builtin=true&limit=100")).json()
    one = (await http.get(f"{PATH}/world-championship")).json()
    searched = (await http.get(f"{PATH}/search?q=league%20501&limit=2")).json()
    changed = await http.put(f"{PATH}/501", json={"name": "x"}, headers=OPERATOR)
    deleted = await http.delete(f"{PATH}/501", headers=OPERATOR)

    assert listed["pagination"]["total"] >= 23
    assert (one["game"], one["builtin"], one["format"]["sets"], one["format"]["two_clear"]) == ("x01", True, 3, "final_set")
    assert (len(searched["data"]), searched["pagination"]["total"] > 2) == (2, True)
    assert [(each.status_code, each.json()["error"]["code"]) for each in (changed, deleted)] == [(409, "STATE_CONFLICT")] * 2


async def test_a_copy_can_be_changed(http: httpx2.AsyncClient) -> None:
    """It has all of the original, and lives on its own."""
    made = await http.post(f"{PATH}/501/copy", json={"name": "Fridays"}, headers=OPERATOR)
    named = (await http.post(f"{PATH}/501/copy", headers=OPERATOR)).json()
    path = f"{PATH}/{made.json()['format_id']}"
    drawn = await http.post(PATH, json={"name": "r", "rules": {"game": "random_checkout"}}, headers=OPERATOR)
    killer = (await http.post(PATH, json={"name": "k", "rules": {"game": "killer"}}, headers=OPERATOR)).json()
    changed = (await http.put(path, json={"rules": {"game": "x01", "start": 301}}, headers=OPERATOR)).json()
    missing = await http.post(f"{PATH}/none/copy", headers=OPERATOR)

    assert (made.status_code, made.headers["location"], made.json()["builtin"]) == (201, path, False)
    assert (killer["sides"]["min"], killer["game"], drawn.status_code) == (2, "killer", 201)
    assert (named["name"], missing.status_code) == ("501, first to 3 copy", 404)
    assert (changed["rules"]["start"], changed["rules"]["out"], changed["format"]["legs"]) == (301, "double", 3)
    assert (await http.delete(path, headers=OPERATOR)).status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rules": {"game": "chess"}}, "$.rules.game"),
        ({"rules": {"game": "x01", "legs": 3}}, "$.rules.legs"),
        ({"rules": {"game": "x01", "start": 1}}, "$.rules.start"),
        ({"rules": {"game": "x01"}, "format": {"goal": "last_to"}}, "$.format.goal"),
        ({"rules": {"game": "x01"}, "format": {"set": 3}}, "$.format.set"),
        ({"rules": {"game": "x01"}, "sides": {"min": 3, "max": 2}}, "$.sides.max"),
        ({"rules": {"game": "killer"}, "sides": {"min": 1}}, "$.sides"),
        ({"rules": {"game": "x01"}, "tags": ["A B"]}, "$.tags[0]"),
    ],
)
async def test_a_format_must_be_playable(http: httpx2.AsyncClient, body: dict[str, Any], field: str) -> None:
    """The answer names the path, and nothing is stored."""
    before = (await http.get(PATH)).json()["pagination"]["total"]
    answer = await http.post(PATH, json={"name": "x", **body}, headers=OPERATOR)

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, field)
    assert (await http.get(PATH)).json()["pagination"]["total"] == before


async def test_a_match_is_begun_with_a_format(http: httpx2.AsyncClient) -> None:
    """It has its rules and legs, whatever becomes of the format; the format of the body goes before."""
    match = await post(http, "", {"format_id": "301-double-in", "sides": GUESTS}, 201)
    other = await post(http, "", {"format_id": "301-double-in", "format": {"legs": 1}, "sides": GUESTS}, 201)

    assert (match["rules"]["start"], match["rules"]["in"], match["format"]["legs"], other["format"]["legs"]) == (301, "double", 3, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"format_id": "501", "rules": {"game": "x01"}, "sides": GUESTS}, "$.format_id"),
        ({"sides": GUESTS}, "$.rules"),
        ({"format_id": "none", "sides": GUESTS}, "$.format_id"),
        ({"format_id": "501", "sides": GUESTS[:1]}, "$.sides"),
        ({"format_id": "701-doubles", "sides": GUESTS}, "$.sides[0].players"),
    ],
)
async def test_a_format_that_does_not_fit(http: httpx2.AsyncClient, body: dict[str, Any], field: str) -> None:
    """The answer names the path."""
    assert (await post(http, "", body, 422))["error"]["details"]["field"] == field
