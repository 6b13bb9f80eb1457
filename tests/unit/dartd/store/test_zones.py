"""Zones and the darts in them."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from dartd.store.zones import ZONES, active_zones, darts_in, throws_of
from schemas.base import BoardId, VisitId
from schemas.events import DartOnBoard, Snapshot, VisitSnapshot
from tests.support.throws import hit

ZONE = {
    "unit": "mm",
    "camera_id": "cam0",
    "board_id": "main",
    "zone_type": "bed_area",
    "polygon_coords": "[[-20,90],[20,90],[20,120],[-20,120]]",
}


def _snapshot() -> Snapshot:
    landed = [hit("d1"), hit("d2", y_mm=-103.0)]
    darts = tuple(
        DartOnBoard(
            dart_id=each.dart_id,
            dart_number=each.dart_number,
            board_coordinates=each.board_coordinates,
            score=each.score,
            uncertainty_mm=1.0,
        )
        for each in landed
    )
    visit = VisitSnapshot(visit_id=VisitId("v"))
    return Snapshot(board_id=BoardId("main"), last_seq=1, state="wait_for_throw", status="throw", darts=darts, visit=visit)


@pytest.mark.parametrize(("given", "found"), [({}, ["d1"]), ({"unit": "px"}, []), ({"board_id": "other"}, []), ({"zone_type": "oche"}, [])])
def test_darts_are_in_their_zone(given: dict[str, Any], found: list[str]) -> None:
    """By their points on the board; never in one of a camera without a calibration, of another board or of players."""
    assert [dart.dart_id for dart in darts_in(SimpleNamespace(**{**ZONE, **given}), _snapshot(), lambda _: None)] == found


def test_active_zones_are_listed(core: sa.Connection) -> None:
    """Only those; throws are found by id."""
    for zone_id, active in (("a", True), ("b", False)):
        values = {**ZONE, "zone_id": zone_id, "name": zone_id, "color": "#000000", "min": 0, "max": 3, "active": active}
        ZONES.insert(core, values, at_s=1.0)

    assert ([row.zone_id for row in active_zones(core)], throws_of(core, ["d1"])) == (["a"], {})
