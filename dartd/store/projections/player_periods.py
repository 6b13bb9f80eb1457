"""Sums of the finished legs of a player over weeks, so that any span of a long career is added up from few rows.

The rows are part of the projection `player_legs`, which computes those of a week again when a finished leg of it changes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from math import ceil, floor
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.game.grouping import Grouping, Point, pool
from dartd.game.statistics import Figures, add_up
from dartd.game.summary import SCORING_GAMES, LegSums, SummarisedLeg, accuracy_of, chosen_figures
from dartd.store.listing import Span
from dartd.store.tables import player_periods
from schemas.codec import encode_json

PERIOD_S: Final = 7 * 86_400.0  # few rows in ten years (520), and few legs to add up again when one of them changes
EVERY_GAME: Final = ""  # `game` of the sums over all games
CELL_MM: Final = 10.0  # of a heat map: about the width of the triple ring
_COLUMN: Final = 10_000  # codes of a column of cells; more than any dart is away
_AGAINST: Final = "@"  # between game and opponent; no name of a game has one


class PeriodSums(msgspec.Struct, kw_only=True):
    """The legs of a stretch of time, added up; the points of their visits are in order."""

    figures: Figures
    sums: LegSums


class HeatCells(msgspec.Struct, kw_only=True):
    """How many measured darts hit each cell, by the code of the cell."""

    cells: dict[int, int] = msgspec.field(default_factory=dict)


class _Body(PeriodSums, kw_only=True, omit_defaults=True):
    """What is stored of a period; each query reads its part."""

    cells: dict[int, int] = msgspec.field(default_factory=dict)


_sums: msgspec.json.Decoder[PeriodSums] = msgspec.json.Decoder(PeriodSums)
_cells: msgspec.json.Decoder[HeatCells] = msgspec.json.Decoder(HeatCells)


class Cut(NamedTuple):
    """A span as whole periods (from `first` until before `last`, None: without end) and the stretches before and after them."""

    first: int | None
    last: int | None
    before: Span | None
    after: Span | None


def period_of(at_s: float) -> int:
    """Return the period of a moment."""
    return floor(at_s / PERIOD_S)


def span_of(period: int) -> Span:
    """Return when a period begins and ends."""
    return Span(after_s=period * PERIOD_S, before_s=(period + 1) * PERIOD_S)


def cut(span: Span) -> Cut | None:
    """Cut a span into whole periods and what is left at both ends; None when it contains no whole period."""
    first = None if span.after_s is None else ceil(span.after_s / PERIOD_S)
    last = None if span.before_s is None else floor(span.before_s / PERIOD_S)
    if first is not None and last is not None and first >= last:
        return None
    before = None if first is None else Span(after_s=span.after_s, before_s=first * PERIOD_S)
    after = None if last is None else Span(after_s=last * PERIOD_S, before_s=span.before_s)
    return Cut(first, last, before, after)


def sums_of(legs: Sequence[SummarisedLeg], game: str | None) -> PeriodSums:
    """Return legs added up, the oldest first; `game` None: of all games."""
    parts = [(leg, chosen_figures(leg, game)) for leg in legs]
    accuracy = accuracy_of(leg.sums for leg in legs)
    grouping = pool(leg.sums.grouping for leg in legs if leg.sums.grouping is not None)
    return PeriodSums(
        figures=add_up(figures for _, figures in parts),
        sums=LegSums(
            beds=dict(sorted(accuracy.beds.items())),
            targets=dict(sorted(accuracy.targets.items())),
            visits=[points for leg, figures in parts if figures.visits for points in leg.sums.visits],
            grouping=grouping if grouping != Grouping() else None,
        ),
    )


class PeriodLeg(NamedTuple):
    """A leg of a player, the players of the other sides of its match, and where the measured darts hit."""

    leg: SummarisedLeg
    opponents: frozenset[str]
    points: Sequence[Point] = ()


def cells_of(points: Iterable[Point]) -> dict[int, int]:
    """Return how many points lie in each cell, by the code of the cell."""
    return Counter(round(x / CELL_MM) * _COLUMN + round(y / CELL_MM) for x, y in points)


def cell_at(code: int) -> Point:
    """Return the centre of a cell, in mm."""
    column = (code + _COLUMN // 2) // _COLUMN
    return column * CELL_MM, (code - column * _COLUMN) * CELL_MM


def store_period(connection: sa.Connection, player_id: str, period: int, legs: Sequence[PeriodLeg]) -> None:
    """Replace the rows of a period by the sums of its legs, which are all those of the player then, the oldest first."""
    connection.execute(sa.delete(player_periods).where(player_periods.c.player_id == player_id, player_periods.c.period == period))
    if not legs:
        return
    games = [None, *sorted({each.leg.game for each in legs})]
    opponents = [None, *sorted({opponent for each in legs for opponent in each.opponents})]
    bodies: dict[tuple[bool, tuple[int, ...]], str] = {}  # the same legs have the same sums: most weeks are of one game and one opponent
    values = []
    for game, opponent in product(games, opponents):
        chosen = tuple(
            number for number, each in enumerate(legs) if game in {None, each.leg.game} and (opponent is None or opponent in each.opponents)
        )
        if not chosen:
            continue
        key = game is None and any(legs[number].leg.game not in SCORING_GAMES for number in chosen), chosen
        if key not in bodies:
            sums = sums_of([legs[number].leg for number in chosen], game)
            cells = cells_of(point for number in chosen for point in legs[number].points)
            bodies[key] = encode_json(_Body(figures=sums.figures, sums=sums.sums, cells=dict(sorted(cells.items())))).decode()
        values.append({"player_id": player_id, "period": period, "game": _key(game, opponent), "body": bodies[key]})
    connection.execute(sa.insert(player_periods), values)


def _key(game: str | None, opponent: str | None) -> str:
    return (game or EVERY_GAME) + ("" if opponent is None else _AGAINST + opponent)


def drop_periods(connection: sa.Connection, player_id: str) -> None:
    """Delete the rows of a player."""
    connection.execute(sa.delete(player_periods).where(player_periods.c.player_id == player_id))


def select_periods(
    connection: sa.Connection, player_id: str, game: str | None, whole: Cut, opponent: str | None = None
) -> list[PeriodSums]:
    """Return the sums of whole periods, the oldest first."""
    return [_sums.decode(body) for body in _bodies(connection, player_id, game, whole, opponent)]


def select_cells(
    connection: sa.Connection, player_id: str, game: str | None, whole: Cut, opponent: str | None = None
) -> list[dict[int, int]]:
    """Return the cells of whole periods."""
    return [_cells.decode(body).cells for body in _bodies(connection, player_id, game, whole, opponent)]


def _bodies(connection: sa.Connection, player_id: str, game: str | None, whole: Cut, opponent: str | None) -> sa.ScalarResult[str]:
    conditions = [player_periods.c.player_id == player_id, player_periods.c.game == _key(game, opponent)]
    if whole.first is not None:
        conditions.append(player_periods.c.period >= whole.first)
    if whole.last is not None:
        conditions.append(player_periods.c.period < whole.last)
    chosen = sa.select(player_periods.c.body).where(*conditions).order_by(player_periods.c.period)
    return connection.execute(chosen).scalars()
