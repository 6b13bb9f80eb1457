"""Pages of the journal."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.store.events import EventPage, Wanted, counting, list_events, seq_at, within
from dartd.store.journal import Journal
from dartd.store.listing import Span
from dartd.store.tables import events
from schemas.base import BoardId
from tests.support.throws import hit
from tests.support.waiting import DEADLINE_S


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal in a fresh store."""
    opened = Journal.open(tmp_path / "dartd.db", BoardId("main"))
    yield opened
    opened.close()


async def test_pages_give_every_event_once(journal: Journal) -> None:
    """By offset and by the seq to go on after; the total stays."""
    await journal.append([hit(f"d{k}") for k in range(5)], at_s=1.0)
    wanted = Wanted(kinds=frozenset({"board"}), event_type="dart_hit", topics=("board:*",))

    def read(connection: sa.Connection) -> list[EventPage]:
        places = ((0, 0), (2, 0), (4, 0), (0, 3))
        return [list_events(connection, wanted, since=since, limit=2, offset=offset) for since, offset in places]

    pages = await journal.database.query(read)

    assert [(len(page.wires), page.total, page.next_seq) for page in pages] == [(2, 5, 2), (2, 5, 4), (1, 5, None), (2, 5, None)]


@pytest.mark.sqlite
@pytest.mark.parametrize("wanted", [Wanted(event_type="dart_hit"), Wanted(topics=("player:*",)), Wanted(kinds=frozenset({"player"}))])
async def test_counting_reads_the_index_alone(journal: Journal, wanted: Wanted) -> None:
    """However long the events are: what they say is not read for it."""

    def plan(connection: sa.Connection) -> str:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN " + str(counting(wanted).compile(connection, compile_kwargs={"literal_binds": True}))
        )
        return " ".join(str(row[3]) for row in plan)

    assert "COVERING INDEX" in await asyncio.wait_for(journal.database.query(plan), DEADLINE_S)


async def test_events_are_found_by_time(journal: Journal) -> None:
    """From a time until just before another one, also where earlier events were deleted."""
    for k in range(1, 9):
        await journal.append([hit(f"d{k}")], at_s=10.0 * k)

    def delete_some(connection: sa.Connection) -> None:
        connection.execute(sa.delete(events).where(events.c.seq.in_((1, 4))))

    def read(connection: sa.Connection) -> tuple[list[int], list[int]]:
        spans = ((None, None), (30.0, 60.0), (35.0, None), (None, 20.0), (90.0, None), (85.0, 10.0))
        pages = [
            list_events(connection, within(connection, Wanted(), Span(after_s=after, before_s=before)), since=0, limit=100, offset=0)
            for after, before in spans
        ]
        return [page.total for page in pages], [seq_at(connection, at_s) for at_s in (0.0, 20.0, 20.1, 40.0, 80.0, 80.1)]

    await journal.database.change(delete_some)

    assert await journal.database.query(read) == ([6, 2, 4, 0, 0, 0], [2, 2, 3, 4, 8, 9])


async def test_an_empty_journal_has_no_time(journal: Journal) -> None:
    """Nothing is found in it."""
    assert await journal.database.query(lambda connection: seq_at(connection, 1.0)) == 1
