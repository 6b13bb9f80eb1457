"""Error responses for values that do not match their type."""

from typing import Any

import httpx2
import msgspec
import pytest

from dartd.web.http.validation import validation_problem
from tests.support.people import log_in_as
from tests.support.station import Station

PERSON = {"username": "ann", "password": "long enough"}


@pytest.mark.parametrize(
    ("path", "body", "field", "part"),
    [
        ("users", {**PERSON, "nme": "Ann"}, "$.nme", "unknown field"),
        ("users", {"username": "ann"}, "$.password", "missing required field"),
        ("users", {**PERSON, "role": "king"}, "$.role", "expected one of admin, api_client, operator, player, scorer, viewer"),
        ("users", {**PERSON, "username": "a b"}, "$.username", "expected 1 to 64 letters, digits, _ . @ or -"),
        ("users", {**PERSON, "rate_limit": 0}, "$.rate_limit", "Expected `int` >= 1"),
        ("players", {"name": "Ann", "boards": {"favourites": []}}, "$.boards.favourites", "unknown field"),
        ("players", {"name": "Ann", "boards": {"preferred": ["a", "b c"]}}, "$.boards.preferred[1]", "expected 1 to 64 letters"),
        ("auth/api-keys", {"name": "x", "expires_at": "tomorrow"}, "$.expires_at", "expected ISO 8601 with its offset from UTC"),
    ],
)
async def test_the_field_is_named(
    station: Station, http: httpx2.AsyncClient, path: str, body: dict[str, Any], field: str, part: str
) -> None:
    """Also one that is unknown or missing; the message says what is expected."""
    answer = await http.post(f"/api/v1/{path}", json=body, headers=await log_in_as(station, "admin"))
    error = answer.json()["error"]

    assert (answer.status_code, error["details"]["field"]) == (422, field)
    assert part in error["message"]
    assert ("allowed" in error["details"]) is (field == "$.role")


@pytest.mark.parametrize(
    ("query", "field", "part"),
    [
        ("sort=x", "sort", "expected one of -points, -seq, points, seq"),
        ("rinf=bull", "rinf", "unknown field"),
        ("after=tomorrow", "after", "expected ISO 8601 with its offset from UTC"),
        ("limit=x", "limit", "Expected `int`"),
    ],
)
async def test_a_parameter_is_named(http: httpx2.AsyncClient, query: str, field: str, part: str) -> None:
    """By its plain name."""
    error = (await http.get(f"/api/v1/throws?{query}")).json()["error"]

    assert error["details"]["field"] == field
    assert part in error["message"]


def test_a_type_without_fields_is_no_error() -> None:
    """What cannot be said more precisely is said as it is."""
    problem = validation_problem(msgspec.ValidationError("Expected `int`, got `str` - at `$[...].x`"), dict[str, int])

    assert (problem.message, problem.details) == ("$[...].x: Expected `int`, got `str`", {"field": "$[...].x"})
