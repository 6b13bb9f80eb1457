"""The result of a fixture from its match."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from schemas.match import MatchSide, MatchState
from schemas.tournament import FixtureResult


def result_of(state: MatchState) -> FixtureResult:
    """Return the result of a match that is finished."""
    wins = [leg.winner for leg in state.legs]
    legs = tuple(wins.count(side.side) for side in state.sides)
    return msgspec.structs.replace(result_of_sides(state.winner, state.sides, draw=state.draw), legs=legs)


def result_of_sides(winner: int | None, sides: Sequence[MatchSide], *, draw: bool) -> FixtureResult:
    """Return the result from the sides alone; legs are those of the last set then."""
    return FixtureResult(
        winner=winner,
        draw=draw,
        legs=tuple(side.legs for side in sides),
        sets=tuple(side.sets for side in sides),
        points=tuple(map(_points, sides)),
        darts=tuple(side.darts if side.average is not None else 0 for side in sides),
        averages=tuple(side.average for side in sides),
    )


def _points(side: MatchSide) -> int:
    """Return the points of a side, which its average in hundredths and its darts give exactly for up to 300 darts."""
    return 0 if side.average is None else round(Fraction(side.average) * side.darts / 3)
