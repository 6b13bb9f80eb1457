"""The report of a day: darts of the boards, matches that were scored by hand, sessions and alerts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.game.decimals import ratio
from dartd.game.statistics import Figures, add_up
from dartd.game.summary import SCORING_GAMES
from dartd.store.days import Days
from dartd.store.listing import Span, within
from dartd.store.projections.player_legs import VisitRow
from dartd.store.projections.player_periods import CELL_MM, cell_at, cells_of
from dartd.store.projections.sessions import sessions_during
from dartd.store.projections.today import THROWN
from dartd.store.session_times import TimedSession, Times, add_times, timed
from dartd.store.tables import FIGURES, alerts, anomalies, match_visits, matches, player_legs, players, throws, visits
from dartd.store.timestamps import seconds_of_timestamp, timestamp_of
from schemas.alert import Alert
from schemas.api.reports import (
    DailyReport,
    ReportCell,
    ReportHeatMap,
    ReportHour,
    ReportIssue,
    ReportSummary,
    ReportZone,
    TopPerformer,
    VisitRange,
)
from schemas.session import Session

PERFORMERS: Final = 10
ISSUES: Final = 20
_RANGE: Final = 20  # points of a bar of the distribution of visits
_MOST_POINTS: Final = 180
_SEVERITIES: Final = ("critical", "high", "warning", "info")
_HOUR_MS: Final = 3_600_000
_HOUR_DIGITS: Final = 4  # of hours: less than half a second


class _Created(msgspec.Struct):
    created_at: str


_alert = msgspec.json.Decoder(Alert)
_created = msgspec.json.Decoder(_Created)
_visits: msgspec.json.Decoder[list[VisitRow]] = msgspec.json.Decoder(list[VisitRow])


class ReportDay(NamedTuple):
    """Which day, with the sessions that are open, as of now. `now_s` is wall time, in seconds since 1970."""

    date: str
    days: Days
    live: Sequence[Session]
    now_s: float
    board_name: str

    @property
    def span(self) -> Span:
        """Return the day as a span.

        Raises:
            ValueError: there is no such day.
        """
        began_s = self.days.day_of(self.date)
        return Span(after_s=began_s, before_s=self.days.ends(began_s))


class _Leg(NamedTuple):
    """What a player did in a leg of the day; `figures` only of games that score by darts, `is_by_hand` without a board."""

    player_id: str
    match_id: str
    is_leg: bool
    is_by_hand: bool
    counts: Figures
    figures: Figures
    visits: list[VisitRow]


def read_daily_report(connection: sa.Connection, day: ReportDay) -> DailyReport:
    """Return the report of a day.

    Raises:
        ValueError: there is no such day.
    """
    span = day.span
    thrown, ended, legs = _throws(connection, span), _visits_of(connection, span), list(_legs(connection, span))
    by_hand = [leg for leg in legs if leg.is_by_hand and leg.is_leg]
    parts = _sessions(connection, span, day)
    hand_visits = [visit for leg in by_hand for visit in leg.visits]
    totals = [row.total for row in ended] + [visit.points for leg in by_hand if leg.figures.visits for visit in leg.visits]
    known = {row.player_id for row in thrown} | {leg.player_id or None for leg in legs} | {each.session.player_id for each, _ in parts}
    times = add_times(lasted for _, lasted in parts)
    hand = add_up(leg.figures for leg in by_hand)
    alerts_count, anomalies_count = (_count(connection, table, span) for table in (alerts, anomalies))
    summary = ReportSummary(
        darts=len(thrown) + sum(visit.darts for visit in hand_visits),
        visits=len(ended) + len(hand_visits),
        players=len(known - {None}) + sum(each.session.player_id is None for each, _ in parts),
        matches=len(_created_in(connection, span) | {leg.match_id for leg in legs}),
        average=ratio(3 * (sum(row.points for row in thrown) + hand.points), len(thrown) + hand.darts),
        count_180=sum(total == _MOST_POINTS for total in totals),
        highest_checkout=max((leg.counts.highest_checkout for leg in legs), default=0) or None,
        active_hours=_hours_of(times.active_ms),
        idle_hours=_hours_of(times.idle_ms),
        anomalies_count=anomalies_count,
        alerts_count=alerts_count,
    )
    hours = Counter(day.days.local(at_s).hour for at_s in (row.at_s for row in thrown))
    for visit in hand_visits:
        hours[day.days.local(visit.at_s).hour] += visit.darts
    cells = cells_of((row.x_mm, row.y_mm) for row in thrown if row.x_mm is not None)
    counted = sorted((cell_at(code), count) for code, count in cells.items())
    return DailyReport(
        date=day.date,
        generated_at=timestamp_of(day.now_s),
        board_name=day.board_name,
        summary=summary,
        zones=tuple(_zones(parts)),
        top_performers=_performers(connection, legs, ended),
        issues=_issues(connection, span),
        hours=tuple(ReportHour(hour=hour, darts=hours[hour]) for hour in range(24)),
        visit_ranges=tuple(_ranges(totals)),
        heat_map=ReportHeatMap(
            cell_mm=CELL_MM,
            darts=sum(cells.values()),
            cells=tuple(ReportCell(x_mm=x_mm, y_mm=y_mm, count=count) for (x_mm, y_mm), count in counted),
        ),
    )


def _since(table: sa.Table, span: Span) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for rows of the span: they are numbered as they come, so that of a late day only later ones are looked at."""
    before = sa.select(table.c.seq).where(table.c.at_s < span.after_s).order_by(table.c.seq.desc()).limit(1).scalar_subquery()
    return [table.c.seq > sa.func.coalesce(before, 0), *within(table.c.at_s, span)]


def _throws(connection: sa.Connection, span: Span) -> Sequence[Any]:
    columns = [throws.c[name] for name in ("at_s", "player_id", "points", "x_mm", "y_mm")]
    return connection.execute(sa.select(*columns).where(*_since(throws, span), throws.c.state.in_(THROWN))).all()


def _visits_of(connection: sa.Connection, span: Span) -> Sequence[Any]:
    """Return the visits of the boards; `is_free` ones belong to no match."""
    of_match = sa.exists().where(match_visits.c.visit_id == visits.c.visit_id)
    return connection.execute(
        sa.select(visits.c.player_id, visits.c.total, (~of_match).label("is_free")).where(*_since(visits, span))
    ).all()


def _legs(connection: sa.Connection, span: Span) -> Iterator[_Leg]:
    """Yield what was played in matches, also in legs that run. Players first: their index holds the times of all legs."""
    during = within(player_legs.c.at_s, span)
    player_ids = connection.scalars(sa.select(player_legs.c.player_id).distinct().where(*during)).all()
    columns = (*("match_id", "leg_number", "game", "visits_body"), *FIGURES)
    chosen = sa.select(*(player_legs.c[name] for name in columns))
    rows = [(who, row) for who in player_ids for row in connection.execute(chosen.where(player_legs.c.player_id == who, *during))]
    match_ids = {row.match_id for _, row in rows}
    of_boards = sa.select(matches.c.match_id).where(matches.c.match_id.in_(match_ids), matches.c.board_id.is_not(None))
    on_board = set(connection.scalars(of_boards))
    for who, row in rows:
        counts = Figures(**{name: getattr(row, name) for name in FIGURES}, best_legs={})
        figures = counts if row.game in SCORING_GAMES else Figures(best_legs={})
        played = _visits.decode(row.visits_body)
        yield _Leg(who, row.match_id, row.leg_number > 0, row.match_id not in on_board, counts, figures, played)


def _created_in(connection: sa.Connection, span: Span) -> set[str]:
    """Return the matches that were added in a span; of those that were imported the ones that were played in it."""
    rows = connection.execute(sa.select(matches.c.match_id, matches.c.body).where(*within(matches.c.created_at_s, span)))
    after_s, before_s = span.after_s or 0.0, span.before_s or 0.0
    return {row.match_id for row in rows if after_s <= seconds_of_timestamp(_created.decode(row.body).created_at) < before_s}


def _sessions(connection: sa.Connection, span: Span, day: ReportDay) -> list[tuple[TimedSession, Times]]:
    live = {each.session_id: each for each in day.live}
    after_ms, before_ms = round((span.after_s or 0.0) * 1000), round(min(span.before_s or 0.0, day.now_s) * 1000) + 1
    found = [timed(live.get(each.session_id, each)) for each in sessions_during(connection, span)]
    return [(each, each.within(after_ms, before_ms)) for each in found]


def _zones(parts: Sequence[tuple[TimedSession, Times]]) -> Iterator[ReportZone]:
    names = {each.session.zone_id: each.session.zone_name for each, _ in parts if each.session.zone_id is not None}
    for zone_id, name in sorted(names.items()):
        own = [(each.session, lasted) for each, lasted in parts if each.session.zone_id == zone_id]
        times = add_times(lasted for _, lasted in own)
        known = {session.player_id for session, _ in own if session.player_id is not None}
        yield ReportZone(
            zone_id=zone_id,
            zone_name=name,
            sessions=len(own),
            players=len(known) + sum(session.player_id is None for session, _ in own),
            active_hours=_hours_of(times.active_ms),
            idle_hours=_hours_of(times.idle_ms),
        )


def _performers(connection: sa.Connection, legs: Sequence[_Leg], ended: Iterable[Any]) -> tuple[TopPerformer, ...]:
    """Return the players with the best averages."""
    free: dict[str, list[int]] = {}
    for row in ended:
        if row.is_free and row.player_id is not None:
            free.setdefault(row.player_id, []).append(row.total)
    player_ids = {leg.player_id for leg in legs if leg.player_id} | free.keys()
    known = sa.select(players.c.player_id, players.c.name).where(players.c.player_id.in_(player_ids), players.c.deleted.is_(False))
    found = []
    for player_id, name in connection.execute(known):
        own = [leg for leg in legs if leg.player_id == player_id]
        scored, counts, totals = add_up(leg.figures for leg in own), add_up(leg.counts for leg in own), free.get(player_id, [])
        points, darts = scored.points + sum(totals), scored.darts + 3 * len(totals)
        performer = TopPerformer(
            rank=0,
            player_id=player_id,
            name=name,
            average=ratio(3 * points, darts),
            darts=sum(visit.darts for leg in own if leg.is_leg for visit in leg.visits) + 3 * len(totals),
            legs=counts.legs,
            legs_won=counts.legs_won,
            count_180=scored.n180 + totals.count(_MOST_POINTS),
            highest_visit=max([scored.highest_visit, *totals]) if scored.visits or totals else None,
            highest_checkout=counts.highest_checkout or None,
        )
        found.append((-points / darts if darts else 0.0, name, performer))
    found.sort(key=lambda each: each[:2])
    return tuple(msgspec.structs.replace(each, rank=number) for number, (_, _, each) in enumerate(found[:PERFORMERS], 1))


def _issues(connection: sa.Connection, span: Span) -> tuple[ReportIssue, ...]:
    """Return the alerts of the day, the worst first."""
    bodies = connection.scalars(sa.select(alerts.c.body).where(*within(alerts.c.at_s, span)).order_by(alerts.c.at_s))
    names = ("alert_id", "timestamp", "alert_type", "severity", "status", "message")
    found = [ReportIssue(**{name: getattr(alert, name) for name in names}) for alert in map(_alert.decode, bodies)]
    return tuple(sorted(found, key=lambda each: _SEVERITIES.index(each.severity))[:ISSUES])


def _ranges(totals: Iterable[int]) -> Iterator[VisitRange]:
    """Yield the distribution of visits; 180 stands alone."""
    counted = Counter(min(total, _MOST_POINTS) // _RANGE for total in totals)
    for number in range(_MOST_POINTS // _RANGE + 1):
        low = number * _RANGE
        yield VisitRange(low=low, high=min(low + _RANGE - 1, _MOST_POINTS), visits=counted[number])


def _count(connection: sa.Connection, table: sa.Table, span: Span) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table).where(*within(table.c.at_s, span))).scalar_one()


def _hours_of(ms: int) -> float:
    return round(ms / _HOUR_MS, _HOUR_DIGITS)
