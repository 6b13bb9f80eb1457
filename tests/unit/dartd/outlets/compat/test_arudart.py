"""The events of arudart."""

from dartd.outlets.compat.arudart import Arudart
from schemas.base import VisitId
from schemas.events import TakeoutFinished
from tests.support.throws import hit


def test_a_short_visit_has_no_round() -> None:
    """Only the third dart completes one; bulls have their own names."""
    fold = Arudart()
    events = [*fold.step(hit("d1", 1, 0, 0)), *fold.step(hit("d2", 2, 0, 10)), *fold.step(TakeoutFinished(visit_id=VisitId("visit-1")))]

    assert [(each.event, each.data.get("label")) for each in events] == [
        ("dart_scored", "DB"),
        ("dart_scored", "SB"),
        ("darts_removed", None),
    ]
    assert fold.opening() == []
