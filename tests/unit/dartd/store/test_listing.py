"""Pages."""

import pytest
import sqlalchemy as sa

from dartd.store.listing import PageError, PageRequest, counted
from dartd.store.projections.throws import VISITS
from dartd.store.tables import visits


@pytest.fixture
def filled(core: sa.Connection) -> sa.Connection:
    """Keep 25 visits, several of the same total."""
    rows = [
        {"visit_id": f"v{k:02}", "seq": k, "at_s": 0.0, "total": k % 3, "reason": "takeout", "revised": False, "throws": "[]"}
        for k in range(25)
    ]
    core.execute(sa.insert(visits), rows)
    return core


@pytest.mark.parametrize("sort", ["total", "-total", "seq", "-seq"])
def test_cursors_lead_through_every_row_once(filled: sa.Connection, sort: str) -> None:
    """Whatever the order, also where many rows are equal in it, and rows that come before the place change nothing."""
    seen: list[tuple[int, str]] = []
    cursor = None
    while True:
        page = VISITS.page(filled, PageRequest(limit=4, cursor=cursor, sort=sort))
        seen += [(row.total if "total" in sort else row.seq, row.visit_id) for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == sorted(seen, reverse=sort.startswith("-"))
    assert len(set(seen)) == 25


def test_offset_leads_too(filled: sa.Connection) -> None:
    """An offset passes rows over; the total is that of all, also behind the end."""
    page = VISITS.page(filled, PageRequest(limit=10, offset=20, sort="seq"))
    behind = VISITS.page(filled, PageRequest(limit=10, offset=100, sort="seq"))

    assert ([row.seq for row in page.rows], page.total, page.next_cursor) == ([20, 21, 22, 23, 24], 25, None)
    assert (behind.rows, behind.total) == ([], 25)


@pytest.mark.slow
@pytest.mark.parametrize("cursor", ["", "x", "W10", "ä", "WyJ0b3RhbCIsMSwidjAxIl0"])
def test_strange_cursor_is_refused(filled: sa.Connection, cursor: str) -> None:
    """What is no cursor, or one of another order, is refused."""
    with pytest.raises(PageError, match="cursor"):
        VISITS.page(filled, PageRequest(cursor=cursor, sort="seq"))


def test_unknown_order_is_refused(filled: sa.Connection) -> None:
    """Only named columns order."""
    with pytest.raises(PageError, match="seq, total"):
        VISITS.page(filled, PageRequest(sort="throws"))


def test_count_is_bounded(filled: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A total costs no more however long the history is."""
    monkeypatch.setattr("dartd.store.listing.COUNT_LIMIT", 3)

    assert filled.execute(counted(visits, [])).scalar_one() == 3
