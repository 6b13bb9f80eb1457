"""Bob's 27: three darts at each double, which add its value for every hit and take it away when none hits."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from dartd.game.beds import BULL, DOUBLES, VALUES, bed_label
from dartd.game.rounds import RoundsGame, TargetScore
from dartd.game.rules import GO_ON, GameOptions, Ranking, VisitOutcome, best


class Bobs27(GameOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="bobs_27"):
    """Options of Bob's 27. `bull`: the bull is the last round; `allow_negative`: no score ends the game."""

    start: Annotated[int, msgspec.Meta(ge=1, le=999)] = 27
    bull: bool = True
    allow_negative: bool = False


class Bobs27Game(RoundsGame):
    """A leg of Bob's 27. A side is out when its score is not above zero after a round."""

    __slots__ = ("_allow_negative", "_hits", "is_lost", "targets")

    has_outs = True

    def __init__(self, options: Bobs27, sides: int) -> None:
        super().__init__(options, sides, start=options.start)
        self.targets = (*DOUBLES, BULL) if options.bull else DOUBLES
        self.rounds = len(self.targets)
        self._allow_negative = options.allow_negative
        self.is_lost = [False] * sides
        self._hits = 0

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self._hits = 0

    def dart(self, bed: int) -> int:
        """Count a dart: only the exact double hits."""
        self._hits += bed == self.targets[self.played[self.side]]
        return GO_ON

    def end_visit(self, outcome: VisitOutcome) -> None:
        """Add or take away the value of the round."""
        side = self.side
        value = VALUES[self.targets[self.played[side]]]
        outcome.marks = self._hits
        outcome.points = outcome.thrown_points = self._hits * value if self._hits else -value
        self.scores[side] += outcome.points
        self.played[side] += 1
        self.is_lost[side] = self.scores[side] <= 0 and not self._allow_negative

    def aim(self) -> tuple[str, frozenset[int]] | None:
        """Return the double of the round."""
        target = self.targets[self.played[self.side]]
        return bed_label(target), frozenset({target})

    def is_out(self, side: int) -> bool:
        """Return whether a side has lost its score."""
        return self.is_lost[side]

    def rounds_end(self) -> str:
        """Return `out` when no side completed the rounds."""
        return "out" if all(self.is_lost) else "completed"

    def ranking(self) -> Ranking:
        """Return the highest of those who completed; if all are out, those who came furthest; one side alone that is out has lost."""
        completed = [side for side in range(self.sides) if not self.is_lost[side]]
        if completed:
            return Ranking(leaders=best(self.scores, completed), draw_when_equal=True)
        if self.sides == 1:
            return Ranking(leaders=())
        return Ranking(leaders=best(list(zip(self.played, self.scores, strict=True)), range(self.sides)), draw_when_equal=True)

    def score(self, side: int) -> TargetScore:
        """Return the score of a side and the double that it throws at."""
        at = self.played[side]
        is_throwing = at < len(self.targets) and not self.is_lost[side]
        return TargetScore(points=self.scores[side], target=bed_label(self.targets[at]) if is_throwing else None)

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of a side alone
        """Return the visit that was just ended."""
        side = outcome.side
        return {"hits": outcome.marks, "score": self.scores[side], "round": self.played[side], "out": self.is_lost[side]}
