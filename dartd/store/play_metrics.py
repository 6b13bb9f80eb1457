"""Metrics of a day, a week or a month: of the whole daemon, of a zone, of a player. Read from projections, open sessions as of now."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.store.days import Days
from dartd.store.listing import Span
from dartd.store.projections.alerts import count_raised
from dartd.store.projections.sessions import sessions_during
from dartd.store.projections.today import count_boards, count_matches, count_today, throwers
from dartd.store.session_times import TimedSession, Times, add_times, most_at_one_time, timed
from dartd.store.timestamps import timestamp_of
from dartd.store.zones import CalibrationOf, active_zones, count_in, status_of
from schemas.api.metrics import DayMetrics, HourMetrics, MetricsPeriod, PlayerMetrics, TodayMetrics, ZoneMetrics, ZoneOfPlayer
from schemas.day import BoardDay, ZoneDay
from schemas.events import MetricsUpdate, Snapshot
from schemas.session import Session

_MS: Final = 1000
_HOUR_MS: Final = 3600 * _MS
_HOUR_DIGITS: Final = 4  # of hours: less than half a second


class Present(NamedTuple):
    """What is at the boards now, and what the calendar says. `now_s` is wall time, in seconds since 1970."""

    snapshot: Snapshot
    sessions: Sequence[Session]
    calibration_of: CalibrationOf
    days: Days
    now_s: float

    def began_s(self, period: MetricsPeriod) -> float:
        """Return when a period began."""
        return self.days.began(self.now_s, "day" if period == "today" else period)

    def date(self, at_s: float) -> str:
        """Return the day of a moment."""
        return self.days.local(at_s).date().isoformat()


def read_update(connection: sa.Connection, present: Present, clients: int) -> MetricsUpdate:
    """Return the event with the day so far."""
    thrown = count_today(connection, present.began_s("today"))
    return MetricsUpdate(
        **msgspec.structs.asdict(read_today(connection, present)),
        clients=clients,
        points=thrown.points,
        bounce_outs=thrown.bounce_outs,
        best_visit=thrown.best_visit,
        three_dart_average=thrown.three_dart_average,
    )


def read_today(connection: sa.Connection, present: Present) -> TodayMetrics:
    """Return the day so far."""
    since_s = present.began_s("today")
    thrown, parts = count_today(connection, since_s), _parts(connection, present, since_s)
    total = add_times(times for _, times in parts)
    alerts_count, anomalies_count = count_raised(connection, since_s)
    active = [each for each in present.sessions if each.state == "active"]
    return TodayMetrics(
        date=present.date(present.now_s),
        players=_players([*(each.session.player_id for each, _ in parts), *throwers(connection, since_s)]).everyone,
        active_players=_players(each.player_id for each in active).everyone,
        total_active_seconds=total.active_ms / _MS,
        total_idle_seconds=total.idle_ms / _MS,
        active_share=total.share,
        darts=thrown.darts,
        visits=thrown.visits,
        average=thrown.three_dart_average,
        highest_visit=thrown.best_visit,
        count_180=thrown.count_180,
        matches=count_matches(connection, since_s),
        boards=_boards(connection, since_s, present, parts),
        zones=_zones(connection, present, parts),
        anomalies_count=anomalies_count,
        alerts_count=alerts_count,
    )


def read_zone(connection: sa.Connection, present: Present, zone_id: str, name: str, period: MetricsPeriod) -> ZoneMetrics:
    """Return the sessions in a zone."""
    since_s = present.began_s(period)
    parts = [(each, times) for each, times in _parts(connection, present, since_s) if each.session.zone_id == zone_id]
    sessions, total = [each for each, _ in parts], add_times(times for _, times in parts)
    ended = [each.totals.active_ms + each.totals.idle_ms for each in sessions if each.session.exit_time is not None]
    players = _players(each.session.player_id for each in sessions)
    return ZoneMetrics(
        zone_id=zone_id,
        zone_name=name,
        period=period,
        start_time=timestamp_of(since_s),
        end_time=timestamp_of(present.now_s),
        total_players=players.everyone,
        unique_players=players.known,
        total_sessions=len(sessions),
        total_active_seconds=total.active_ms / _MS,
        total_idle_seconds=total.idle_ms / _MS,
        active_share=total.share,
        avg_session_duration=round(sum(ended) / len(ended) / _MS, 3) if ended else None,
        peak_occupancy=most_at_one_time(sessions, round(since_s * _MS), round(present.now_s * _MS) + 1),
        hourly_breakdown=tuple(_hours(sessions, present, since_s)),
    )


def read_player(connection: sa.Connection, present: Present, player_id: str, name: str, period: MetricsPeriod) -> PlayerMetrics:
    """Return the sessions of a player."""
    since_s = present.began_s(period)
    parts = _parts(connection, present, since_s, player_id)
    total = add_times(times for _, times in parts)
    by_day = tuple(_by_day([each for each, _ in parts], present, since_s))
    return PlayerMetrics(
        player_id=player_id,
        player_name=name,
        period=period,
        start_date=present.date(since_s),
        end_date=present.date(present.now_s),
        days_played=sum(each.sessions > 0 for each in by_day),
        total_sessions=len(parts),
        total_active_hours=_hours_of(total.active_ms),
        total_idle_hours=_hours_of(total.idle_ms),
        active_share=total.share,
        zones=tuple(_zones_of_player(parts)),
        daily_breakdown=by_day,
    )


_Part = tuple[TimedSession, Times]


def _parts(connection: sa.Connection, present: Present, since_s: float, player_id: str | None = None) -> list[_Part]:
    """Return the sessions since a moment, each with its time since then; those that are open as of now."""
    live = {each.session_id: each for each in present.sessions}
    stored = sessions_during(connection, Span(after_s=since_s), player_id)
    after_ms, before_ms = round(since_s * _MS), round(present.now_s * _MS) + 1
    found = [timed(live.get(each.session_id, each)) for each in stored]
    return [(each, each.within(after_ms, before_ms)) for each in found]


class _Players(NamedTuple):
    known: int
    everyone: int


def _players(player_ids: Iterable[str | None]) -> _Players:
    """Count players with a profile, and with those who have none (each None is one)."""
    found = list(player_ids)
    known = len({player_id for player_id in found if player_id is not None})
    return _Players(known, known + found.count(None))


def _boards(connection: sa.Connection, since_s: float, present: Present, parts: Sequence[_Part]) -> tuple[BoardDay, ...]:
    thrown = count_boards(connection, since_s)
    board_ids = {str(present.snapshot.board_id), *thrown, *(each.session.board_id for each, _ in parts)}
    found = []
    for board_id in sorted(board_ids):
        own = [times for each, times in parts if each.session.board_id == board_id]
        darts, visits = thrown.get(board_id, (0, 0))
        found.append(BoardDay(board_id=board_id, darts=darts, visits=visits, sessions=len(own), active_share=add_times(own).share))
    return tuple(found)


def _zones(connection: sa.Connection, present: Present, parts: Sequence[_Part]) -> tuple[ZoneDay, ...]:
    found = []
    for zone in active_zones(connection):
        count = count_in(zone, present.snapshot, present.sessions, present.calibration_of)
        share = add_times(times for each, times in parts if each.session.zone_id == zone.zone_id).share
        found.append(ZoneDay(zone_id=zone.zone_id, zone_name=zone.name, count=count, active_share=share, status=status_of(zone, count)))
    return tuple(found)


def _hours(sessions: Sequence[TimedSession], present: Present, since_s: float) -> Iterable[HourMetrics]:
    """Yield each hour of the day; a day begins with an hour, so that steps of 3600 s from its beginning are hours of the clock."""
    times: list[list[Times]] = [[] for _ in range(24)]
    there: list[list[Session]] = [[] for _ in range(24)]
    since_ms, now_ms = round(since_s * _MS), round(present.now_s * _MS) + 1
    for each in sessions:
        first = max(each.began_ms - since_ms, 0) // _HOUR_MS
        last = max(min(each.ended_ms, now_ms) - since_ms, 0) // _HOUR_MS
        for began_ms in range(since_ms + first * _HOUR_MS, since_ms + last * _HOUR_MS + 1, _HOUR_MS):
            hour = present.days.local(began_ms / _MS).hour
            times[hour].append(each.within(began_ms, min(began_ms + _HOUR_MS, now_ms)))
            there[hour].append(each.session)
    for hour in range(24):
        total = add_times(times[hour])
        different = {each.session_id: each for each in there[hour]}.values()
        yield HourMetrics(
            hour=hour,
            players=_players(each.player_id for each in different).everyone,
            active_seconds=total.active_ms / _MS,
            idle_seconds=total.idle_ms / _MS,
            active_share=total.share,
        )


def _by_day(sessions: Sequence[TimedSession], present: Present, since_s: float) -> Iterable[DayMetrics]:
    """Yield each day of the period until now, also those without a session."""
    day_s = since_s
    while day_s <= present.now_s:
        next_s = present.days.ends(day_s)
        began_ms, ended_ms = round(day_s * _MS), round(next_s * _MS)
        own = [each for each in sessions if each.is_within(began_ms, ended_ms)]
        total = add_times(each.within(began_ms, ended_ms) for each in own)
        yield DayMetrics(
            date=present.date(day_s),
            sessions=len(own),
            active_hours=_hours_of(total.active_ms),
            idle_hours=_hours_of(total.idle_ms),
            active_share=total.share,
        )
        day_s = next_s


def _zones_of_player(parts: Sequence[_Part]) -> Iterable[ZoneOfPlayer]:
    names = {each.session.zone_id: each.session.zone_name for each, _ in parts if each.session.zone_id is not None}
    for zone_id, name in sorted(names.items()):
        own = [times for each, times in parts if each.session.zone_id == zone_id]
        total = add_times(own)
        yield ZoneOfPlayer(
            zone_id=zone_id,
            zone_name=name,
            sessions=len(own),
            active_hours=_hours_of(total.active_ms),
            idle_hours=_hours_of(total.idle_ms),
        )


def _hours_of(ms: int) -> float:
    return round(ms / _HOUR_MS, _HOUR_DIGITS)
