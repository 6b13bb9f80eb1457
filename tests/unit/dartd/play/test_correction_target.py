"""What a correction is about."""

import pytest

from dartd.board.visit import Slot, Visit
from dartd.errors import ConflictError
from dartd.play.correction_target import check_label, is_opponent, target_of
from dartd.play.decider import MatchDecider
from schemas.base import DartId, VisitId
from schemas.commands import CorrectDart
from schemas.correction import OrderCorrection
from tests.support.play import AT, BOARD, create, played

VISIT = Visit(
    visit_id=VisitId("main-v000001"),
    player_id="ann",
    slots=(
        Slot(dart_number=1, dart_id=DartId("main-d000001"), label="T20", points=60),
        Slot(dart_number=2, dart_id=None, label="MISS", points=0),
    ),
)


def test_a_dart_without_a_match() -> None:
    """It is the board's own, and its visit says whose it is."""
    order = OrderCorrection(correction_id="c", type="change", label="T5", dart_id="main-d000001", at=AT)
    target = target_of(order, [VISIT], DartId("main-d000009"), MatchDecider(BOARD))

    assert (target.position, target.previous_label, target.player_id, target.events) == (None, "T20", "ann", ())
    assert target.command == CorrectDart(
        operation="change", label="T5", dart_id=DartId("main-d000001"), visit_id=VISIT.visit_id, dart_number=1
    )


def test_a_miss_is_named_by_its_slot() -> None:
    """It has no id, and gets one when it becomes a dart."""
    order = OrderCorrection(correction_id="c", type="change", label="T5", visit_id=VISIT.visit_id, dart_number=2, at=AT)
    target = target_of(order, [VISIT], DartId("main-d000009"), MatchDecider(BOARD))

    assert target.corrected is not None
    assert (target.corrected.dart_id, target.previous_label) == ("main-d000009", "MISS")


def test_opponents_are_the_players_of_other_sides() -> None:
    """And no one else."""
    match = played(create(players=("ann", "bob")))

    assert is_opponent(0, match, "bob")
    assert not is_opponent(0, match, "ann")
    assert not is_opponent(0, match, "eve")


def test_the_bed_must_be_the_same() -> None:
    """Otherwise the dart was corrected in the meantime."""
    check_label("T20", "T20")
    with pytest.raises(ConflictError):
        check_label("T20", "T5")
