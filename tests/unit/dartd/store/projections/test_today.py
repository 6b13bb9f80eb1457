"""The day so far."""

from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.projections.throws import PROJECTION
from dartd.store.projections.today import Today, count_today
from schemas.base import DartId, VisitId
from schemas.events import BoardCoordinates, DartBounceOut, VisitCompleted
from tests.support.projections import follow
from tests.support.throws import hit


def test_only_the_day_counts(core: sa.Connection) -> None:
    """What was thrown before the day began is left out; what fell was thrown and scores nothing."""
    visit = VisitId("visit-1")
    fallen = DartBounceOut(dart_id=DartId("d3"), visit_id=visit, dart_position=BoardCoordinates(x_mm=0, y_mm=0), time_on_board_ms=9)
    ended = VisitCompleted(visit_id=visit, throws=(), total=80, reason="takeout")
    yesterday: list[Any] = [hit("y1"), VisitCompleted(visit_id=VisitId("visit-0"), throws=(), total=180, reason="three_darts")]
    events = [*yesterday, hit("d1", 1), hit("d2", 2, y_mm=120.0), hit("d3", 3), fallen, ended]
    follow(core, PROJECTION, *(msgspec.structs.replace(event, player_id="p1") for event in events), step_s=100.0)

    counted = count_today(core, 250.0)

    assert counted == Today(darts=3, visits=1, points=80, bounce_outs=1, best_visit=80, three_dart_average="80.00", players=1, count_180=0)


def test_a_quiet_day_has_no_average(core: sa.Connection) -> None:
    """Nothing thrown is nothing to divide by."""
    assert count_today(core, 0.0) == Today(
        darts=0, visits=0, points=0, bounce_outs=0, best_visit=None, three_dart_average=None, players=0, count_180=0
    )
