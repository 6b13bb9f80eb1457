"""`/api/v1/events`."""

import httpx2

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
    """As in other lists; one that is too large gives an empty page."""
    await station.happen(*(hit(f"d{k}") for k in range(5)))
    pages = [(await http.get(f"/api/v1/events?offset={offset}&limit=2")).json() for offset in (3, 5, 2**62)]

    assert [[event["seq"] for event in page["data"]] for page in pages] == [[4, 5], [], []]
    assert [page["pagination"]["next_cursor"] for page in pages] == [None, None, None]
