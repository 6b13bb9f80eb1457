"""The result of a fixture from its match."""

from fractions import Fraction

from schemas.match import MatchSide, MatchState
from schemas.tournament import FixtureResult


def result_of(state: MatchState) -> FixtureResult:
    """Return the result of a match that is finished."""
    wins = [leg.winner for leg in state.legs]
    return FixtureResult(
        winner=state.winner,
        draw=state.draw,
        legs=tuple(wins.count(side.side) for side in state.sides),
        sets=tuple(side.sets for side in state.sides),
        points=tuple(map(_points, state.sides)),
        darts=tuple(side.darts if side.average is not None else 0 for side in state.sides),
        averages=tuple(side.average for side in state.sides),
    )


def _points(side: MatchSide) -> int:
    """Return the points of a side, which its average in hundredths and its darts give exactly for up to 300 darts."""
    return 0 if side.average is None else round(Fraction(side.average) * side.darts / 3)
