"""`/api/v1/players/{player_id}/statistics`, `standing`, `history` and `heat_map`: what a player has played."""

from itertools import islice
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dartd.game.beds import INNER, bed_label, read_bed
from dartd.game.decimals import ratio
from dartd.game.form import form
from dartd.game.statistics import add_up
from dartd.store.days import Days
from dartd.store.listing import Span, page_of
from dartd.store.play_series import Played, series
from dartd.store.projections.matches import open_matches, state_in
from dartd.store.projections.player_legs import (
    LegSelection,
    heat_map,
    latest_legs,
    select_legs,
    select_visits,
    summarise,
    total_with_running,
)
from dartd.store.projections.player_periods import CELL_MM, cell_at
from dartd.store.timestamps import timestamp_of
from dartd.web.game_names import known_game
from dartd.web.http.cached import cached, key_of
from dartd.web.http.endpoint import Call, Endpoint, Handler
from dartd.web.http.paging import listed, page_request, seconds_of
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from dartd.web.v1.players import PLAYERS
from schemas.api.answers import Listed
from schemas.api.statistics import (
    Form,
    HeatCell,
    HeatMap,
    LastVisit,
    PlayedPart,
    PlayerStatistics,
    PlayHistoryQuery,
    PlayQuery,
    Position,
    Standing,
    StatisticsQuery,
)
from schemas.match import MatchState

SERIES_LIMIT: Final = 1000  # steps in an answer; more is a history, page by page


def days_of(call: Call) -> Days:
    """Return the calendar of the daemon's time zone."""
    return Days(call.services.config.server.timezone)


def play_span(call: Call, asked: PlayQuery | PlayHistoryQuery) -> Span:
    """Return the span that was asked for; a day as its end is included.

    Raises:
        Problem: 422 if there is no such date.
    """
    return Span(after_s=when(call, asked.since, "since"), before_s=when(call, asked.until, "until", is_end=True))


def when(call: Call, moment: str | None, field: str, *, is_end: bool = False) -> float | None:
    """Return a day or a time as seconds since 1970: of a day its beginning, or with `is_end` its end.

    Raises:
        Problem: 422 if there is no such date.
    """
    if moment is None or "T" in moment:
        return None if moment is None else seconds_of(moment, field)
    days = days_of(call)
    try:
        began_s = days.day_of(moment)
        return days.ends(began_s) if is_end else began_s
    except (ValueError, OverflowError, OSError) as error:
        raise Problem(422, "VALIDATION_ERROR", f"there is no such date: {moment}", details={"field": field}) from error


def selection_of(call: Call, player_id: str, asked: Any) -> LegSelection:
    """Return the legs that were asked for.

    Raises:
        Problem: 422 if there is no such date or game.
    """
    return LegSelection(player_id, known_game(asked.game), play_span(call, asked), asked.opponent, getattr(asked, "match_id", None))


async def get_statistics(call: Call) -> PlayerStatistics:
    """Return the statistics of a player, from the cache unless a series is asked for."""
    asked: StatisticsQuery = call.query
    row, services = await PLAYERS.visible(call), call.services
    selection = selection_of(call, row.player_id, asked)

    async def compute() -> PlayerStatistics:
        return await _statistics(services, selection, asked)

    if asked.resolution is not None or not services.config.cache.statistics:
        return await compute()
    answer: PlayerStatistics = await cached(services.results, key_of(f"statistics:{row.player_id}", asked), compute)
    return answer


async def warm_statistics(services: Services, player_id: str) -> None:
    """Compute the statistics of a player over all legs, unless they are stored."""
    await cached(services.results, f"statistics:{player_id}", lambda: _statistics(services, LegSelection(player_id), StatisticsQuery()))


async def _statistics(services: Services, selection: LegSelection, asked: StatisticsQuery) -> PlayerStatistics:
    days = Days(services.config.server.timezone)

    def read(connection: sa.Connection) -> PlayerStatistics:
        figures = summarise(connection, selection).statistics
        steps = [] if asked.resolution is None else islice(series(connection, selection, asked.resolution, days).played, SERIES_LIMIT)
        parts = tuple(played_part(step) for step in steps)[::-1]
        return msgspec.convert({**figures, "player_id": selection.player_id, "series": parts}, PlayerStatistics)

    found: PlayerStatistics = await services.database.query(read)
    return found


def played_part(step: Played, *, with_hits: bool = False) -> PlayedPart:
    """Return a step of a series as it is answered."""
    figures = step.figures
    return PlayedPart(
        at=timestamp_of(step.at_s),
        match_id=step.match_id,
        set=step.set_number,
        leg=step.leg_number,
        points=figures.points,
        darts=figures.darts,
        average=ratio(3 * figures.points, figures.darts),
        first9=ratio(3 * figures.first9_points, figures.first9_darts),
        checkout_pct=ratio(100 * figures.checkouts, figures.checkout_attempts),
        visits=figures.visits,
        legs=figures.legs,
        legs_won=figures.legs_won,
        labels=step.labels,
        hits=step.hits if with_hits else None,
    )


async def get_history(call: Call) -> Listed[PlayedPart]:
    """Return a page of what a player has played."""
    asked: PlayHistoryQuery = call.query
    row, days, bed = await PLAYERS.visible(call), days_of(call), bed_of(asked.bed)
    selection, ask = selection_of(call, row.player_id, asked), page_request(asked)

    def read(connection: sa.Connection) -> Listed[PlayedPart]:
        steps = series(connection, selection, asked.resolution, days, bed)
        page = page_of(((step.at_s, step.key, step) for step in steps.played), ask, steps.size())
        return listed(page, asked, lambda step: played_part(step, with_hits=bed is not None))

    answer: Listed[PlayedPart] = await call.read(read)
    return answer


def bed_of(label: str | None) -> int | None:
    """Return the bed of a query.

    Raises:
        Problem: 422 if it names none.
    """
    if label is None:
        return None
    try:
        return read_bed(label) & ~INNER
    except ValueError as error:
        raise Problem(422, "VALIDATION_ERROR", f"bed: {error}", details={"field": "bed"}) from error


async def get_standing(call: Call) -> Standing:
    """Return where a player stands now."""
    row = await PLAYERS.visible(call)

    def read(connection: sa.Connection) -> Standing:
        total = total_with_running(connection, row.player_id)
        positions = [_position(connection, row.player_id, state_in(each)) for each in open_matches(connection, row.player_id)]
        recent = form(latest_legs(connection, LegSelection(row.player_id)))
        return Standing(
            player_id=row.player_id,
            open_matches=len(positions),
            average=ratio(3 * total.points, total.darts),
            form=Form(**recent),
            win_rate=ratio(100 * total.matches_won, total.matches),
            positions=tuple(positions),
        )

    answer: Standing = await call.read(read)
    return answer


def _position(connection: sa.Connection, player_id: str, state: MatchState) -> Position:
    side = next(each for each in state.sides if any(player.player_id == player_id for player in each.players))
    selection = LegSelection(player_id, match_id=state.match_id)
    figures = add_up(leg.figures for leg in select_legs(connection, selection, with_sums=False) if leg.is_leg)
    last = next((of_leg[-1] for _, of_leg in select_visits(connection, selection) if of_leg), None)
    return Position(
        match_id=state.match_id,
        status=state.status,
        score=side.score,
        legs=side.legs,
        sets=side.sets,
        average=ratio(3 * figures.points, figures.darts),
        darts=figures.darts,
        last_visit=None if last is None else LastVisit(points=last.points, labels=tuple(map(bed_label, last.beds))),
    )


async def get_heat_map(call: Call) -> HeatMap:
    """Return where the measured darts of a player hit."""
    asked: PlayQuery = call.query
    row = await PLAYERS.visible(call)
    selection = selection_of(call, row.player_id, asked)
    found: dict[int, int] = await call.read(lambda connection: heat_map(connection, selection))
    cells = sorted((cell_at(code), count) for code, count in found.items())
    return HeatMap(
        player_id=row.player_id,
        cell_mm=CELL_MM,
        darts=sum(found.values()),
        cells=tuple(HeatCell(x_mm=x_mm, y_mm=y_mm, count=count) for (x_mm, y_mm), count in cells),
    )


def _of_player(name: str, handler: Handler, summary_: str, answer: Any, query: type | None = None) -> Endpoint:
    return Endpoint(
        method="GET",
        path=f"{PLAYERS.one}/{name}",
        handler=handler,
        summary=summary_,
        permission="players:read",
        own="profile:own",
        rate="default",
        tag="statistics",
        query=query,
        answer=answer,
    )


ENDPOINTS = [
    _of_player("statistics", get_statistics, "All statistics of a player", PlayerStatistics, StatisticsQuery),
    _of_player("standing", get_standing, "Where a player stands in open matches, and the form", Standing),
    _of_player("history", get_history, "What a player has played, the latest first", Listed[PlayedPart], PlayHistoryQuery),
    _of_player("heat_map", get_heat_map, "Where the measured darts of a player hit", HeatMap, PlayQuery),
]
