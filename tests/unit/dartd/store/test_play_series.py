"""Play over time."""

from typing import Any

import sqlalchemy as sa

from dartd.game.beds import read_bed
from dartd.store.days import Days
from dartd.store.play_series import Resolution, series
from dartd.store.projections import player_legs, throws
from dartd.store.projections.player_legs import LegSelection
from schemas.base import VisitId
from schemas.events import VisitCompleted, VisitThrow
from schemas.match_commands import ThrowByHand
from tests.support.play import Table, create
from tests.support.projections import follow

DAY_S = 86_400.0
FREE = VisitCompleted(
    visit_id=VisitId("v9"),
    throws=(VisitThrow(dart_number=1, dart_id=None, label="T20", points=60), VisitThrow(dart_number=2, dart_id=None, label="?", points=0)),
    total=60,
    reason="takeout",
    player_id="ann",
)


def fold(connection: sa.Connection) -> None:
    """Fold two legs by hand, an hour between two events, and a visit of free play."""
    table = Table()
    for match_id in ("m1", "m2"):
        table.give(create(match_id, start=40, board=False))
        for visit in ("S20 S1 S1", "S1 S1 S1", "S2 S16"):
            table.give(ThrowByHand(match_id=match_id, darts=tuple(visit.split())))
        table.give(ThrowByHand(match_id=match_id, darts=("D2",))) if match_id == "m2" else None
    for projection in (throws.PROJECTION, player_legs.PROJECTION):
        follow(connection, projection, *table.journal, FREE, step_s=3600.0)


def steps(connection: sa.Connection, resolution: Resolution, bed: str | None = None, **selection: Any) -> list[tuple[str | None, int]]:
    """Return match and points of each step, the oldest first."""
    chosen = LegSelection("ann", with_running=True, **selection)
    found = series(connection, chosen, resolution, Days("UTC"), None if bed is None else read_bed(bed))
    played = list(found.played)
    assert found.total == len(played)
    assert [(each.at_s, each.key) for each in played] == sorted(((each.at_s, each.key) for each in played), reverse=True)
    return [(each.match_id, each.figures.points) for each in reversed(played)]


def test_each_resolution(core: sa.Connection) -> None:
    """Free play is among visits and days, and in no match."""
    fold(core)

    assert [points for _, points in steps(core, "visit")][-1] == 60
    assert {match for match, _ in steps(core, "leg")} == {match for match, _ in steps(core, "match")} == {"m1", "m2"}
    assert sum(points for _, points in steps(core, "month")) == sum(points for _, points in steps(core, "visit"))
    assert len(steps(core, "day")) == 2
    assert len(steps(core, "week")) <= 2


def test_a_bed(core: sa.Connection) -> None:
    """Only what has a hit in it; a dart that was not scored has no bed."""
    fold(core)

    assert steps(core, "visit", "T20") == [(None, 60)]
    assert [match for match, _ in steps(core, "leg", "S16")] == ["m1", "m2"]
    assert steps(core, "visit", "T20", game="x01") == []
