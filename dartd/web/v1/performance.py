"""`/api/v1/performance` and `/api/v1/leaderboard`: figures compared with a benchmark, and players compared with each other."""

from decimal import Decimal
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dartd.game.decimals import ratio
from dartd.game.definitions import DEFINITIONS, LOWER_IS_BETTER
from dartd.game.form import LEVELS, difference, rates_of, rates_of_level
from dartd.game.statistics import Figures as Counts
from dartd.game.statistics import marks_written, written
from dartd.store.listing import ALWAYS, Span
from dartd.store.players import PLAYERS as STORED
from dartd.store.projections.player_legs import CareerSummary, LegSelection, summarise, sums_by_player
from dartd.web.game_names import known_game
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.player_rights import check_player_filter, may_read_player
from dartd.web.http.problems import Problem
from dartd.web.v1.statistics import days_of, selection_of, when
from schemas.api.statistics import (
    Leader,
    Leaderboard,
    LeaderboardQuery,
    Metric,
    MetricsOfPlayQuery,
    Performance,
    PerformanceQuery,
    StatisticsMetrics,
    SummaryFigures,
)

_NESTED: Final = {"longest_slump": "consistency", "mean_radius": "grouping", "form": "form"}


async def get_performance(call: Call) -> Performance:
    """Return the figures of a player, compared with a benchmark; a caller without a player has none."""
    asked: PerformanceQuery = call.query
    player_id = asked.player_id or call.principal.player_id
    if player_id is not None:
        await _check_player(call, player_id, "player_id")
    selection = selection_of(call, player_id or "", asked)
    own: CareerSummary = await call.read(lambda connection: summarise(connection, selection))
    figures = msgspec.convert(own.statistics, SummaryFigures)
    if asked.benchmark is None:
        return Performance(player_id=player_id, figures=figures, benchmark=None, difference=None)
    benchmark, compared = await _compared(call, asked, selection, own)
    return Performance(player_id=player_id, figures=figures, benchmark={"name": asked.benchmark, **benchmark}, difference=compared)


async def _compared(
    call: Call, asked: PerformanceQuery, selection: LegSelection, summary: CareerSummary
) -> tuple[dict[str, Any], dict[str, str | int | None]]:
    """Return the figures of the benchmark and the differences to it.

    Raises:
        Problem: 422 if there is no such benchmark; 401 or 403 if it is a player whom the caller may not read.
    """
    kind, _, name = (asked.benchmark or "").partition(":")
    own = rates_of(summary.total)
    if kind == "level":
        if name not in LEVELS:
            raise _no_benchmark(f"there is no level {name!r}: use one of {', '.join(LEVELS)}")
        level = rates_of_level(name)
        rates = {each: ratio(*getattr(level, each)) for each in type(level).__struct_fields__}
        return rates, {**difference(own, level)}
    if kind == "player":
        await _check_player(call, name, "benchmark")
        selection = selection._replace(player_id=name)
    else:
        selection = selection._replace(span=_period(call, name))
    others: CareerSummary = await call.read(lambda connection: summarise(connection, selection))
    exact = difference(own, rates_of(others.total))
    return others.statistics, {**_differences(summary.statistics, others.statistics), **exact}


def _period(call: Call, name: str) -> Span:
    since, slash, until = name.partition("/")
    if not slash:
        raise _no_benchmark("expected period:SINCE/UNTIL")
    return Span(after_s=when(call, since or None, "benchmark"), before_s=when(call, until or None, "benchmark", is_end=True))


def _differences(own: dict[str, Any], other: dict[str, Any]) -> dict[str, str | int | None]:
    """Return how much higher each own number is, null where one of the two does not exist."""
    found: dict[str, str | int | None] = {}
    for name, value in own.items():
        than = other[name]
        if isinstance(value, dict) or isinstance(than, dict):
            continue
        if value is None or than is None:
            found[name] = None
        elif isinstance(value, str):
            found[name] = str(Decimal(value) - Decimal(than))
        else:
            found[name] = value - than
    return found


def _no_benchmark(message: str) -> Problem:
    return Problem(422, "VALIDATION_ERROR", f"benchmark: {message}", details={"field": "benchmark"})


async def _check_player(call: Call, player_id: str, field: str) -> None:
    """Check that the caller may read a player and that there is one.

    Raises:
        Problem: 401, 403 or 404.
    """
    await check_player_filter(call, player_id)
    if await call.read(lambda connection: STORED.get(connection, player_id)) is None:
        raise Problem(404, "RESOURCE_NOT_FOUND", f"there is no player {player_id[:64]!r}", details={"field": field})


async def get_metrics_of_play(call: Call) -> StatisticsMetrics:
    """Return every figure with its definition, and its value for a player."""
    asked: MetricsOfPlayQuery = call.query
    values: dict[str, Any] = {}
    if asked.player_id is not None:
        player_id = asked.player_id
        await _check_player(call, player_id, "player_id")
        selection = selection_of(call, player_id, asked)
        own: CareerSummary = await call.read(lambda connection: summarise(connection, selection))
        values = own.statistics
        values["win_rate"] = ratio(100 * values["matches_won"], values["matches"])
        values |= {name: values[nest]["average" if nest == "form" else name] for name, nest in _NESTED.items()}
    return StatisticsMetrics(
        data=tuple(
            Metric(name=each.name, label=each.label, unit=each.unit, value=values.get(each.name), definition=each.definition)
            for each in DEFINITIONS
        )
    )


async def get_leaderboard(call: Call) -> Leaderboard:
    """Return the players whom the caller may read by a figure, the best first."""
    asked: LeaderboardQuery = call.query
    known_game(asked.game)
    span = _span_of_period(call, asked.period)

    def read(connection: sa.Connection) -> list[tuple[Decimal, str, str, int | str]]:
        found = []
        for player_id, counts in sums_by_player(connection, [asked.game], span).items():
            value, row = _value(counts, asked.figure), STORED.get(connection, player_id)
            if value is not None and row is not None and may_read_player(call.principal, row):
                sign = 1 if asked.figure in LOWER_IS_BETTER else -1
                found.append((sign * Decimal(value), str(row.name), player_id, value))
        return sorted(found)

    entries = await call.read(read)
    leaders: list[Leader] = []
    for number, (order, name, player_id, value) in enumerate(entries[: asked.limit], 1):
        rank = leaders[-1].rank if leaders and order == entries[number - 2][0] else number
        leaders.append(Leader(rank=rank, player_id=player_id, name=name, value=value))
    return Leaderboard(figure=asked.figure, period=asked.period, data=tuple(leaders))


def _span_of_period(call: Call, period: str) -> Span:
    if period == "all":
        return ALWAYS
    now_s = call.services.accounts.now()
    named: Any = "day" if period == "today" else period
    return Span(after_s=days_of(call).began(now_s, named))


def _value(counts: Counts, figure: str) -> int | str | None:
    values = {**written(counts), **marks_written(counts), "win_rate": ratio(100 * counts.matches_won, counts.matches)}
    found: int | str | None = values.get(figure, getattr(counts, figure, None))
    return found


def _read(path: str, handler: Any, summary: str, query: type, answer: Any) -> Endpoint:
    return Endpoint(
        method="GET", path=path, handler=handler, summary=summary, permission="statistics:read", rate="default", tag="statistics",
        query=query, answer=answer, statuses=(404,),
    )  # fmt: skip


ENDPOINTS = [
    _read("/api/v1/performance", get_performance, "The figures of a player, compared with a benchmark", PerformanceQuery, Performance),
    _read("/api/v1/performance/metrics", get_metrics_of_play, "Every figure with its definition", MetricsOfPlayQuery, StatisticsMetrics),
    _read("/api/v1/leaderboard", get_leaderboard, "Players by a figure, the best first", LeaderboardQuery, Leaderboard),
]
