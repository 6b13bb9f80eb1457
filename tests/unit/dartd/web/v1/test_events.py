"""`/api/v1/events`."""

import httpx2
import pytest

from tests.support.station import Station
from tests.support.throws import hit


async def test_the_journal_is_read_in_order_page_by_page(station: Station, http: httpx2.AsyncClient) -> None:
    """Following `next_cursor` gives every event once."""
    await station.happen(*(hit(f"d{k}") for k in range(7)))
    seqs: list[int] = []
    cursor: int | None = 0
    while cursor is not None:
        page = (await http.get(f"/api/v1/events?since={cursor}&limit=3")).json()
        seqs += [event["seq"] for event in page["data"]]
        cursor = page["pagination"]["next_cursor"]

    assert seqs == list(range(1, 8))


async def test_an_empty_journal_is_an_empty_page(http: httpx2.AsyncClient) -> None:
    """Nothing is no error."""
    page = (await http.get("/api/v1/events")).json()

    assert page == {"data": [], "pagination": {"total": 0, "limit": 20, "offset": 0, "next_cursor": None}}


async def test_offset_passes_over_the_first(station: Station, http: httpx2.AsyncClient) -> None:
    """As in other lists; one behind the end gives an empty page, and one that would cost much is refused."""
    await station.happen(*(hit(f"d{k}") for k in range(5)))
    pages = [(await http.get(f"/api/v1/events?offset={offset}&limit=2")).json() for offset in (3, 5, 100_000)]
    refused = await http.get("/api/v1/events?offset=100001")

    assert [[event["seq"] for event in page["data"]] for page in pages] == [[4, 5], [], []]
    assert [page["pagination"]["next_cursor"] for page in pages] == [None, None, None]
    assert (refused.status_code, "100000" in refused.text) == (422, True)


@pytest.mark.slow
async def test_what_is_asked_for_is_counted_and_paged(station: Station, http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """Type and topic narrow the list: total, offset and cursor are of what fits, as in every list."""
    for name in ("Ann", "Ben", "Cid"):
        await station.happen(hit(f"d-{name}"))
        await http.post("/api/v1/players", json={"name": name, "player_id": name}, headers=operator)
    asked = ("event_type=dart_hit", "topic=player:*", "topic=player:Ben", "topic=board:*&event_type=ADDED", "topic=player:[AB]*")
    pages = [(await http.get(f"/api/v1/events?{each}&limit=2", headers=operator)).json() for each in asked]
    rest = (await http.get("/api/v1/events?topic=player:*&limit=2&offset=2", headers=operator)).json()
    following = (await http.get(f"/api/v1/events?topic=player:*&cursor={pages[1]['pagination']['next_cursor']}", headers=operator)).json()

    assert [page["pagination"]["total"] for page in pages] == [3, 3, 1, 0, 0]
    assert [[event["seq"] for event in page["data"]] for page in (*pages[:3], rest, following)] == [[1, 3], [2, 4], [4], [6], [6]]
    assert [page["pagination"]["next_cursor"] for page in (*pages[:3], rest)] == [3, 4, None, None]


async def test_what_may_not_be_seen_is_not_counted(station: Station, http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """The total counts only what the caller may see."""
    await station.happen(hit())
    await http.post("/api/v1/players", json={"name": "Ann"}, headers=operator)
    totals = [(await http.get("/api/v1/events", headers=headers)).json()["pagination"]["total"] for headers in ({}, operator)]

    assert totals == [1, 2]


async def test_events_of_a_stretch_of_time_are_found(station: Station, http: httpx2.AsyncClient) -> None:
    """From `after` until just before `before`."""
    await station.happen(hit("d1"))
    at = (await http.get("/api/v1/throws/d1")).json()["timestamp"]
    queries = (f"after={at}", f"before={at}", "after=2000-01-01T00:00Z&before=2199-12-31T23:59:59Z", "after=2026-02-30T00:00Z")
    answers = [await http.get(f"/api/v1/events?{query}") for query in queries]

    assert [answer.status_code for answer in answers] == [200] * 3 + [422]
    assert [len(answer.json()["data"]) for answer in answers[:3]] == [1, 0, 1]
