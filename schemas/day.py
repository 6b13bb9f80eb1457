"""The day so far, by board and by zone."""

from typing import Literal

from schemas.base import Value

ZoneStatus = Literal["normal", "empty", "over"]


class BoardDay(Value, frozen=True, kw_only=True):
    """The day of a board: what was thrown, and its sessions; `active_share` is null while they have no duration."""

    board_id: str
    darts: int
    visits: int
    sessions: int
    active_share: float | None


class ZoneDay(Value, frozen=True, kw_only=True):
    """A zone: what is in it now, darts or at the oche players, and the share of active time of today's sessions there."""

    zone_id: str
    zone_name: str
    count: int
    active_share: float | None
    status: ZoneStatus
