"""Gotcha: count up to exactly the goal, and send others back to zero by reaching their score."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from dartd.game.beds import VALUES
from dartd.game.rounds import PointsScore, RoundsGame
from dartd.game.rules import GO_ON, OVER, WON, BullOptions, VisitOutcome


class Gotcha(BullOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="gotcha"):
    """Options of Gotcha."""

    goal: Annotated[int, msgspec.Meta(ge=2, le=10001)] = 301


class GotchaGame(RoundsGame):
    """A leg of Gotcha. A visit that goes beyond the goal is a bust; scores are compared when a visit ends."""

    __slots__ = ("_goal", "caught")

    win_end = "goal"

    def __init__(self, options: Gotcha, sides: int) -> None:
        super().__init__(options, sides)
        self._goal = options.goal
        self.caught: list[int] = []  # sides that the last visit sent back

    def dart(self, bed: int) -> int:
        """Count a dart; return `WON` at the goal and `OVER` beyond it."""
        self.gained += VALUES[self.beds[bed]]
        total = self.scores[self.side] + self.gained
        return GO_ON if total < self._goal else WON if total == self._goal else OVER

    def end_visit(self, outcome: VisitOutcome) -> None:
        """Add the points unless the visit was a bust, and send back the sides whose score was reached."""
        side = self.side
        outcome.thrown_points = self.gained
        outcome.bust = outcome.over and not outcome.won
        outcome.points = 0 if outcome.bust else self.gained
        self.scores[side] += outcome.points
        self.played[side] += 1
        self.gained = 0
        own = self.scores[side]
        self.caught = [other for other in range(self.sides) if other != side and outcome.points and self.scores[other] == own]
        for other in self.caught:
            self.scores[other] = 0

    def score(self, side: int) -> PointsScore:
        """Return the points of a side, those of the running visit as well."""
        return PointsScore(points=self.scores[side] + (self.gained if side == self.side else 0))

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:
        """Return the visit that was just ended, and who was sent back."""
        caught = [] if outcome.void else [names[side] for side in self.caught]
        return {
            "points": outcome.points,
            "bust": outcome.bust,
            "won": outcome.won,
            "caught": caught,
            "scores": dict(zip(names, self.scores, strict=True)),
        }
