"""`/api/v1/zones`: named areas of the board or of a camera's picture."""

from typing import Any

from dartd.store.entity import Entity
from dartd.store.tables import zones
from dartd.web.http.endpoint import Call
from dartd.web.http.entity_resource import EntityResource, Rights
from dartd.web.http.problems import Problem
from dartd.web.polygons import contains, is_simple
from dartd.web.services import Services
from schemas.api.zones import NewZone, Zone, ZoneChange, ZonesQuery

REACH_MM = 300.0  # from the center of the board, beyond the frame of every board

_SQUARE = ((-10.0, 90.0), (10.0, 90.0), (10.0, 110.0), (-10.0, 110.0))


async def on_a_board(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Return a zone with its board: this one, unless another is given."""
    return {**given, "board_id": given["board_id"] or call.services.config.board.board_id} if "board_id" in given else given


def check_zone(call: Call, zone: Zone) -> None:
    """Check what a type cannot say of a zone.

    Raises:
        Problem: 422.
    """
    camera = next((each for each in call.services.config.cameras if each.id == zone.camera_id), None)
    if zone.camera_id is not None and camera is None:
        raise _invalid("camera_id", f"there is no camera {zone.camera_id!r}")
    if zone.max < zone.min:
        raise _invalid("max", "expected at least min")
    if not is_simple(zone.polygon_coords):
        raise _invalid("polygon_coords", "expected a polygon whose edges do not meet")
    if zone.unit == "mm":
        if any(x * x + y * y > REACH_MM**2 for x, y in zone.polygon_coords):
            raise _invalid("polygon_coords", f"expected corners within {REACH_MM:g} mm of the center of the board")
    elif camera is None:
        raise _invalid("camera_id", "a zone in px needs a camera")
    elif any(not (0 <= x <= camera.width and 0 <= y <= camera.height) for x, y in zone.polygon_coords):
        raise _invalid("polygon_coords", f"expected corners inside the picture of {camera.width}x{camera.height} px")


def _invalid(field: str, message: str) -> Problem:
    return Problem(422, "VALIDATION_ERROR", f"{field}: {message}", details={"field": f"$.{field}"})


def count_darts(services: Services, row: Any) -> int:
    """Return the number of darts in a zone now; a zone in px, or of another board, has none."""
    snapshot = services.board.snapshot()
    if row.unit != "mm" or row.board_id != snapshot.board_id:
        return 0
    polygon = ZONES.fields.decode("polygon_coords", row)
    at = (dart.board_coordinates for dart in snapshot.darts)
    return sum(contains(polygon, (each.x_mm, each.y_mm)) for each in at)


ZONES: EntityResource[NewZone, Zone] = EntityResource(
    entity=Entity("zone", zones, sorts=("name", "created_at", "updated_at")),
    path="/api/v1/zones",
    tag="zones",
    rights=Rights.of("zones"),
    query=ZonesQuery,
    new=NewZone,
    change=ZoneChange,
    answer=Zone,
    examples=(NewZone(name="T20", polygon_coords=_SQUARE), ZoneChange(name="Treble 20")),
    id_prefix="z_",
    prepare=on_a_board,
    check=check_zone,
    computed={"current_occupancy": count_darts},
)

ENDPOINTS = ZONES.endpoints()
