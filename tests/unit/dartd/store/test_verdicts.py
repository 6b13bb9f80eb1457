"""Feedback and corrections, dart by dart."""

from types import SimpleNamespace

import sqlalchemy as sa

from dartd.game.detection_accuracy import JudgedDart
from dartd.store.feedback import append_feedback
from dartd.store.projections.detections import PROJECTION
from dartd.store.verdicts import DartSelection, count_published, judged_darts
from schemas.base import DartId, VisitId
from schemas.events import DartCorrected
from tests.support.projections import follow
from tests.support.throws import hit


def _say(connection: sa.Connection, throw_id: str, verdict: str, published: str, label: str | None, at_s: float) -> None:
    throw = SimpleNamespace(throw_id=throw_id, seq=1, label=published)
    append_feedback(connection, throw, verdict=verdict, label=label, user_id="u", at_s=at_s)


def test_corrections_and_feedback_are_verdicts(core: sa.Connection) -> None:
    """The last one counts; `skip` is none; `correct` of a corrected bed confirms the correction."""
    corrected = DartCorrected(
        dart_id=DartId("d2"), visit_id=VisitId("visit-1"), dart_number=2, operation="change", old_label="T20", new_label="T5"
    )
    follow(core, PROJECTION, hit("d1"), hit("d2", 2), hit("d3", 3), corrected)
    _say(core, "d1", "wrong", "T20", "T1", 1.0)
    _say(core, "d1", "correct", "T20", None, 2.0)
    _say(core, "d2", "correct", "T5", None, 9.0)
    _say(core, "d3", "skip", "T20", None, 1.0)

    assert count_published(core) == {"T20": 3}
    assert judged_darts(core) == [JudgedDart("d1", "T20", "T20"), JudgedDart("d2", "T20", "T5")]
    assert judged_darts(core, DartSelection(player_id="ann")) == []
    assert count_published(core, DartSelection(since_s=1e12)) == {}
