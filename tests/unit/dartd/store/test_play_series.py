"""Play over time."""

from typing import Any, get_args

import pytest
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
    assert found.size() == len(played)
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


def test_a_bed_of_any_resolution_is_that_of_its_visits(core: sa.Connection) -> None:
    """Each bed that was hit, and one that was not: the visits with it, and the sums of their hits."""
    fold(core)
    chosen, days = LegSelection("ann", with_running=True), Days("UTC")
    every = list(series(core, chosen, "visit", days).played)
    labels = {label for each in every for label in each.labels if label != "?"}

    for label in (*sorted(labels), "D7"):
        with_it = [(each.key, each.labels.count(label)) for each in every if label in each.labels]
        found = series(core, chosen, "visit", days, read_bed(label))
        assert [(each.key, each.hits) for each in found.played] == with_it
        assert found.size() == len(with_it)
        for resolution in get_args(Resolution):
            steps_with_it = series(core, chosen, resolution, days, read_bed(label))
            in_matches = resolution in {"leg", "match"}
            assert sum(each.hits for each in steps_with_it.played) == sum(hits for key, hits in with_it if key[0] != "/" or not in_matches)


@pytest.mark.sqlite
def test_what_legs_show_is_read_from_the_index_alone(core: sa.Connection) -> None:
    """A career has thousands of legs, whose rows are long."""
    asked = list[str]()
    sa.event.listen(core, "before_cursor_execute", lambda *given: asked.append(given[2]))
    fold(core)
    asked.clear()
    for resolution in ("leg", "month"):
        list(series(core, LegSelection("ann"), resolution, Days("UTC")).played)
    reads = [each for each in asked if "FROM player_legs" in each and "LIMIT" not in each]
    plans = [str(list(core.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", ("",) * each.count("?")))) for each in reads]

    assert plans
    assert all("USING COVERING INDEX player_legs_player" in plan for plan in plans)
