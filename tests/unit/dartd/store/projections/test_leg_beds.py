"""How often players hit each bed in each leg."""

import sqlalchemy as sa

from dartd.game.beds import read_bed
from dartd.store.projections.leg_beds import beds_of
from dartd.store.tables import leg_beds, player_legs
from schemas.events import PlayedVisit, PlayerErased
from schemas.match_commands import CorrectMatch, DeleteMatch
from tests.support.play import Table
from tests.unit.dartd.store.projections.test_player_legs import fold, played


def hits(connection: sa.Connection, bed: str) -> list[tuple[object, ...]]:
    """Return match, side, hits and visits of a bed."""
    columns = (leg_beds.c.match_id, leg_beds.c.side, leg_beds.c.hits, leg_beds.c.visits)
    return [tuple(row) for row in connection.execute(sa.select(*columns).where(leg_beds.c.bed == read_bed(bed)).order_by(*columns))]


def test_visits_are_counted_once() -> None:
    """However often they hit the bed."""
    visits = [PlayedVisit(points=120, darts=3, beds=("T20", "T20", "MISS")), PlayedVisit(points=60, darts=3, beds=("T20",))]

    assert beds_of(visits)[read_bed("T20")] == (3, 2)
    assert beds_of(visits)[read_bed("MISS")] == (1, 1)


def test_a_correction_changes_beds(core: sa.Connection) -> None:
    """At once, and no row of what was there before stays; a match that was deleted has none, nor has a player who was erased."""
    table = Table()
    played(table, "m1")
    played(table, "m2")
    fold(core, table)
    assert hits(core, "S1") == [("m1", 0, 2, 1), ("m1", 1, 3, 1), ("m2", 0, 2, 1), ("m2", 1, 3, 1)]
    seen = len(table.journal)
    table.give(CorrectMatch(match_id="m1", operation="change", leg=1, visit=1, dart=2, label="S3"), DeleteMatch(match_id="m2"))
    fold(core, table, seen + 1)
    assert hits(core, "S1") == [("m1", 0, 1, 1), ("m1", 1, 3, 1)]
    assert hits(core, "S3") == [("m1", 0, 1, 1)]
    seen = len(table.journal)
    table.give(PlayerErased(player_id="bob", user_id="u"))
    fold(core, table, seen + 1)

    assert hits(core, "S1") == [("m1", 0, 1, 1)]
    assert core.scalar(sa.select(sa.func.count()).select_from(player_legs).where(player_legs.c.leg_number > 0)) == 1
