"""Halve-It: one target a round; hits add their points, a visit without a hit halves the score."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from dartd.game.beds import VALUES
from dartd.game.rounds import RoundsGame, TargetScore
from dartd.game.rules import GO_ON, BullOptions, VisitOutcome
from dartd.game.targets import target_beds

Preset = Literal["bermuda", "british", "split_score"]

_PRESETS: Final[dict[Preset, str]] = {
    "bermuda": "12 13 14 D 15 16 17 T 18 19 20 25 BULL",
    "british": "20 19 T 18 D 17 16 15 14 BULL",
    "split_score": "15 16 D17 D18 T19 T20 BULL",
}
_SPLIT_SCORE_START: Final = 60


class HalveIt(BullOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="halve_it"):
    """Options of Halve-It. `targets` replaces those of the preset: a number, `D`, `T`, a bed such as `D17`, `25`, `BULL` or `ANY`."""

    preset: Preset = "bermuda"
    targets: Annotated[tuple[int | str, ...], msgspec.Meta(min_length=1, max_length=50)] | None = None
    start: Annotated[int, msgspec.Meta(ge=0, le=1000)] | None = None
    rounding: Literal["up", "down"] = "up"


class HalveItGame(RoundsGame):
    """A leg of Halve-It."""

    __slots__ = ("_beds", "_hits", "_rounding", "halved", "targets")

    def __init__(self, options: HalveIt, sides: int) -> None:
        start = options.start
        if start is None:
            start = _SPLIT_SCORE_START if options.preset == "split_score" and options.targets is None else 0
        super().__init__(options, sides, start=start)
        self.targets = [str(target).upper() for target in options.targets or _PRESETS[options.preset].split()]
        self._beds = [target_beds(target) for target in self.targets]
        self.rounds = len(self.targets)
        self._rounding = 1 if options.rounding == "up" else 0
        self._hits = 0
        self.halved = False

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self.gained = 0
        self._hits = 0
        self.halved = False

    def dart(self, bed: int) -> int:
        """Count a dart at the target of the round."""
        bed = self.beds[bed]
        if bed in self._beds[self.played[self.side]]:
            self._hits += 1
            self.gained += VALUES[bed]
        return GO_ON

    def end_visit(self, outcome: VisitOutcome) -> None:
        """Add the points of the hits, or halve the score."""
        side = self.side
        outcome.marks = self._hits
        outcome.points = outcome.thrown_points = self.gained
        self.halved = not self._hits
        self.scores[side] = (self.scores[side] + self._rounding) // 2 if self.halved else self.scores[side] + self.gained
        self.played[side] += 1
        self.gained = 0

    def aim(self) -> tuple[str, frozenset[int]] | None:
        """Return the target of the round."""
        at = self.played[self.side]
        return self.targets[at], self._beds[at]

    def score(self, side: int) -> TargetScore:
        """Return the points of a side and the target of its round."""
        at = self.played[side]
        running = self.gained if side == self.side else 0
        return TargetScore(points=self.scores[side] + running, target=self.targets[at] if at < len(self.targets) else None)

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of a side alone
        """Return the visit that was just ended."""
        return {"points": outcome.points, "halved": self.halved and not outcome.void, "score": self.scores[outcome.side]}
