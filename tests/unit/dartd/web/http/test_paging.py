"""Pages of lists."""

import httpx2
import pytest

from dartd.web.http.paging import missing, moment, page_request
from dartd.web.http.problems import Problem
from schemas.api.answers import ListQuery


def test_page_is_asked_for_in_one_way() -> None:
    """By cursor or by offset."""
    with pytest.raises(Problem):
        page_request(ListQuery(cursor="x", offset=1))

    assert page_request(ListQuery(limit=5, offset=10)).offset == 10


def test_what_is_missing_is_named() -> None:
    """With its kind and id, however long it is."""
    assert (missing("player", "x" * 1000).status, missing("player", "p1").details) == (404, {"player_id": "p1"})
    assert (moment(None), moment(0.0)) == (None, "1970-01-01T00:00:00.000Z")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "sort=colour", "cursor=x", "limit=ten"])
async def test_strange_pages_are_refused(http: httpx2.AsyncClient, query: str) -> None:
    """With the field that is wrong."""
    answer = await http.get(f"/api/v1/throws?{query}")

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, query.partition("=")[0])
