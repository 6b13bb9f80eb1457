"""Throws and visits, folded from events."""

from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.listing import PageRequest
from dartd.store.projections.throws import PROJECTION, get_throw, get_visit, list_throws, list_visits
from schemas.base import DartId, VisitId
from schemas.events import (
    BoardCoordinates,
    DartBounceOut,
    DartCorrected,
    DartUnscored,
    MotionData,
    PlayerErased,
    PlayerMerged,
    Score,
    TakeoutStarted,
    ThrowMiss,
    VisitCompleted,
)
from tests.support.projections import follow
from tests.support.throws import hit

V = VisitId("v1")


def _throw(connection: sa.Connection, throw_id: str) -> tuple[Any, ...]:
    row: Any = get_throw(connection, throw_id)
    return (row.state, row.label, row.points, row.corrected)


def _record(connection: sa.Connection, *events: Any, first: int = 1) -> None:
    thrown = [msgspec.structs.replace(event, player_id="p1") if hasattr(event, "player_id") else event for event in events]
    follow(connection, PROJECTION, *thrown, first=first)


def test_throw_is_kept_as_it_was_scored(core: sa.Connection) -> None:
    """With its player, place and visit; what concerns no throw changes nothing."""
    _record(core, hit("d1"), TakeoutStarted(visit_id=V, darts_in_board=1))
    row: Any = get_throw(core, "d1")

    assert _throw(core, "d1") == ("hit", "T20", 60, False)
    assert (row.player_id, row.seq, list_throws(core, PageRequest(), {}).total) == ("p1", 1, 1)


def test_what_did_not_stick_is_a_throw_too(core: sa.Connection) -> None:
    """A miss, a dart that could not be localised, one that fell out."""
    motion = MotionData(max_motion=1.0, motion_duration_ms=1)
    _record(
        core,
        ThrowMiss(visit_id=V, dart_number=1, motion_data=motion, reason="timeout"),
        DartUnscored(dart_id=DartId("d1"), visit_id=V, dart_number=2, reason="x"),
        hit("d2"),
    )
    visit_id = VisitId(get_throw(core, "d2").visit_id)
    fallen = DartBounceOut(dart_id=DartId("d2"), visit_id=visit_id, dart_position=BoardCoordinates(x_mm=0, y_mm=0), time_on_board_ms=1)
    _record(core, fallen, first=4)

    assert [_throw(core, each)[:3] for each in ("main-m000001", "d1", "d2")] == [
        ("miss", "MISS", 0),
        ("unscored", "?", 0),
        ("bounce_out", "T20", 0),
    ]


def test_correction_changes_deletes_and_inserts(core: sa.Connection) -> None:
    """A dart by its id, a miss by its place in the visit; what was not there is added."""
    score = Score(base=19, multiplier=3, total=57, ring="triple", sector=19, label="T19")
    motion = MotionData(max_motion=1.0, motion_duration_ms=1)
    _record(core, hit("d1"), ThrowMiss(visit_id=V, dart_number=2, motion_data=motion, reason="timeout"))

    def correct(dart_id: str, number: int, operation: Any, score_given: Score | None = None) -> DartCorrected:
        label = None if score_given is None else score_given.label
        given = {"old_label": None, "new_label": label, "score": score_given, "operation": operation}
        visit_id = VisitId(getattr(get_throw(core, dart_id), "visit_id", V))
        return DartCorrected(dart_id=DartId(dart_id), visit_id=visit_id, dart_number=number, **given)

    _record(core, correct("d1", 1, "delete"), correct("d2", 2, "change", score), correct("d3", 3, "insert", score), first=3)

    assert _throw(core, "d1") == ("deleted", "T20", 0, True)
    assert _throw(core, "main-m000002") == ("hit", "T19", 57, True)
    assert _throw(core, "d3")[:3] == ("hit", "T19", 57)


def test_id_that_comes_again_takes_no_other_throw_s_place(core: sa.Connection) -> None:
    """Boards before revision 5 counted from one again: the older throw and visit stay, and what follows is about the later ones."""
    fallen = DartBounceOut(dart_id=DartId("d1"), visit_id=V, dart_position=BoardCoordinates(x_mm=0, y_mm=0), time_on_board_ms=1)
    _record(core, hit("d1"), VisitCompleted(visit_id=V, throws=(), total=180, reason="three_darts"))
    _record(core, hit("d1"), fallen, VisitCompleted(visit_id=V, throws=(), total=3, reason="takeout"), first=3)
    _record(core, VisitCompleted(visit_id=V, throws=(), total=5, reason="correction", revised=True), first=6)
    totals = [(row.visit_id, row.total) for row in list_visits(core, PageRequest(), {}).rows]

    assert list_throws(core, PageRequest(), {}).total == 2
    assert (_throw(core, "d1")[0], _throw(core, "d1-3")[0]) == ("hit", "bounce_out")
    assert totals == [("v1-5", 5), ("v1", 180)]


def test_a_merged_player_keeps_the_throws(core: sa.Connection) -> None:
    """What a merged player threw is the other's; what an erased person threw has no player; later throws are not touched."""
    _record(core, hit("d1"), VisitCompleted(visit_id=V, throws=(), total=60, reason="takeout"))
    follow(core, PROJECTION, PlayerMerged(player_id="p1", into_player_id="p2", user_id="u"), first=3)
    merged: Any = get_throw(core, "d1")
    follow(core, PROJECTION, PlayerErased(player_id="p2", user_id="u"), first=4)
    _record(core, hit("d2"), first=5)
    throw, visit, later = get_throw(core, "d1"), get_visit(core, "v1"), get_throw(core, "d2")

    assert merged.player_id == "p2"
    assert [getattr(row, "player_id", "") for row in (throw, visit, later)] == [None, None, "p1"]


def test_visit_is_kept_once(core: sa.Connection) -> None:
    """A visit that is published again is revised."""
    _record(core, VisitCompleted(visit_id=V, throws=(), total=60, reason="takeout"))
    _record(core, VisitCompleted(visit_id=V, throws=(), total=57, reason="correction", revised=True), first=2)
    row: Any = get_visit(core, "v1")

    assert (row.total, row.revised, row.seq, list_visits(core, PageRequest(), {"player_id": "p1"}).total) == (57, True, 1, 1)
