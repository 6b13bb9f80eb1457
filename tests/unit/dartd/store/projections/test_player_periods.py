"""Sums of the legs of a player over weeks and blocks of weeks."""

from collections import Counter
from itertools import product

import sqlalchemy as sa

from dartd.game.summary import summary
from dartd.store.listing import ALWAYS, Span
from dartd.store.projections import player_legs, throws
from dartd.store.projections.player_legs import LegSelection, legs_of_period, select_legs, summarise
from dartd.store.projections.player_periods import (
    BLOCK_WEEKS,
    CELL_MM,
    PERIOD_S,
    Cut,
    cell_at,
    cells_of,
    cut,
    drop_periods,
    period_of,
    select_periods,
    span_of,
    store_block,
    store_period,
    sums_of,
)
from dartd.store.projections.registry import Recorded
from dartd.store.tables import player_periods
from schemas.base import BoardId
from schemas.events import PlayerMerged
from schemas.match_commands import CorrectMatch, DeleteMatch, ThrowByHand
from tests.support.play import Table, create

DAY_S = 86_400.0
_SPANS = (ALWAYS, Span(after_s=2.5 * DAY_S), Span(before_s=20 * DAY_S), Span(after_s=3 * DAY_S, before_s=300 * DAY_S))


def _rows(connection: sa.Connection) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in connection.execute(sa.select(player_periods)))


def _career(connection: sa.Connection) -> Table:
    """Fold a match every few days over four blocks, some unfinished, with a correction, a merged player and a deleted match."""
    table, seen = Table(), 0
    for number in range(16):
        match_id, at_s = f"m{number}", (number * 2 if number < 8 else number * 25) * DAY_S
        table.give(create(match_id, start=60 if number % 5 == 4 else 40, board=False))
        for visit in ("S20 S1 S1", "S1 S1 S1", "D9"):
            table.try_to(ThrowByHand(match_id=match_id, darts=tuple(visit.split())))
        if number == 9:
            table.try_to(CorrectMatch(match_id="m2", operation="change", leg=1, visit=2, dart=1, label="S2"))
        if number == 11:
            table.give(PlayerMerged(player_id="bob", into_player_id="eve", user_id="u"))
        if number == 13:
            table.give(DeleteMatch(match_id="m3"))
        for seq, event in enumerate(table.journal[seen:], seen + 1):
            for projection in (throws.PROJECTION, player_legs.PROJECTION):
                if isinstance(event, projection.follows):
                    projection.apply(connection, [Recorded(event, seq, at_s, BoardId("main"))])
        seen = len(table.journal)
    return table


def test_any_span_is_what_its_legs_give(core: sa.Connection) -> None:
    """After a correction, a merge and a deleted match; the weeks and blocks computed again have the same rows."""
    _career(core)
    rows = _rows(core)

    for player_id, span in product(("ann", "bob", "eve"), _SPANS):
        selection = LegSelection(player_id, span=span)
        assert summarise(core, selection).statistics == summary(select_legs(core, selection))
        for chosen in (selection._replace(game="x01"), *(selection._replace(opponent=other) for other in ("ann", "bob", "eve"))):
            assert summarise(core, chosen).statistics == summary(select_legs(core, chosen), chosen.game)
    for player_id in ("ann", "bob", "eve"):
        for period in range(56):
            store_period(core, player_id, period, legs_of_period(core, player_id, period))
        for block in range(4):
            store_block(core, player_id, block)
    assert _rows(core) == rows
    assert {weeks for _, weeks, *_ in rows} == {1, BLOCK_WEEKS}


def test_cells_have_codes() -> None:
    """Of every sign, and back."""
    points = [(0.0, 0.0), (-14.9, 3.0), (-15.1, -25.1), (170.2, -170.2), (-1000.0, 1000.0), (-1000.0, 1000.0)]

    assert Counter({cell_at(code): count for code, count in cells_of(points).items()}) == Counter(
        (round(x / CELL_MM) * CELL_MM, round(y / CELL_MM) * CELL_MM) for x, y in points
    )


def test_spans_are_cut_at_weeks() -> None:
    """What is left at both ends is added up leg by leg."""
    week = PERIOD_S

    assert cut(ALWAYS) == Cut(None, None, None, None)
    assert cut(Span(after_s=0.5 * week, before_s=3.5 * week)) == Cut(
        1, 3, Span(after_s=0.5 * week, before_s=week), Span(after_s=3 * week, before_s=3.5 * week)
    )
    assert cut(Span(after_s=0.5 * week, before_s=1.5 * week)) is None
    assert (period_of(week), span_of(1)) == (1, Span(after_s=week, before_s=2 * week))


def test_the_weeks_of_a_player_are_dropped(core: sa.Connection) -> None:
    """Those of others stay."""
    _career(core)
    whole = Cut(None, None, None, None)
    drop_periods(core, "ann")

    assert select_periods(core, "ann", None, whole) == []
    assert select_periods(core, "eve", None, whole) != []
    assert sums_of([], None).figures.legs == 0
