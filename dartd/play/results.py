"""The result of a fixture from its match, and what a board reports of the fixtures of others."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from dartd.play.played_match import PlayedMatch
from dartd.play.published import state_of
from schemas.events import FixtureReported
from schemas.match import MatchSide, MatchState
from schemas.tournament import FixtureResult, ReportedStatus


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


def reports_of(before: PlayedMatch, after: PlayedMatch) -> list[FixtureReported]:
    """Return what is reported after a change of a match to the board whose fixture it plays; nothing of the board's own fixtures."""
    info = after.info
    if info.host_id is None or info.fixture_id is None or _standing(before) == (now := _standing(after)):
        return []
    return [FixtureReported(match_id=info.match_id, host_id=info.host_id, fixture_id=info.fixture_id, status=now[0], result=now[1])]


def _standing(played: PlayedMatch) -> tuple[ReportedStatus, FixtureResult | None]:
    match played.match.status:
        case "finished":
            return "finished", result_of(state_of(played))
        case "running" | "paused":
            return "playing", None
        case _:
            return "abandoned", None


def _points(side: MatchSide) -> int:
    """Return the points of a side, which its average in hundredths and its darts give exactly for up to 300 darts."""
    return 0 if side.average is None else round(Fraction(side.average) * side.darts / 3)
