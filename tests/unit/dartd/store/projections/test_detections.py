"""Published and true beds, folded from events."""

from typing import Any

import sqlalchemy as sa

from dartd.store.projections.detections import PROJECTION
from dartd.store.tables import detections
from schemas.base import DartId, VisitId
from schemas.events import DartCorrected, DartUnscored, MotionData, PlayerMerged, ThrowMiss
from tests.support.projections import follow
from tests.support.throws import hit

V = VisitId("visit-1")


def _corrected(dart: str, number: int, operation: Any, label: str | None) -> DartCorrected:
    return DartCorrected(dart_id=DartId(dart), visit_id=V, dart_number=number, operation=operation, old_label="T20", new_label=label)


def _rows(connection: sa.Connection) -> dict[str, tuple[Any, ...]]:
    return {row.throw_id: (row.told, row.truth, row.player_id) for row in connection.execute(sa.select(detections))}


def test_published_bed_stays_next_to_the_true_one(core: sa.Connection) -> None:
    """A change gives the true bed, a deletion says that there was no dart, an insertion that one was not detected."""
    motion = MotionData(max_motion=1.0, motion_duration_ms=1)
    follow(
        core,
        PROJECTION,
        hit("d1"),
        hit("d2", 2),
        DartUnscored(dart_id=DartId("d3"), visit_id=V, dart_number=3, reason="x"),
        ThrowMiss(visit_id=VisitId("visit-2"), dart_number=1, motion_data=motion, reason="timeout", player_id="ann"),
        _corrected("d1", 1, "change", "T5"),
        _corrected("d1", 1, "change", "T1"),
        _corrected("d2", 2, "delete", None),
        _corrected("d4", 3, "insert", "D5"),
        _corrected("d5", 3, "insert", "D6"),
        _corrected("d5", 3, "delete", None),
        PlayerMerged(player_id="ann", into_player_id="bob", user_id="u"),
    )

    assert _rows(core) == {
        "d1": ("T20", "T1", None),
        "d2": ("T20", "NONE", None),
        "d3": ("?", None, None),
        "main-m000004": ("MISS", None, "bob"),
        "d4": ("NONE", "D5", None),
    }
