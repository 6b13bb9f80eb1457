"""A side that throws by itself: what it aims at, and where its dart lands. Chance comes from outside, as two normal deviates a dart."""

import math
from typing import Final

from dartd.game.beds import BULL, DOUBLES, MULTIPLIERS, NUMBERS, SCORING, SINGLE_BULL, TRIPLES
from dartd.game.checkouts import hints, setup
from dartd.game.cricket import CricketGame
from dartd.game.grouping import Grouping, Point
from dartd.game.killer import KillerGame
from dartd.game.rules import SLOTS, Game
from dartd.game.x01 import X01Game
from schemas.base import Value
from schemas.board import SECTOR_RAD, SECTORS, BoardSpec

_BOARD: Final = BoardSpec()
_T20: Final = TRIPLES[19]
_CLOSED: Final = 3

# Standard deviation of a level's darts in each direction, in millimetres. `python -m tests.bench.games --bots` prints the averages.
LEVELS_MM: Final = {1: 42.0, 2: 34.0, 3: 28.0, 4: 23.5, 5: 19.5, 6: 16.0, 7: 13.0, 8: 10.5, 9: 8.5}


class Spread(Value, frozen=True, kw_only=True):
    """How darts scatter about where they are aimed: the mean offset and the lower Cholesky factor of the covariance, in millimetres."""

    bias_x_mm: float = 0.0
    bias_y_mm: float = 0.0
    xx: float
    yx: float = 0.0
    yy: float


def spread_of_level(level: int) -> Spread:
    """Return the spread of a bot of level 1 to 9.

    Raises:
        KeyError: no such level.
    """
    return Spread(xx=LEVELS_MM[level], yy=LEVELS_MM[level])


def spread_like(grouping: Grouping, bias: Point = (0.0, 0.0)) -> Spread | None:
    """Return the spread of a player from the grouping of their darts at known targets, None when there are too few."""
    if not grouping.degrees:
        return None
    xx = math.sqrt(grouping.xx / grouping.degrees)
    yx = grouping.xy / grouping.degrees / xx if xx else 0.0
    yy = math.sqrt(max(0.0, grouping.yy / grouping.degrees - yx * yx))
    return Spread(bias_x_mm=bias[0], bias_y_mm=bias[1], xx=xx, yx=yx, yy=yy)


def bed_centre(bed: int) -> Point:
    """Return the middle of a bed, of the outer single for singles."""
    if bed == BULL:
        return 0.0, 0.0
    radius_mm = {
        3: (_BOARD.triple_inner_mm + _BOARD.triple_outer_mm) / 2,
        2: (_BOARD.double_inner_mm + _BOARD.double_outer_mm) / 2,
        1: (_BOARD.triple_outer_mm + _BOARD.double_inner_mm) / 2,
    }[MULTIPLIERS[bed]]
    if bed == SINGLE_BULL:
        return 0.0, (_BOARD.bull_mm + _BOARD.single_bull_mm) / 2
    angle_rad = math.pi / 2 - SECTORS.index(NUMBERS[bed]) * SECTOR_RAD
    return radius_mm * math.cos(angle_rad), radius_mm * math.sin(angle_rad)


def landing_point(bed: int, spread: Spread, normal: Point) -> Point:
    """Return where a dart aimed at a bed lands, from two independent standard normal deviates."""
    x, y = bed_centre(bed)
    first, second = normal
    return x + spread.bias_x_mm + spread.xx * first, y + spread.bias_y_mm + spread.yx * first + spread.yy * second


def bed_to_aim_at(game: Game, darts_left: int) -> int:
    """Return the bed that a sensible player aims at with the next dart of the running visit."""
    if isinstance(game, X01Game):
        return _x01_aim(game, darts_left)
    if isinstance(game, CricketGame):
        return _cricket_aim(game)
    if isinstance(game, KillerGame):
        return _killer_aim(game)
    routes = game.checkouts(darts_left)
    if routes:
        return routes[0][0]
    aim = game.aim()
    return _T20 if aim is None else max((bed for bed in aim[1] if bed in SCORING), key=_worth)


def _worth(bed: int) -> tuple[int, int]:
    """Return a key by which the single bull comes before the bull, and a triple before other rings."""
    return (0 if bed == BULL else MULTIPLIERS[bed], NUMBERS[bed])


def _x01_aim(game: X01Game, darts_left: int) -> int:
    options = game.options
    if not game.is_in[game.side]:
        return DOUBLES[19] if options.in_ == "double" else _T20
    routes = hints(game.rest, darts_left, options.out, options.bull)
    if routes:
        return routes[0][0]
    left = setup(game.rest, min(darts_left, SLOTS), options.out, options.bull)
    return left[0] if left else _T20


def _cricket_aim(game: CricketGame) -> int:
    """Return the triple (the bull) of the highest number that is not closed, else of the highest that another side has open."""
    own = game.marks[game.side]
    to_close = [number for number, marks in zip(game.numbers, own, strict=True) if marks < _CLOSED]
    others = [marks for side, marks in enumerate(game.marks) if side != game.side]
    to_score = [number for index, number in enumerate(game.numbers) if any(marks[index] < _CLOSED for marks in others)]
    number = next(iter(to_close or to_score), 20)
    return BULL if number == NUMBERS[BULL] else TRIPLES[number - 1]


def _killer_aim(game: KillerGame) -> int:
    """Return the own double until a killer, then that of the side with the most lives; a free number at the beginning."""
    own = game.numbers[game.side]
    if own is None:
        return next(bed for bed in reversed(DOUBLES) if NUMBERS[bed] not in game.numbers)
    if game.killers[game.side]:
        others = [side for side in range(game.sides) if side != game.side and game.lives[side] and game.numbers[side]]
        if others:
            own = game.numbers[max(others, key=lambda side: game.lives[side])] or own
    return TRIPLES[own - 1] if game.ring == "triple" else DOUBLES[own - 1]
