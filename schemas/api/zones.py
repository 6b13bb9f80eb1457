"""Zones: named areas of the board or of a camera's picture."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.api.answers import Id, ListQuery, Text
from schemas.api.changes import changes_of
from schemas.base import Value
from schemas.day import ZoneStatus

ZoneType = Literal["bed_area", "oche", "other"]
Unit = Literal["mm", "px"]
Color = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}\Z", description="such as #00FF00")]
Polygon = Annotated[tuple[tuple[float, float], ...], Meta(min_length=3, max_length=64, description="corners of a simple polygon")]
Count = Annotated[int, Meta(ge=0, le=1000)]


class NewZone(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new zone: on the board in mm from its center (x to the right, y up), or in the picture of a camera in px."""

    zone_id: Id | None = None
    name: Text
    polygon_coords: Polygon
    camera_id: Id | None = None
    board_id: Id | None = None
    zone_type: ZoneType = "bed_area"
    color: Color = "#00FF00"
    unit: Unit = "mm"
    min: Count = 0
    max: Count = 3
    active: bool = True


ZoneChange = changes_of(NewZone, "ZoneChange", fixed={"zone_id"})


class Zone(NewZone, frozen=True, kw_only=True):
    """A zone; `current_occupancy` is the number of darts in it now."""

    zone_id: str
    board_id: str
    current_occupancy: int
    created_at: str
    updated_at: str


class ZonesQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of zones."""

    sort: Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"] = "name"
    camera_id: Id | None = None
    active: bool | None = None


class Occupant(Value, frozen=True, kw_only=True):
    """A dart in a zone: its bed, when it was thrown, and the state of its throw. At the oche a player with an open session."""

    dart_id: str | None = None
    player_id: str | None = None
    name: str | None
    entry_time: str | None
    duration_seconds: float | None
    state: str


class Occupancy(Value, frozen=True, kw_only=True):
    """What is in a zone now; `empty`: nothing, `over`: more than `max`."""

    zone_id: str
    zone_name: str
    current_count: int
    min: int
    max: int
    status: ZoneStatus
    occupants: tuple[Occupant, ...]
