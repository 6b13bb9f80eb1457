"""Games of rounds: every side has a score, and the highest wins after the last round."""

from collections.abc import Sequence
from typing import Any

from dartd.game.rules import Game, GameOptions, GameScore, Ranking, best


class PointsScore(GameScore, frozen=True, kw_only=True):
    """The points of a side."""

    points: int


class TargetScore(GameScore, frozen=True, kw_only=True):
    """The points of a side, and what it throws at now: a bed or number as written, None after the last round."""

    points: int
    target: str | None


class RoundsGame(Game):
    """A leg in which all sides complete the last round. `played` counts the visits of each side: a visit is a round."""

    __slots__ = ("gained", "played", "scores")

    def __init__(self, options: GameOptions, sides: int, *, start: int = 0) -> None:
        super().__init__(options, sides)
        self.scores = [start] * sides
        self.played = [0] * sides
        self.gained = 0  # points of the running visit

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self.gained = 0

    def running_points(self) -> int:
        """Return the points of the running visit so far."""
        return self.gained

    def ranking(self) -> Ranking:
        """Return the sides with the highest score; equal scores are a draw."""
        return Ranking(leaders=best(self.scores, range(self.sides)), draw_when_equal=True)

    def totals(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the scores of all sides."""
        return {"scores": dict(zip(names, self.scores, strict=True))}
