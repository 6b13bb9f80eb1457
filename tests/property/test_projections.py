"""Every derived table is a fold of the journal: rebuilt from the events it has the same rows as it had live."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.board.throws import ThrowTimes
from dartd.store.journal import Journal
from dartd.store.projections import ALL
from schemas.base import BoardId
from schemas.events import AlertChanged, EntityAdded, JournalledEvent, PlayerErased, PlayerMerged
from tests.support.alerts import ALERT, ANOMALY
from tests.support.stories import STORIES, Action, play_story

BOARD = BoardId("main")
PEOPLE: st.SearchStrategy[JournalledEvent] = st.sampled_from(
    [
        PlayerMerged(player_id="ann", into_player_id="bob", user_id="u"),
        PlayerErased(player_id="bob", user_id="u"),
        AlertChanged(alert=ALERT, anomaly=ANOMALY),
        EntityAdded(entity_type="player", entity_id="ann", payload={}, user_id="u"),
    ]
)


def _tables(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = [table for projection in ALL for table in projection.tables]
    return {table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr) for table in tables}


@settings(max_examples=60, deadline=None)
@given(STORIES, st.lists(st.tuples(st.integers(0, 100), PEOPLE), max_size=3))
def test_a_rebuild_gives_what_was_there(story: list[Action], people: list[tuple[int, JournalledEvent]]) -> None:
    """Whatever was thrown, corrected, merged and erased, in whatever order."""
    events: list[JournalledEvent] = [event for event, _ in play_story(story, ThrowTimes())[0].events]
    for at, event in people:
        events.insert(at % (len(events) + 1), event)

    async def rebuild() -> tuple[object, object, dict[str, str]]:
        with tempfile.TemporaryDirectory() as folder:
            journal = await asyncio.to_thread(Journal.open, Path(folder) / "dartd.db", BOARD)
            for at_s, event in enumerate(events):
                await journal.append([event], at_s=float(at_s))
            live = await journal.database.read(_tables)
            await journal.database.write(journal.registry.rebuild)
            rebuilt, failures = await journal.database.read(_tables), dict(journal.registry.failures)
            await asyncio.to_thread(journal.close)
        return live, rebuilt, failures

    live, rebuilt, failures = asyncio.run(rebuild())

    assert rebuilt == live
    assert failures == {}
