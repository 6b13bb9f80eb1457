"""Count-Up: a number of rounds, every bed counts, the highest total wins; and free throwing, which is the same without an end."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from dartd.game.beds import VALUES
from dartd.game.rounds import PointsScore, RoundsGame
from dartd.game.rules import GO_ON, BullOptions, Total, VisitOutcome
from dartd.game.totals import check_total


class CountUp(BullOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="count_up"):
    """Options of Count-Up."""

    rounds: Annotated[int, msgspec.Meta(ge=1, le=99)] = 8


class Free(BullOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="free"):
    """Options of free throwing."""


class CountUpGame(RoundsGame):
    """A leg of Count-Up, or free throwing."""

    __slots__ = ("_bull",)

    def __init__(self, options: CountUp | Free, sides: int) -> None:
        super().__init__(options, sides)
        self._bull = options.bull
        self.rounds = options.rounds if isinstance(options, CountUp) else None

    def dart(self, bed: int) -> int:
        """Count the points of a dart."""
        self.gained += VALUES[self.beds[bed]]
        return GO_ON

    def count_total(self, total: Total) -> int:
        """Count a visit by its total."""
        check_total(total, self._bull)
        self.gained += total.points
        return GO_ON

    def end_visit(self, outcome: VisitOutcome) -> None:
        """Add the points of the visit."""
        outcome.points = outcome.thrown_points = self.gained
        self.scores[self.side] += self.gained
        self.played[self.side] += 1
        self.gained = 0

    def score(self, side: int) -> PointsScore:
        """Return the points of a side, those of the running visit as well."""
        return PointsScore(points=self.scores[side] + (self.gained if side == self.side else 0))

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of a side alone
        """Return the visit that was just ended."""
        return {"points": outcome.points, "score": self.scores[outcome.side]}
