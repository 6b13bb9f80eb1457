"""Zones: areas of the board or of a camera's picture, and the darts in them."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.polygons import Point, contains
from dartd.store.entity import Entity, Row
from dartd.store.tables import throws, zones
from schemas.events import DartOnBoard, Snapshot

ZONES = Entity("zone", zones, sorts=("name", "created_at", "updated_at"))

_polygon: msgspec.json.Decoder[tuple[Point, ...]] = msgspec.json.Decoder(tuple[Point, ...])


def active_zones(connection: sa.Connection) -> Sequence[Row]:
    """Return every zone that is active."""
    return connection.execute(sa.select(zones).where(zones.c.active.is_(True))).all()


def darts_in(zone: Row, snapshot: Snapshot) -> tuple[DartOnBoard, ...]:
    """Return the darts that stand in a zone now: none in one of a picture, of another board, or for players (`oche`)."""
    if zone.unit != "mm" or zone.board_id != snapshot.board_id or zone.zone_type == "oche" or not snapshot.darts:
        return ()
    polygon = _polygon.decode(zone.polygon_coords)
    return tuple(dart for dart in snapshot.darts if contains(polygon, (dart.board_coordinates.x_mm, dart.board_coordinates.y_mm)))


def throws_of(connection: sa.Connection, dart_ids: Iterable[str]) -> dict[str, Any]:
    """Return the rows of throws by their ids."""
    rows = connection.execute(sa.select(throws).where(throws.c.throw_id.in_(list(dart_ids))))
    return {row.throw_id: row for row in rows}
