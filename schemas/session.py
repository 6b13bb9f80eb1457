"""Sessions: stretches of throwing by a player at a board."""

from typing import Literal

from schemas.base import Value

SessionState = Literal["active", "idle", "closed"]
SessionChange = Literal["entry", "idle_start", "active_resume", "exit"]


class TimelineEntry(Value, frozen=True, kw_only=True):
    """A change of a session: its state from then on, and how many seconds the state before had lasted."""

    timestamp: str
    event: SessionChange
    state: SessionState
    duration: float = 0.0


class Session(Value, frozen=True, kw_only=True):
    """A session. Active and idle seconds add up to its duration; `active_share` is null while that is 0.

    `player_id` null: somebody who is not signed on. `player_name` stands only in answers to callers who may read the player.
    """

    session_id: str
    player_id: str | None
    player_name: str | None = None
    board_id: str
    zone_id: str | None = None
    zone_name: str | None = None
    entry_time: str
    exit_time: str | None = None
    duration_seconds: float = 0.0
    total_active_seconds: float = 0.0
    total_idle_seconds: float = 0.0
    active_share: float | None = None
    state: SessionState = "active"
    visit_number: int = 1
    match_id: str | None = None
    timeline: tuple[TimelineEntry, ...] = ()
