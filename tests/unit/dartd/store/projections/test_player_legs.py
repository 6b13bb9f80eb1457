"""The table of what each player did in each leg."""

import sqlalchemy as sa

from dartd.game.statistics import add_up
from dartd.store.listing import Span
from dartd.store.projections import player_legs, throws
from dartd.store.projections.player_legs import LegSelection, select_legs, select_points, select_visits, sums_by_player
from schemas.events import PlayerErased, PlayerMerged
from schemas.match_commands import CorrectMatch, DeleteMatch, ThrowByHand
from tests.support.play import Table, create
from tests.support.projections import follow


def fold(connection: sa.Connection, table: Table, first: int = 1) -> None:
    """Fold all that was published from an event on."""
    for projection in (throws.PROJECTION, player_legs.PROJECTION):
        follow(connection, projection, *table.journal[first - 1 :], first=first)


def played(table: Table, match_id: str = "m1", *visits: str) -> None:
    """Play a leg of 40 by hand."""
    table.give(create(match_id, start=40, board=False))
    for visit in visits or ("S20 S1 S1", "S1 S1 S1", "S2 S16"):
        table.give(ThrowByHand(match_id=match_id, darts=tuple(visit.split())))


def points(connection: sa.Connection, player_id: str, **selection: object) -> int:
    """Return the points of a selection."""
    return add_up(leg.figures for leg in select_legs(connection, LegSelection(player_id, **selection))).points  # type: ignore[arg-type]


def test_selections(core: sa.Connection) -> None:
    """By game, time, opponent and match; legs that run only where they are asked for."""
    table = Table()
    played(table, "m1", "D20")
    played(table, "m2", "S20 S1 S1", "S1 S1 S1")
    fold(core, table)

    assert (points(core, "ann"), points(core, "ann", with_running=True), points(core, "ann", match_id="m2")) == (40, 62, 22)
    assert (points(core, "ann", opponent="bob"), points(core, "ann", opponent="ann"), points(core, "ann", game="cricket")) == (40, 0, 0)
    assert (points(core, "ann", span=Span(after_s=1000.0)), points(core, "ann", span=Span(before_s=1000.0))) == (0, 40)
    assert sums_by_player(core, ["x01"])["ann"].points == 40


def test_a_visit_keeps_its_time(core: sa.Connection) -> None:
    """A later correction of a finished leg changes darts, not when it was played."""
    table = Table()
    played(table, "m1", "S1 S1 S1", "S1 S1 S1", "S1 D18")
    fold(core, table)
    ((row, before),) = select_visits(core, LegSelection("ann"))
    seen = len(table.journal)
    table.give(CorrectMatch(match_id="m1", operation="change", leg=1, visit=2, dart=1, label="S2"))
    fold(core, table, seen + 1)
    ((again, after),) = select_visits(core, LegSelection("ann"))
    ((_, bob),) = select_visits(core, LegSelection("bob"))

    assert (row.at_s, before) == (again.at_s, after)
    assert [visit.points for visit in bob] == [4]


def test_darts_of_the_board_have_points(core: sa.Connection) -> None:
    """Those that were measured."""
    table = Table()
    table.give(create(start=60, out="straight"))
    table.visit("S20 S20 S20")
    fold(core, table)

    assert len(select_points(core, LegSelection("ann"))) == 3


def test_players_and_matches_that_are_no_more(core: sa.Connection) -> None:
    """A merged player has the legs of both, an erased one has none, and a deleted match does not count."""
    table = Table()
    played(table, "m1", "D20")
    table.give(PlayerMerged(player_id="bob", into_player_id="eve", user_id="u"), PlayerErased(player_id="ann", user_id="u"))
    played(table, "m2", "S20 S1 S1", "D20")
    table.give(DeleteMatch(match_id="m2"))
    fold(core, table)

    assert [len(select_legs(core, LegSelection(name))) for name in ("ann", "bob", "eve")] == [0, 0, 2]
