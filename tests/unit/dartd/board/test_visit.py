"""Slots of a visit, their points, and corrections with their refusals."""

import msgspec
import pytest

from dartd.board.visit import Slot, Visit, correction, score_of
from dartd.errors import CommandRefusedError
from schemas.base import DartId, VisitId
from schemas.board import Bed, parse_bed
from schemas.commands import CorrectDart

FRESH = DartId("main-d000099")


def visit(*labels: str, name: str = "main-v000002") -> Visit:
    """Build a visit with a dart in each slot."""
    slots = tuple(
        Slot(dart_number=k, dart_id=DartId(f"{name}-{k}"), label=label, points=parse_bed(label).total) for k, label in enumerate(labels, 1)
    )
    return Visit(visit_id=VisitId(name), slots=slots)


def test_a_visit_adds_up() -> None:
    """The total is the sum of the slots, and the first free number is the next dart's."""
    two = visit("T20", "25")

    assert two.total == 85
    assert two.free_number == 3
    assert visit("T20", "T20", "T20").free_number is None
    assert Visit(visit_id=VisitId("v1")).is_fresh


def test_a_freed_slot_is_the_next_one() -> None:
    """After a deletion the gap is filled first, and throws stay in the order of their numbers."""
    gap = visit("T20", "T19", "T18").without_slot(2)
    filled = gap.with_slot(Slot(dart_number=2, dart_id=None, label="MISS", points=0))

    assert gap.free_number == 2
    assert [throw.label for throw in filled.throws] == ["T20", "MISS", "T18"]


def test_a_fallen_dart_keeps_its_slot_without_points() -> None:
    """A dart that fell counts as thrown and scores nothing; a dart without a slot changes nothing."""
    fallen = visit("T20", "T19").with_fallen(DartId("main-v000002-1"))

    assert [(throw.label, throw.points) for throw in fallen.throws] == [("MISS", 0), ("T19", 57)]
    assert fallen.with_fallen(DartId("main-d000077")) == fallen


def test_a_visit_is_completed_once_and_then_revised() -> None:
    """The second time that a visit is published it is a revision, and the first reason stays."""
    ended = visit("T20").with_end("takeout")

    assert not visit("T20").completed("takeout").revised
    assert ended.completed("correction").revised
    assert ended.with_end("correction").ended == "takeout"
    assert ended.snapshot().completed


@pytest.mark.parametrize(
    ("bed", "label", "sector", "total"),
    [
        (Bed(ring="bull"), "BULL", None, 50),
        (Bed(ring="single_bull"), "25", None, 25),
        (Bed(ring="miss", sector=7), "M7", None, 0),
        (Bed(ring="miss"), "MISS", None, 0),
        (Bed(ring="triple", sector=20), "T20", 20, 60),
    ],
)
def test_the_sector_of_bulls_and_misses_is_null(bed: Bed, label: str, sector: int | None, total: int) -> None:
    """Only beds of a sector name one; the label of a miss keeps the sector next to it."""
    score = score_of(bed)

    assert (score.label, score.sector, score.total) == (label, sector, total)


def test_a_change_by_dart_or_by_number() -> None:
    """A dart is found in any visit by its id, or in the first by its number."""
    visits = (visit("T20", "S1"), visit("S5", name="main-v000001"))
    by_id = correction(CorrectDart(operation="change", label="double 5", dart_id=DartId("main-v000001-1")), visits, FRESH)
    by_number = correction(CorrectDart(operation="change", label="T1", dart_number=2), visits, FRESH)

    assert (by_id.visit_id, by_id.dart_number, by_id.old_label, by_id.new_label) == ("main-v000001", 1, "S5", "D5")
    assert (by_number.visit_id, by_number.dart_id, by_number.old_label) == ("main-v000002", "main-v000002-2", "S1")
    assert by_number.score is not None
    assert by_number.score.total == 3


def test_a_miss_that_was_a_dart_gets_an_id() -> None:
    """A slot without a dart gets the fresh id when it is corrected."""
    missed = Visit(visit_id=VisitId("main-v000002"), slots=(Slot(dart_number=1, dart_id=None, label="MISS", points=0),))
    event = correction(CorrectDart(operation="change", label="D20", dart_number=1), (missed,), FRESH)

    assert event.dart_id == FRESH
    assert missed.with_correction(event).throws[0].dart_id == FRESH
    assert missed.with_correction(event).total == 40


def test_insert_takes_the_first_free_slot_or_the_named_one() -> None:
    """An inserted dart has the fresh id and no old label."""
    gap = visit("T20", "T19", "T18").without_slot(1).without_slot(3)
    first = correction(CorrectDart(operation="insert", label="miss"), (gap,), FRESH)
    named = correction(CorrectDart(operation="insert", label="miss", dart_number=3, visit_id=VisitId("main-v000002")), (gap,), FRESH)

    assert (first.dart_number, first.dart_id, first.old_label, first.new_label) == (1, FRESH, None, "MISS")
    assert named.dart_number == 3


def test_delete_names_what_was_there() -> None:
    """A deletion has an old label, no new one and no score."""
    event = correction(CorrectDart(operation="delete", dart_number=1), (visit("T20"),), FRESH)

    assert (event.old_label, event.new_label, event.score) == ("T20", None, None)
    assert visit("T20").with_correction(event).slots == ()


def test_a_corrected_dart_that_was_not_localised_still_stands() -> None:
    """A label given by a person does not take the dart out of the board."""
    unseen = Visit(
        visit_id=VisitId("main-v000002"),
        slots=(Slot(dart_number=1, dart_id=DartId("main-d000001"), label="?", points=0, stuck_unseen=True),),
    )
    event = correction(CorrectDart(operation="change", label="T20", dart_number=1), (unseen,), FRESH)

    assert unseen.with_correction(event).has_unseen


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (CorrectDart(operation="change", dart_number=1), "VALIDATION_ERROR"),
        (CorrectDart(operation="change", label="T21", dart_number=1), "VALIDATION_ERROR"),
        (CorrectDart(operation="change", label="T20"), "VALIDATION_ERROR"),
        (CorrectDart(operation="insert", label="T20", dart_number=4), "VALIDATION_ERROR"),
        (CorrectDart(operation="insert", label="T20", dart_number=1), "STATE_CONFLICT"),
        (CorrectDart(operation="insert", label="T20", visit_id=VisitId("main-v000001")), "STATE_CONFLICT"),
        (CorrectDart(operation="delete", dart_number=3), "RESOURCE_NOT_FOUND"),
        (CorrectDart(operation="delete", dart_id=DartId("main-d000001")), "RESOURCE_NOT_FOUND"),
        (CorrectDart(operation="delete", dart_number=1, visit_id=VisitId("main-v000009")), "RESOURCE_NOT_FOUND"),
        (CorrectDart(operation="delete", dart_id=DartId("main-v000001-1"), visit_id=VisitId("main-v000002")), "RESOURCE_NOT_FOUND"),
    ],
)
def test_refusals_have_codes(command: CorrectDart, code: str) -> None:
    """What cannot be done is refused with a code and a message that names the way out or the thing."""
    visits = (visit("T20", "S1"), visit("S5", "S5", "S5", name="main-v000001"))

    with pytest.raises(CommandRefusedError) as refusal:
        correction(command, visits, FRESH)
    assert refusal.value.code == code
    assert refusal.value.details


@pytest.mark.parametrize(("own", "allowed"), [(None, True), ("ann", True), ("bob", False), ("", False)])
@pytest.mark.parametrize(
    "command",
    [
        CorrectDart(operation="change", label="T1", dart_number=1),
        CorrectDart(operation="delete", dart_id=DartId("main-v000002-1")),
        CorrectDart(operation="insert", label="T1", visit_id=VisitId("main-v000002")),
        CorrectDart(operation="insert", label="T1"),
    ],
)
def test_a_player_corrects_only_their_own_visits(command: CorrectDart, own: str | None, *, allowed: bool) -> None:
    """However the dart is named; a visit without a player belongs to none."""
    visits = (msgspec.structs.replace(visit("T20", "T19"), player_id="ann"),)
    limited = msgspec.structs.replace(command, own_player_id=own)
    if allowed:
        assert correction(limited, visits, FRESH).player_id == "ann"
    else:
        with pytest.raises(CommandRefusedError) as caught:
            correction(limited, visits, FRESH)
        assert caught.value.code == "AUTH_INSUFFICIENT_PERMISSIONS"
