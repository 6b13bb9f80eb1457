"""`/api/v1/zones`: named areas of the board or of a camera's picture."""

from typing import Any

from dartd.polygons import is_simple
from dartd.store.entity import Row
from dartd.store.timestamps import timestamp_of
from dartd.store.zones import ZONES as STORED
from dartd.store.zones import count_in, darts_in, status_of, throws_of
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.entity_resource import EntityResource, Rights
from dartd.web.http.player_rights import readable_names
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from schemas.api.zones import NewZone, Occupancy, Occupant, Zone, ZoneChange, ZonesQuery
from schemas.events import DartOnBoard

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
    camera = None if zone.camera_id is None else call.services.rig.source(zone.camera_id)
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


def count_darts(services: Services, row: Row) -> int:
    """Return the number of darts in a zone now, at the oche of players."""
    return count_in(row, services.board.snapshot(), services.sessions(), services.calibrations.of)


async def get_occupancy(call: Call) -> Occupancy:
    """Return what is in a zone now: darts, or at the oche players."""
    zone = await ZONES.visible(call)
    occupants = await (_players_at if zone.zone_type == "oche" else _darts_in)(call, zone)
    count = len(occupants)
    return Occupancy(
        zone_id=zone.zone_id,
        zone_name=zone.name,
        current_count=count,
        min=zone.min,
        max=zone.max,
        status=status_of(zone, count),
        occupants=occupants,
    )


async def _darts_in(call: Call, zone: Row) -> tuple[Occupant, ...]:
    darts, now_s = darts_in(zone, call.services.board.snapshot(), call.services.calibrations.of), call.services.accounts.now()
    thrown = await call.read(lambda c: throws_of(c, [dart.dart_id for dart in darts]))
    return tuple(_occupant(dart, thrown.get(dart.dart_id), now_s) for dart in darts)


async def _players_at(call: Call, zone: Row) -> tuple[Occupant, ...]:
    sessions = [each for each in call.services.sessions() if each.board_id == zone.board_id]
    names = await call.read(lambda c: readable_names(c, call.principal, {each.player_id for each in sessions}))
    return tuple(
        Occupant(
            player_id=each.player_id,
            name=names.get(each.player_id or ""),
            entry_time=each.entry_time,
            duration_seconds=each.duration_seconds,
            state=each.state,
        )
        for each in sessions
    )


def _occupant(dart: DartOnBoard, throw: Row, now_s: float) -> Occupant:
    plain = {"dart_id": dart.dart_id, "name": dart.score.label}
    if throw is None:
        return Occupant(**plain, entry_time=None, duration_seconds=None, state="hit")
    duration_s = round(max(0.0, now_s - throw.at_s), 3)
    return Occupant(**plain, entry_time=timestamp_of(throw.at_s), duration_seconds=duration_s, state=throw.state)


ZONES: EntityResource[NewZone, Zone] = EntityResource(
    entity=STORED,
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

ENDPOINTS = [
    *ZONES.endpoints(),
    Endpoint(
        method="GET",
        path=f"{ZONES.one}/occupancy",
        handler=get_occupancy,
        summary="The darts in a zone now, or the players at the oche",
        permission=ZONES.rights.read,
        rate="default",
        tag=ZONES.tag,
        answer=Occupancy,
    ),
]
