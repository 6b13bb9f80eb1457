"""Metrics of days: what can be asked, and the answers. Shares are null where nothing lasted."""

from typing import Literal

from schemas.base import Value
from schemas.day import BoardDay, ZoneDay

MetricsPeriod = Literal["today", "week", "month"]


class TodayMetrics(Value, frozen=True, kw_only=True):
    """The day so far, in the time zone of the daemon: darts and visits of the boards, and the time of the sessions.

    `players` threw today, `active_players` are at a board now and not idle. `average`: points for three darts, as a decimal.
    """

    date: str
    players: int
    active_players: int
    total_active_seconds: float
    total_idle_seconds: float
    active_share: float | None
    darts: int
    visits: int
    average: str | None
    highest_visit: int | None
    count_180: int
    matches: int
    boards: tuple[BoardDay, ...]
    zones: tuple[ZoneDay, ...]
    anomalies_count: int
    alerts_count: int


class MetricsQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The period until now: the day, the week from Monday on, or the month of the calendar."""

    period: MetricsPeriod = "today"


class HourMetrics(Value, frozen=True, kw_only=True):
    """An hour of the day (0 to 23), over all days of the period."""

    hour: int
    players: int
    active_seconds: float
    idle_seconds: float
    active_share: float | None


class ZoneMetrics(Value, frozen=True, kw_only=True):
    """The sessions of players in a zone. `total_players` has also those without a profile, one for each session.

    `avg_session_duration` is of the sessions that ended in the period, in seconds; `peak_occupancy`: most sessions open at one time.
    """

    zone_id: str
    zone_name: str
    period: MetricsPeriod
    start_time: str
    end_time: str
    total_players: int
    unique_players: int
    total_sessions: int
    total_active_seconds: float
    total_idle_seconds: float
    active_share: float | None
    avg_session_duration: float | None
    peak_occupancy: int
    hourly_breakdown: tuple[HourMetrics, ...]


class ZoneOfPlayer(Value, frozen=True, kw_only=True):
    """The sessions of a player in one zone."""

    zone_id: str
    zone_name: str | None
    sessions: int
    active_hours: float
    idle_hours: float


class DayMetrics(Value, frozen=True, kw_only=True):
    """A day of a player."""

    date: str
    sessions: int
    active_hours: float
    idle_hours: float
    active_share: float | None


class PlayerMetrics(Value, frozen=True, kw_only=True):
    """The sessions of a player, by day and by zone; a session that began before the period counts with its part in it."""

    player_id: str
    player_name: str
    period: MetricsPeriod
    start_date: str
    end_date: str
    days_played: int
    total_sessions: int
    total_active_hours: float
    total_idle_hours: float
    active_share: float | None
    zones: tuple[ZoneOfPlayer, ...]
    daily_breakdown: tuple[DayMetrics, ...]
