"""JSON in and out."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from dartd.web.http.endpoint import MAX_BODY_BYTES
from tests.support.people import log_in_as
from tests.support.station import Station

RESET = "/api/v1/board/reset"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"", None, 200, None),
        (b"{}", "application/json; charset=utf-8", 200, None),
        (b"{", "application/json", 400, "VALIDATION_ERROR"),
        (b"\xff", "application/json", 400, "VALIDATION_ERROR"),
        (b'{"colour": "red"}', "application/json", 422, "VALIDATION_ERROR"),
        (b"[]", "application/json", 422, "VALIDATION_ERROR"),
        (b"[1.0", "application/json", 422, "VALIDATION_ERROR"),
        (b"[" * 60_000, "application/json", 422, "VALIDATION_ERROR"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b" " * (MAX_BODY_BYTES + 1), "application/json", 413, "PAYLOAD_TOO_LARGE"),
    ],
)
async def test_bodies_are_read_strictly(
    http: httpx2.AsyncClient, operator: dict[str, str], body: bytes, content_type: str | None, status: int, code: str | None
) -> None:
    """Each way of being wrong has its status and code."""
    headers = {**operator, **({"Content-Type": content_type} if content_type else {})}
    answer = await http.post(RESET, content=body, headers=headers)

    assert (answer.status_code, answer.json().get("error", {}).get("code")) == (status, code)


async def test_a_body_without_declared_length_is_bounded_too(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """A chunked body is counted as it comes."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 8192

    answer = await http.post(RESET, content=chunks(), headers=operator)

    assert answer.status_code == 413


@pytest.mark.parametrize("query", ["since=-1", "since=x", "limit=0", "limit=101", "since=" + "9" * 30])
async def test_numbers_of_the_query_are_checked(http: httpx2.AsyncClient, query: str) -> None:
    """Out of bounds or no number: 422, and the field is named."""
    answer = await http.get(f"/api/v1/events?{query}")

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, query.partition("=")[0])


async def test_whole_number_may_be_written_with_a_point(station: Station, http: httpx2.AsyncClient) -> None:
    """As JSON Schema has it; one that is not whole is refused, and so is a number in quotes."""
    admin = await log_in_as(station, "admin")
    given = [{"name": "k", "rate_limit": limit} for limit in (50.0, 50.5, "50", 1e300)]
    answers = [await http.post("/api/v1/auth/api-keys", json=each, headers=admin) for each in given]

    assert [answer.status_code for answer in answers] == [201, 422, 422, 422]
    assert (answers[0].json()["rate_limit"], answers[1].json()["error"]["details"]["field"]) == (50, "$.rate_limit")
