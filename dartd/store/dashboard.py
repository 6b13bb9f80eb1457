"""What the dashboard reads from the store. Every query ends after the latest rows: ten years of play make it no slower."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dartd.game.decimals import ratio
from dartd.game.summary import SCORING_GAMES
from dartd.store.days import Days
from dartd.store.projections.matches import state_in
from dartd.store.projections.player_legs import latest_players
from dartd.store.projections.today import count_boards
from dartd.store.projections.tournaments import value_of
from dartd.store.tables import fixtures, formats, matches, player_legs, players, tournaments, visits
from dartd.store.timestamps import seconds_of_timestamp, timestamp_of
from schemas.api.dashboard import Activity, ActivitySide, Dashboard, DashboardBoard, FixtureCounts, RecentPlayer, SuggestedFormat
from schemas.match import MatchSide, MatchState

PLAYERS: Final = 12
ACTIVITY: Final = 12
HIGH_VISITS: Final = 5  # of them
FORMATS: Final = 6
LATEST_MATCHES: Final = 40  # that formats are counted in
LATEST_VISITS: Final = 1000  # that high ones are looked for in
HIGH_VISIT: Final = 140
_RECENT_S: Final = 30 * 86_400.0
_LATE_S: Final = 86_400.0  # planned, and not begun a day later: it is not shown any more
_ENDED: Final = frozenset({"finished", "stopped"})


def read_dashboard(connection: sa.Connection, days: Days, now_s: float) -> Dashboard:
    """Return the dashboard without what is known of the moment only: the state of the boards and the open alerts."""
    recent = [state_in(row) for row in connection.execute(sa.select(matches).order_by(matches.c.seq.desc()).limit(LATEST_MATCHES))]
    names = _names(connection)
    return Dashboard(
        generated_at=timestamp_of(now_s),
        next_tournament=read_next_tournament(connection, now_s),
        fixtures_by_status=count_fixtures(connection),
        players=_recent_players(connection, names, now_s),
        suggested_formats=_suggested(connection, recent),
        activity=_activity(connection, recent, names),
        boards=tuple(
            DashboardBoard(board_id=board_id, darts=darts, visits=count)
            for board_id, (darts, count) in sorted(count_boards(connection, days.began(now_s)).items())
        ),
        open_alerts=None,
    )


def read_next_tournament(connection: sa.Connection, now_s: float) -> dict[str, Any] | None:
    """Return the tournament that is running, or else the one that begins next; None if there is none."""
    is_over = sa.and_(tournaments.c.status == "planned", tournaments.c.starts_at_s < now_s - _LATE_S)
    order = (tournaments.c.status != "running", tournaments.c.starts_at_s.is_(None), tournaments.c.starts_at_s, tournaments.c.created_at_s)
    chosen = (
        sa.select(tournaments).where(tournaments.c.status != "finished", sa.not_(sa.func.coalesce(is_over, sa.false()))).order_by(*order)
    )
    row = connection.execute(chosen.limit(1)).first()
    if row is None:
        return None
    found: dict[str, Any] = msgspec.to_builtins(value_of("tournament", row))
    return found


def count_fixtures(connection: sa.Connection) -> FixtureCounts:
    """Return the number of fixtures by status, without those of tournaments that are finished."""
    is_open = sa.select(tournaments.c.tournament_id).where(tournaments.c.status != "finished")
    mine = sa.or_(fixtures.c.tournament_id.is_(None), fixtures.c.tournament_id.in_(is_open))
    counts = connection.execute(sa.select(fixtures.c.status, sa.func.count()).where(mine).group_by(fixtures.c.status))
    return FixtureCounts(**{row.status: row[1] for row in counts})


def _names(connection: sa.Connection) -> Mapping[str, str]:
    return {row.player_id: row.name for row in connection.execute(sa.select(players.c.player_id, players.c.name).where(~players.c.deleted))}


def _recent_players(connection: sa.Connection, names: Mapping[str, str], now_s: float) -> tuple[RecentPlayer, ...]:
    found = []
    of_legs = {each for each in latest_players(connection, 2 * PLAYERS) if each in names}
    at_boards = connection.execute(
        sa.select(visits.c.player_id, sa.func.max(visits.c.at_s))
        .where(_latest_visits(), visits.c.player_id.is_not(None))
        .group_by("player_id")
    )
    last_s = {player_id: at_s for player_id, at_s in at_boards if player_id in names}
    for player_id in of_legs | last_s.keys():
        own = (player_legs.c.player_id == player_id, player_legs.c.leg_number > 0)
        of_leg = connection.scalar(sa.select(sa.func.max(player_legs.c.at_s)).where(*own))
        scored = player_legs.c.game.in_(sorted(SCORING_GAMES))
        sums = [sa.func.coalesce(sa.func.sum(sa.case((scored, player_legs.c[name]), else_=0)), 0) for name in ("points", "darts")]
        lately = sa.select(sa.func.count(), *sums).where(*own, player_legs.c.at_s >= now_s - _RECENT_S, player_legs.c.finished.is_(True))
        legs, points, darts = connection.execute(lately).one()
        played_s = max(each for each in (of_leg, last_s.get(player_id)) if each is not None)
        found.append((played_s, player_id, legs, ratio(3 * points, darts)))
    return tuple(
        RecentPlayer(player_id=player_id, name=names[player_id], last_played_at=timestamp_of(at_s), legs=legs, average=average)
        for at_s, player_id, legs, average in sorted(found, key=lambda each: (-each[0], each[1]))[:PLAYERS]
    )


def _latest_visits() -> sa.ColumnElement[bool]:
    return visits.c.seq.in_(sa.select(visits.c.seq).order_by(visits.c.seq.desc()).limit(LATEST_VISITS))


def _suggested(connection: sa.Connection, recent: Sequence[MatchState]) -> tuple[SuggestedFormat, ...]:
    """Return the formats that were played most lately, then those of the games that were, then the first ones of the list."""
    games = Counter(str(each.rules["game"]) for each in recent)
    found = []
    for number, row in enumerate(connection.execute(sa.select(formats).order_by(formats.c.created_at_s, formats.c.format_id))):
        rules, form = msgspec.json.decode(row.rules), msgspec.json.decode(row.format)
        played = sum(each.rules == rules and each.format == form for each in recent)
        found.append((-played, -games[rules["game"]], number, row, rules["game"]))
    found.sort(key=lambda each: each[:3])
    return tuple(
        SuggestedFormat(format_id=row.format_id, name=row.name, description=row.description, game=game, played=-played)
        for played, _, _, row, game in found[:FORMATS]
    )


def _activity(connection: sa.Connection, recent: Sequence[MatchState], names: Mapping[str, str]) -> tuple[Activity, ...]:
    found = [_of_match(each, names) for each in recent[:ACTIVITY]]
    high = sa.select(visits).where(_latest_visits(), visits.c.total >= HIGH_VISIT).order_by(visits.c.seq.desc()).limit(HIGH_VISITS)
    found += [
        Activity(
            at=timestamp_of(row.at_s),
            kind="high_visit",
            board_id=row.board_id,
            player_id=row.player_id,
            name=names.get(row.player_id),
            points=row.total,
        )
        for row in connection.execute(high)
    ]
    return tuple(sorted(found, key=lambda each: seconds_of_timestamp(each.at), reverse=True)[:ACTIVITY])


def _of_match(state: MatchState, names: Mapping[str, str]) -> Activity:
    at = state.finished_at if state.status in _ENDED else state.started_at
    return Activity(
        at=at or state.created_at,
        kind=f"match_{state.status}",
        match_id=state.match_id,
        board_id=state.board_id,
        game=str(state.rules["game"]),
        sides=tuple(_side(each, names) for each in state.sides),
        winner=state.winner,
    )


def _side(side: MatchSide, names: Mapping[str, str]) -> ActivitySide:
    player_ids = tuple(each.player_id for each in side.players if each.player_id is not None)
    shown = [each.name or names.get(each.player_id or "") for each in side.players]
    bot = [f"Bot {side.bot.level or ''}".strip()] if side.bot is not None else []
    name = side.name or " & ".join(each for each in [*shown, *bot] if each) or None
    return ActivitySide(player_ids=player_ids, name=name, sets=side.sets, legs=side.legs)


def with_readable(dashboard: Dashboard, names: Iterable[str]) -> Dashboard:
    """Return a dashboard without the players whose ids are not among `names`."""
    readable = frozenset(names)
    return msgspec.structs.replace(
        dashboard,
        players=tuple(each for each in dashboard.players if each.player_id in readable),
        activity=tuple(_readable_activity(each, readable) for each in dashboard.activity),
    )


def _readable_activity(activity: Activity, readable: frozenset[str]) -> Activity:
    sides = tuple(each if readable.issuperset(each.player_ids) else msgspec.structs.replace(each, name=None) for each in activity.sides)
    if activity.player_id is None or activity.player_id in readable:
        return msgspec.structs.replace(activity, sides=sides)
    return msgspec.structs.replace(activity, sides=sides, name=None)
