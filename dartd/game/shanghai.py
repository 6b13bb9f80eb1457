"""Shanghai: one number a round; single, double and triple of it in one visit win at once."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from dartd.game.beds import MULTIPLIERS, NUMBERS
from dartd.game.rounds import RoundsGame, TargetScore
from dartd.game.rules import GO_ON, WON, BullOptions, RulesError, VisitOutcome
from dartd.game.targets import target_beds

_BULL: Final = 25
_SHANGHAI: Final = {1, 2, 3}  # multipliers in one visit

Number = Annotated[int, msgspec.Meta(ge=1, le=20)]


class Shanghai(BullOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="shanghai"):
    """Options of Shanghai. `bull_round`: a last round at the bull; `instant_win`: a Shanghai wins at once."""

    from_: Number = msgspec.field(default=1, name="from")
    to: Number = 7
    bull_round: bool = False
    instant_win: bool = True


class ShanghaiGame(RoundsGame):
    """A leg of Shanghai."""

    __slots__ = ("_hits", "_instant", "targets")

    win_end = "shanghai"

    def __init__(self, options: Shanghai, sides: int) -> None:
        super().__init__(options, sides)
        if options.to < options.from_:
            raise RulesError(f"$.to: {options.to} is below the first number {options.from_}")
        numbers = tuple(range(options.from_, options.to + 1))
        self.targets = (*numbers, _BULL) if options.bull_round else numbers
        self.rounds = len(self.targets)
        self._instant = options.instant_win
        self._hits: set[int] = set()

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self.gained = 0
        self._hits = set()

    def dart(self, bed: int) -> int:
        """Count a dart at the number of the round; return `GO_ON`, or `WON` for a Shanghai."""
        bed = self.beds[bed]
        target = self.targets[self.played[self.side]]
        if NUMBERS[bed] != target:
            return GO_ON
        self.gained += target * MULTIPLIERS[bed]
        self._hits.add(MULTIPLIERS[bed])
        return WON if self._instant and self._hits == _SHANGHAI else GO_ON

    def end_visit(self, outcome: VisitOutcome) -> None:
        """Add the points of the visit."""
        outcome.points = outcome.thrown_points = self.gained
        self.scores[self.side] += self.gained
        self.played[self.side] += 1
        self.gained = 0

    def aim(self) -> tuple[str, frozenset[int]] | None:
        """Return the number of the round, in any ring."""
        target = self.targets[self.played[self.side]]
        return str(target), target_beds(str(target))

    def score(self, side: int) -> TargetScore:
        """Return the points of a side and the number of its round."""
        at = self.played[side]
        running = self.gained if side == self.side else 0
        return TargetScore(points=self.scores[side] + running, target=str(self.targets[at]) if at < len(self.targets) else None)

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of a side alone
        """Return the visit that was just ended."""
        is_shanghai = not outcome.void and self._hits == _SHANGHAI
        return {"points": outcome.points, "shanghai": is_shanghai, "score": self.scores[outcome.side]}
