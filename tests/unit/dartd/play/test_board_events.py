"""What the board does to a match."""

import msgspec
import pytest

from dartd.game.match import Match
from dartd.game.scoring import take_step
from dartd.play.board_events import after_board_event, cause_of
from schemas.base import DartId, VisitId
from schemas.events import (
    BoardCoordinates,
    BoardEvent,
    BoardReset,
    DartBounceOut,
    DartCorrected,
    DartUnscored,
    ExtraDart,
    FalseTakeout,
    MotionData,
    ThrowMiss,
    VisitSnapshot,
    VisitThrow,
)
from tests.support.matches import rests, started
from tests.support.play import dart, takeout

V1 = VisitId("main-v000001")
MISS = ThrowMiss(visit_id=V1, dart_number=1, motion_data=MotionData(max_motion=1, motion_duration_ms=1), reason="timeout")


def after(match: Match, *events: BoardEvent) -> Match:
    """Return the match after events of the board."""
    for event in events:
        match = after_board_event(match, event)
    return match


def bounced(number: int) -> DartBounceOut:
    """Return the fall of a dart."""
    at = BoardCoordinates(x_mm=0, y_mm=0)
    return DartBounceOut(dart_id=DartId(f"main-d{number:06d}"), visit_id=V1, dart_position=at, time_on_board_ms=100)


def test_what_takes_a_slot() -> None:
    """Hits, misses and darts that were not localised do; a takeout ends the turn, a false one does not, and none without a dart."""
    unscored = DartUnscored(dart_id=DartId("main-d000002"), visit_id=V1, dart_number=2, reason="hidden")
    match = after(started(), takeout(1), MISS, unscored, FalseTakeout(visit_id=V1, darts_in_board=1))
    assert match.open_visit == (0, 0)
    match = after(match, dart("T20", 3, slot=3), takeout(2), takeout(3))

    assert (rests(match), match.on()) == ([441, 501], (1, 0))


def test_darts_that_count_for_no_side() -> None:
    """Behind a bust and in a fourth slot they are kept; a fourth dart begins no visit, and neither does a miss without a slot."""
    extra = ExtraDart(
        dart_id=DartId("main-d000009"), visit_id=V1, board_coordinates=BoardCoordinates(x_mm=0, y_mm=0), score=dart("T20", 9).score
    )
    match = started({"start": 41})
    assert after(match, extra, msgspec.structs.replace(MISS, dart_number=None)) is match
    match = after(match, dart("T20", 1), dart("S1", 2, slot=2), extra)

    assert match.reasons(0, 0) == [None, "after_bust", "after_bust"]
    assert (rests(match), match.on()) == ([41, 41], (0, 0))


def test_a_dart_that_falls_out() -> None:
    """It keeps its slot and scores nothing; when it had won the leg, the leg is open again."""
    match = after(started({"start": 40}), dart("D20", 1))
    assert match.status == "finished"
    fallen = after(match, bounced(1))

    assert (fallen.status, rests(fallen), fallen.on()) == ("running", [40, 40], (0, 0))
    assert cause_of(match, fallen, bounced(1)) == "revision"
    running = after(started(), dart("T20", 1))
    assert cause_of(running, after(running, bounced(1)), bounced(1)) == "play"


@pytest.mark.parametrize("status", ["scheduled", "stopped"])
def test_other_matches_take_no_darts(status: str) -> None:
    """A match that is not begun, or is over for good, is left alone."""
    match = started()
    match = (
        take_step(match, "stop") if status == "stopped" else Match(match.setup, msgspec.structs.replace(match.record, status="scheduled"))
    )

    assert after(match, dart("T20", 1), takeout(2)) is match


def corrected(operation: str, dart_id: str, number: int, label: str | None, *throws: tuple[int, str | None]) -> DartCorrected:
    """Return a correction at the board; the visit has these darts then."""
    slots = tuple(VisitThrow(dart_number=k, dart_id=None if name is None else DartId(name), label="", points=0) for k, name in throws)
    return msgspec.convert(
        {
            "dart_id": dart_id,
            "visit_id": V1,
            "dart_number": number,
            "operation": operation,
            "old_label": None,
            "new_label": label,
            "score": None if label is None else msgspec.to_builtins(dart(label, 1).score),
            "visit": msgspec.to_builtins(VisitSnapshot(visit_id=V1, throws=slots)),
            "event_type": "dart_corrected",
        },
        DartCorrected,
    )


def test_corrections_at_the_board() -> None:
    """A dart is changed or deleted by its id, a miss by its slot, and one that was not seen goes where its slot is."""
    match = after(started(), dart("T20", 1), msgspec.structs.replace(MISS, dart_number=2), dart("T20", 3, slot=3))

    assert rests(after(match, corrected("change", "main-d000001", 1, "T19"))) == [384, 501]
    assert rests(after(match, corrected("change", "main-d000007", 2, "D10"))) == [361, 501]
    assert rests(after(match, corrected("delete", "main-d000003", 3, None))) == [441, 501]
    two = after(started(), dart("T20", 1), dart("S1", 3, slot=3))
    inserted = after(two, corrected("insert", "main-d000008", 2, "S5", (1, "main-d000001"), (2, "main-d000008"), (3, "main-d000003")))
    assert [each.dart_id for each in inserted.record.legs[0].visits[0].darts] == ["main-d000001", "main-d000008", "main-d000003"]
    assert rests(after(started(), corrected("insert", "main-d000001", 1, "T20", (1, "main-d000001")))) == [441, 501]
    assert after(match, corrected("change", "main-d000077", 7, "T20")) is match
    assert cause_of(match, match, corrected("delete", "x", 1, None)) == "revision"


def test_a_reset_ends_the_visit() -> None:
    """The board begins a new visit, and so does the match, if something was thrown."""
    match = started()

    assert after(match, BoardReset(visit_id=V1)) is match
    assert after(match, dart("S1", 1), BoardReset(visit_id=V1)).on() == (1, 0)


def test_throwing_for_the_bull() -> None:
    """Radii decide; a miss is thrown again, and who is nearer begins."""
    match = started(bull_off="normal", tie_mm=2.0)
    near, far = dart("T20", 1), dart("T20", 2)
    near, far = (
        msgspec.structs.replace(each, polar_coordinates=msgspec.structs.replace(each.polar_coordinates, radius_mm=mm))
        for each, mm in ((near, 5.0), (far, 60.0))
    )
    match = after(match, far, MISS, near)

    assert (match.phase, match.on()) == ("play", (1, 0))
