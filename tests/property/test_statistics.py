"""Statistics of players over any sequence of events of the board and commands of people."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings

from dartd.decision import Input
from dartd.game.beds import read_bed
from dartd.game.match_figures import leg_figures
from dartd.game.statistics import Figures, add_up
from dartd.game.summary import accuracy_of, summary
from dartd.play.decider import MatchDecider
from dartd.store.days import Days
from dartd.store.play_series import series
from dartd.store.projections import player_legs, throws
from dartd.store.projections.player_legs import LegSelection, heat_map, select_legs, select_points, summarise
from dartd.store.projections.player_periods import cells_of
from dartd.store.projections.registry import Recorded
from dartd.store.tables import METADATA, free_visits, match_visits, visits
from schemas.events import JournalledEvent
from tests.property.test_play import _ASKED, mixed
from tests.support.play import BOARD, Table
from tests.support.stories import STORIES, Action

_PROJECTIONS = (throws.PROJECTION, player_legs.PROJECTION)
_TABLES = [table for projection in _PROJECTIONS for table in projection.tables]


def _fold(connection: sa.Connection, events: Sequence[tuple[int, JournalledEvent]]) -> None:
    for projection in _PROJECTIONS:
        followed = [Recorded(event, seq, float(seq), BOARD) for seq, event in events if isinstance(event, projection.follows)]
        projection.apply(connection, followed)


def _rows(connection: sa.Connection) -> list[list[tuple[Any, ...]]]:
    return [sorted(map(tuple, connection.execute(sa.select(table))), key=repr) for table in _TABLES]


def _played(decider: MatchDecider) -> dict[str, list[Figures]]:
    """Return the figures of each player in each finished leg, from the matches themselves."""
    found: dict[str, list[Figures]] = defaultdict(list)
    for played in decider._matches.values():
        for index in range(played.match.counted):
            for (side, thrower), figures in leg_figures(played.match, index).items():
                player_id = played.info.player_id(side, thrower)
                if player_id is not None and played.match.folded[index].finished:
                    found[player_id].append(figures)
    return found


@settings(max_examples=40, deadline=None)
@given(STORIES, _ASKED)
def test_the_table_is_what_was_thrown(story: list[Action], asked: list[tuple[int, Input]]) -> None:
    """After every step the table has what the matches give: corrected, undone, merged or erased; folded anew it has the same rows."""
    table = Table()
    engine, again = sa.create_engine("sqlite://"), sa.create_engine("sqlite://")
    for each in (engine, again):
        METADATA.create_all(each)
    with engine.connect() as live, again.connect() as rebuilt:
        for item in mixed(story, asked):
            before = len(table.journal)
            table.try_to(item)
            _fold(live, list(enumerate(table.journal[before:], before + 1)))
            played = _played(table.decider)
            for player_id in ("ann", "bob"):
                stored = [leg.figures for leg in select_legs(live, LegSelection(player_id)) if leg.is_leg]

                assert add_up(stored) == add_up(played[player_id])
                assert len(stored) == len(played[player_id])
                for opponent in (None, "bob" if player_id == "ann" else "ann"):
                    chosen = LegSelection(player_id, opponent=opponent)
                    assert summarise(live, chosen).statistics == summary(select_legs(live, chosen))
                    assert heat_map(live, chosen) == cells_of(select_points(live, chosen))
                    beds = accuracy_of(leg.sums for leg in select_legs(live, chosen)).beds
                    for bed in (*beds, read_bed("D1")):
                        hits = sum(leg.hits for leg in series(live, chosen, "leg", Days("UTC"), bed).played)
                        assert hits == beds[bed]
        _fold(rebuilt, list(enumerate(table.journal, 1)))

        assert _rows(rebuilt) == _rows(live)
        no_match = ~sa.exists().where(match_visits.c.visit_id == visits.c.visit_id)
        free = sa.select(visits.c.visit_id, visits.c.player_id).where(visits.c.player_id.is_not(None), no_match)
        assert set(live.execute(free)) == set(live.execute(sa.select(free_visits.c.visit_id, free_visits.c.player_id)))
    for each in (engine, again):
        each.dispose()
