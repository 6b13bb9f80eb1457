"""Sums of the finished legs of a player over weeks, and over blocks of weeks, so that any span of a long career is added up from few rows.

The rows are part of the projection `player_legs`, which computes a week again when a finished leg of it changes, and then its block.
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

PERIOD_S: Final = 7 * 86_400.0  # few legs to add up again when one of them changes
# Ten years are 33 blocks. A leg that changes adds up at most so many weeks again, and a span at most twice as many besides its blocks.
BLOCK_WEEKS: Final = 16
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
    """What is stored of a week or a block; each query reads its part."""

    cells: dict[int, int] = msgspec.field(default_factory=dict)


_sums: msgspec.json.Decoder[PeriodSums] = msgspec.json.Decoder(PeriodSums)
_cells: msgspec.json.Decoder[HeatCells] = msgspec.json.Decoder(HeatCells)
_bodies: msgspec.json.Decoder[_Body] = msgspec.json.Decoder(_Body)


class Cut(NamedTuple):
    """A span as whole weeks (from `first` until before `last`, None: without end) and the stretches before and after them."""

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
    """Replace the rows of a week by the sums of its legs, which are all those of the player then, the oldest first."""
    games = [None, *sorted({each.leg.game for each in legs})]
    opponents = [None, *sorted({opponent for each in legs for opponent in each.opponents})]
    bodies: dict[tuple[bool, tuple[int, ...]], str] = {}  # the same legs have the same sums: most weeks are of one game and one opponent
    found = {}
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
        found[_key(game, opponent)] = bodies[key]
    _replace(connection, player_id, 1, period, found)


def store_block(connection: sa.Connection, player_id: str, block: int) -> None:
    """Replace the rows of a block by the sums of its weeks."""
    first = block * BLOCK_WEEKS
    weeks = _of(player_id, 1, first, first + BLOCK_WEEKS)
    chosen = sa.select(player_periods.c.game, player_periods.c.body).where(*weeks).order_by(player_periods.c.period)
    parts: dict[str, list[str]] = {}
    for game, body in connection.execute(chosen):
        parts.setdefault(game, []).append(body)
    sums: dict[tuple[str, ...], str] = {}  # as above
    found = {}
    for game, of_game in parts.items():
        if (key := tuple(of_game)) not in sums:
            sums[key] = encode_json(_added([_bodies.decode(body) for body in of_game])).decode()
        found[game] = sums[key]
    _replace(connection, player_id, BLOCK_WEEKS, block, found)


def _added(parts: Sequence[_Body]) -> _Body:
    """Return weeks added up, the oldest first."""
    accuracy = accuracy_of(part.sums for part in parts)
    cells = Counter[int]()
    for part in parts:
        cells.update(part.cells)
    groups = [part.sums.grouping for part in parts if part.sums.grouping is not None]
    return _Body(
        figures=add_up(part.figures for part in parts),
        sums=LegSums(
            beds=dict(sorted(accuracy.beds.items())),
            targets=dict(sorted(accuracy.targets.items())),
            visits=[points for part in parts for points in part.sums.visits],
            grouping=pool(groups) if groups else None,
        ),
        cells=dict(sorted(cells.items())),
    )


def _replace(connection: sa.Connection, player_id: str, weeks: int, period: int, bodies: dict[str, str]) -> None:
    connection.execute(sa.delete(player_periods).where(*_of(player_id, weeks, period, period + 1)))
    if bodies:
        of_all = {"player_id": player_id, "weeks": weeks, "period": period}
        connection.execute(sa.insert(player_periods), [{**of_all, "game": game, "body": body} for game, body in bodies.items()])


def _of(player_id: str, weeks: int, first: int | None, last: int | None) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of the rows of a player from the period `first` until before `last`, None: without end."""
    found = [player_periods.c.player_id == player_id, player_periods.c.weeks == weeks]
    if first is not None:
        found.append(player_periods.c.period >= first)
    if last is not None:
        found.append(player_periods.c.period < last)
    return found


def _key(game: str | None, opponent: str | None) -> str:
    return (game or EVERY_GAME) + ("" if opponent is None else _AGAINST + opponent)


def drop_periods(connection: sa.Connection, player_id: str) -> None:
    """Delete the rows of a player."""
    connection.execute(sa.delete(player_periods).where(player_periods.c.player_id == player_id))


def select_periods(
    connection: sa.Connection, player_id: str, game: str | None, whole: Cut, opponent: str | None = None
) -> list[PeriodSums]:
    """Return the sums of whole weeks, added up as far as they are blocks, the oldest first."""
    return [_sums.decode(body) for body in _select_bodies(connection, player_id, _key(game, opponent), whole)]


def select_cells(
    connection: sa.Connection, player_id: str, game: str | None, whole: Cut, opponent: str | None = None
) -> list[dict[int, int]]:
    """Return the cells of whole weeks."""
    return [_cells.decode(body).cells for body in _select_bodies(connection, player_id, _key(game, opponent), whole)]


def _select_bodies(connection: sa.Connection, player_id: str, key: str, whole: Cut) -> list[str]:
    found: list[str] = []
    for weeks, first, last in _stretches(whole):
        conditions = [*_of(player_id, weeks, first, last), player_periods.c.game == key]
        found += connection.execute(sa.select(player_periods.c.body).where(*conditions).order_by(player_periods.c.period)).scalars()
    return found


def _stretches(whole: Cut) -> list[tuple[int, int | None, int | None]]:
    """Return whole weeks as weeks, blocks and weeks again: of each how many weeks a row has, its first row and the one behind its last."""
    first = None if whole.first is None else -(-whole.first // BLOCK_WEEKS)
    last = None if whole.last is None else whole.last // BLOCK_WEEKS
    if first is not None and last is not None and first >= last:
        return [(1, whole.first, whole.last)]
    before = [] if first is None else [(1, whole.first, first * BLOCK_WEEKS)]
    after = [] if last is None else [(1, last * BLOCK_WEEKS, whole.last)]
    return [*before, (BLOCK_WEEKS, first, last), *after]
