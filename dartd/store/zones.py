"""Zones: areas of the board or of a camera's picture, and the darts in them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.fusion.camera_pose import pixel_of
from dartd.polygons import Point, contains
from dartd.store.entity import Entity, Row
from dartd.store.tables import throws, zones
from schemas.base import CameraId
from schemas.day import ZoneStatus
from schemas.events import DartOnBoard, Snapshot
from schemas.geometry import Calibration
from schemas.session import Session

CalibrationOf = Callable[[CameraId], Calibration | None]

ZONES = Entity("zone", zones, sorts=("name", "created_at", "updated_at"))

_polygon: msgspec.json.Decoder[tuple[Point, ...]] = msgspec.json.Decoder(tuple[Point, ...])


def active_zones(connection: sa.Connection) -> Sequence[Row]:
    """Return every zone that is active."""
    return connection.execute(sa.select(zones).where(zones.c.active.is_(True))).all()


def darts_in(zone: Row, snapshot: Snapshot, calibration_of: CalibrationOf) -> tuple[DartOnBoard, ...]:
    """Return the darts that stand in a zone now; one in the picture of a camera has those whose point that camera sees in it.

    A zone of another board, of a camera without a calibration, or for players (`oche`) has none.
    """
    if zone.board_id != snapshot.board_id or zone.zone_type == "oche" or not snapshot.darts:
        return ()
    calibration = calibration_of(CameraId(zone.camera_id)) if zone.unit == "px" else None
    if zone.unit == "px" and calibration is None:
        return ()
    polygon = _polygon.decode(zone.polygon_coords)
    return tuple(dart for dart in snapshot.darts if (point := _point_of(dart, calibration)) is not None and contains(polygon, point))


def count_in(zone: Row, snapshot: Snapshot, sessions: Iterable[Session], calibration_of: CalibrationOf) -> int:
    """Return the number of darts in a zone now, at the oche of players."""
    if zone.zone_type == "oche":
        return sum(each.board_id == zone.board_id for each in sessions)
    return len(darts_in(zone, snapshot, calibration_of))


def status_of(zone: Row, count: int) -> ZoneStatus:
    """Return whether a zone is empty, or has more than its `max`."""
    return "over" if count > zone.max else "normal" if count else "empty"


def _point_of(dart: DartOnBoard, calibration: Calibration | None) -> Point | None:
    """Return where a dart stands: on the board in mm, or in the picture of a camera in px."""
    x_mm, y_mm = dart.board_coordinates.x_mm, dart.board_coordinates.y_mm
    return (x_mm, y_mm) if calibration is None else pixel_of(calibration, x_mm, y_mm)


def throws_of(connection: sa.Connection, dart_ids: Iterable[str]) -> dict[str, Any]:
    """Return the rows of throws by their ids."""
    rows = connection.execute(sa.select(throws).where(throws.c.throw_id.in_(list(dart_ids))))
    return {row.throw_id: row for row in rows}
