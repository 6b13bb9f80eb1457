"""The messages of opendarts."""

from dartd.outlets.compat.opendarts import KEPT_VISITS, Opendarts, utc
from schemas.base import DartId, VisitId
from schemas.events import DartUnscored, TakeoutFinished
from tests.support.throws import hit


def test_a_dart_without_a_score_takes_its_slot() -> None:
    """It is no error: it counts, and has no ring."""
    fold = Opendarts()
    event = DartUnscored(dart_id=DartId("d1"), visit_id=VisitId("v"), dart_number=1, reason="not_localised")
    raw, state = fold.step(event, "2026-01-01T00:00:00.000Z")

    assert (raw["type"], raw["ok"]) == ("THROW_DETECTED", False)
    at = "2026-01-01T00:00:00.000+00:00"
    assert state["darts"] == [{"label": "failed to score", "sector": 0, "ring": "", "value": 0, "captured_at_utc": at}]


def test_the_last_visits_are_kept() -> None:
    """Oldest first, at most a dozen, and their throws can be named."""
    fold = Opendarts()
    for k in range(KEPT_VISITS + 2):
        fold.step(hit(f"d{k}", 1, visit=f"v{k}"))
        fold.step(TakeoutFinished(visit_id=VisitId(f"v{k}")))
    recent = fold.recent(2)

    assert [each["visit"] for each in recent["visits"]] == ["v12", "v13"]
    assert (recent["count"], recent["buffer_max"], len(fold.recent(99)["visits"])) == (2, 12, KEPT_VISITS)
    assert (fold.slot_of("v13", 0), fold.slot_of("v13", 1), fold.slot_of("v0", 0)) == (1, None, None)


def test_times_are_written_with_an_offset() -> None:
    """As Python does."""
    assert (utc("2026-01-01T00:00:00Z"), utc("")) == ("2026-01-01T00:00:00+00:00", "")
