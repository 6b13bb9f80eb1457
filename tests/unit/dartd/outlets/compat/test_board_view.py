"""The board as other interfaces show it."""

import msgspec

from dartd.outlets.compat.board_view import BoardView, after, begins_visit, view_of
from schemas.base import BoardId, DartId, VisitId
from schemas.events import DartCorrected, DartHit, Snapshot, TakeoutFinished, VisitSnapshot, VisitThrow
from tests.support.throws import hit


def _visit(*slots: tuple[int, str]) -> VisitSnapshot:
    throws = tuple(VisitThrow(dart_number=k, dart_id=DartId(f"d{k}"), label=label, points=0) for k, label in slots)
    return VisitSnapshot(visit_id=VisitId("visit-1"), throws=throws)


def _corrected(operation: str, slot: int, visit: VisitSnapshot) -> DartCorrected:
    fields = {
        "dart_id": f"d{slot}",
        "visit_id": "visit-1",
        "dart_number": slot,
        "operation": operation,
        "old_label": None,
        "new_label": None,
    }
    return msgspec.structs.replace(msgspec.convert({"event_type": "dart_corrected", **fields}, DartCorrected), visit=visit)


def test_a_freed_slot_is_used_last() -> None:
    """Clients read the last throw as the newest, whatever its slot."""
    view = BoardView()
    for event in (hit("d1", 1), hit("d2", 2), _corrected("delete", 1, _visit((2, "T20"))), hit("d4", 1)):
        view = after(view, event)

    assert [(each.slot, each.dart_id) for each in view.throws] == [(2, "d2"), (1, "d4")]
    assert [each.slot for each in view.by_slot] == [1, 2]


def test_a_corrected_dart_stays_where_it_is() -> None:
    """Label and ring are new, the position is that of the dart."""
    view = after(after(BoardView(), hit("d1", 1)), _corrected("change", 1, _visit((1, "D16"))))

    assert [(each.label, each.bed.multiplier, each.position_mm, each.corrected) for each in view.throws] == [("D16", 2, (0.0, 103.0), True)]


def test_a_visit_ends_with_an_empty_board_or_the_next_one() -> None:
    """A takeout, or a dart of another visit."""
    view = after(BoardView(), hit("d1", 1))

    assert after(view, TakeoutFinished(visit_id=VisitId("visit-1"))).throws == ()
    assert begins_visit(view, hit("e1", 1, visit="visit-2"))
    assert not begins_visit(view, hit("d2", 2))
    assert len(after(view, hit("e1", 1, visit="visit-2")).throws) == 1


def test_a_visit_that_is_only_shown_is_none() -> None:
    """After a takeout the last visit is shown until the next dart: for other boards it is over."""
    dart = hit("d1", 1)
    assert isinstance(dart, DartHit)
    visit = VisitSnapshot(visit_id=VisitId("visit-1"), throws=_visit((1, "T20")).throws, completed=True)
    snapshot = Snapshot(board_id=BoardId("main"), last_seq=1, state="wait_for_throw", status="throw", visit=visit)

    assert view_of(snapshot).throws == ()
    assert len(view_of(msgspec.structs.replace(snapshot, state="throw_finished")).throws) == 1
