"""The dashboard: everything that a start page needs, in one answer."""

from schemas.alert import Alert
from schemas.api.answers import AnyObject
from schemas.base import Value


class FixtureCounts(Value, frozen=True, kw_only=True):
    """Fixtures by their status."""

    scheduled: int = 0
    called: int = 0
    playing: int = 0
    finished: int = 0


class RecentPlayer(Value, frozen=True, kw_only=True):
    """A player who played lately; legs and average (X01 and other scoring games) are those of the last 30 days."""

    player_id: str
    name: str
    last_played_at: str
    legs: int
    average: str | None


class SuggestedFormat(Value, frozen=True, kw_only=True):
    """A format to play; `played` counts the latest matches with these rules and legs."""

    format_id: str
    name: str
    description: str
    game: str
    played: int


class ActivitySide(Value, frozen=True, kw_only=True):
    """A side of a match: `name` of the team or of a guest, null for players with a profile whom the caller may not read."""

    player_ids: tuple[str, ...]
    name: str | None
    sets: int
    legs: int


class Activity(Value, frozen=True, kw_only=True):
    """Something that happened: a match (`match_` and its status), or a high visit at a board (`points`)."""

    at: str
    kind: str
    match_id: str | None = None
    board_id: str | None = None
    game: str | None = None
    sides: tuple[ActivitySide, ...] = ()
    winner: int | None = None
    player_id: str | None = None
    name: str | None = None
    points: int | None = None


class DashboardBoard(Value, frozen=True, kw_only=True):
    """A board now, and the darts and visits of the day. Only this daemon's own board has a status."""

    board_id: str
    name: str | None = None
    status: str | None = None
    state: str | None = None
    player_id: str | None = None
    match_id: str | None = None
    darts: int = 0
    visits: int = 0


class Dashboard(Value, frozen=True, kw_only=True):
    """Everything that a start page needs. `open_alerts`: null for callers who may not read alerts.

    Players and names are those whom the caller may read.
    """

    generated_at: str
    next_tournament: AnyObject | None
    fixtures_by_status: FixtureCounts
    players: tuple[RecentPlayer, ...]
    suggested_formats: tuple[SuggestedFormat, ...]
    activity: tuple[Activity, ...]
    boards: tuple[DashboardBoard, ...]
    open_alerts: tuple[Alert, ...] | None
