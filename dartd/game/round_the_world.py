"""Round the World: three darts at each number and the bull, singles, doubles and triples count 1, 2 and 3."""

from collections.abc import Sequence
from typing import Any, Final

from dartd.game.beds import MULTIPLIERS, NUMBERS
from dartd.game.rounds import RoundsGame, TargetScore
from dartd.game.rules import GO_ON, GameOptions, VisitOutcome
from dartd.game.targets import target_beds

_TARGETS: Final = (*range(1, 21), 25)


class RoundTheWorld(GameOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="round_the_world"):
    """Options of Round the World."""


class RoundTheWorldGame(RoundsGame):
    """A leg of Round the World."""

    __slots__ = ()

    def __init__(self, options: RoundTheWorld, sides: int) -> None:
        super().__init__(options, sides)
        self.rounds = len(_TARGETS)

    def dart(self, bed: int) -> int:
        """Count a dart at the number of the round."""
        if NUMBERS[bed] == _TARGETS[self.played[self.side]]:
            self.gained += MULTIPLIERS[bed]
        return GO_ON

    def end_visit(self, outcome: VisitOutcome) -> None:
        """Add the points of the visit."""
        outcome.points = outcome.thrown_points = self.gained
        self.scores[self.side] += self.gained
        self.played[self.side] += 1
        self.gained = 0

    def aim(self) -> tuple[str, frozenset[int]] | None:
        """Return the number of the round, in any ring."""
        target = str(_TARGETS[self.played[self.side]])
        return target, target_beds(target)

    def score(self, side: int) -> TargetScore:
        """Return the points of a side and the number of its round."""
        at = self.played[side]
        running = self.gained if side == self.side else 0
        return TargetScore(points=self.scores[side] + running, target=str(_TARGETS[at]) if at < len(_TARGETS) else None)

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of a side alone
        """Return the visit that was just ended."""
        return {"points": outcome.points, "score": self.scores[outcome.side]}
