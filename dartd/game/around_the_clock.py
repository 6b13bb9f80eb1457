"""Around the Clock: one target after another, the first side through wins."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import msgspec

from dartd.game.beds import BULL, INNER, MULTIPLIERS, NUMBERS, SCORING, SINGLE_BULL
from dartd.game.rules import GO_ON, WON, Game, GameOptions, GameScore, Ranking, RulesError, VisitOutcome, best

_BULL: Final = 25

Mode = Literal["full", "single", "outer_single", "double", "triple"]
Target = Annotated[int, msgspec.Meta(ge=1, le=25)]


class AroundTheClock(GameOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="around_the_clock"):
    """Options of Around the Clock. `targets` replaces the order; a random order is drawn once and stored there.

    `bull_last`: the bull is the last target; `bull` is a short name of it, as other games have.
    """

    mode: Mode = "full"
    targets: Annotated[tuple[Target, ...], msgspec.Meta(min_length=1, max_length=100)] | None = None
    order: Literal["1-20-bull", "20-1-bull", "random"] = "1-20-bull"
    hits: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1
    multiplier_advance: bool = False
    bull_last: bool = True
    bull: bool | None = None


class ClockScore(GameScore, frozen=True, kw_only=True):
    """The target of a side, None when it is through, and how many targets it has behind it."""

    target: int | None
    progress: int


def clock_targets(options: AroundTheClock) -> list[int]:
    """Return the targets in the order of the options; those of a random order are in rising order, to be drawn from."""
    if options.targets is not None:
        return list(options.targets)
    numbers = list(range(20, 0, -1)) if options.order == "20-1-bull" else list(range(1, 21))
    has_bull = options.bull_last if options.bull is None else options.bull
    return [*numbers, _BULL] if has_bull else numbers


@lru_cache(maxsize=256)
def hitting_beds(target: int, mode: Mode) -> frozenset[int]:
    """Return the beds that hit a target in a mode."""
    if target == _BULL:
        beds = {"full": {SINGLE_BULL, BULL}, "single": {SINGLE_BULL, BULL}, "outer_single": {SINGLE_BULL}}
        return frozenset(beds.get(mode, {BULL}))
    rings = {"full": (1, 2, 3), "single": (1,), "outer_single": (1,), "double": (2,), "triple": (3,)}[mode]
    own = {code for code in SCORING if NUMBERS[code] == target and MULTIPLIERS[code] in rings}
    if mode in {"full", "single"}:
        own.add((target * 4 + 1) | INNER)
    return frozenset(own)


class AroundTheClockGame(Game):
    """A leg of Around the Clock. `progress` counts the targets behind a side."""

    __slots__ = ("_advance", "_beds", "_darts", "_hits", "_hits_now", "_needed", "progress", "targets")

    def __init__(self, options: AroundTheClock, sides: int) -> None:
        super().__init__(options, sides)
        if options.order == "random" and options.targets is None:
            raise RulesError("$.targets: a random order is drawn before the leg begins: give the targets")
        self.targets = clock_targets(options)
        if any(20 < target < _BULL for target in self.targets):
            raise RulesError("$.targets: a target is 1 to 20, or 25 for the bull")
        self._beds = [hitting_beds(target, options.mode) for target in self.targets]
        self._needed = options.hits
        self._advance = options.multiplier_advance
        self.progress = [0] * sides
        self._hits_now = [0] * sides  # hits on the target that a side is at
        self._darts = [0] * sides
        self._hits = 0

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self._hits = 0

    def dart(self, bed: int) -> int:
        """Count a dart at the target of the side; return `GO_ON` or `WON`."""
        side = self.side
        at = self.progress[side]
        if bed not in self._beds[at]:
            return GO_ON
        self._hits += 1
        self._hits_now[side] += 1
        if self._hits_now[side] < self._needed:
            return GO_ON
        self._hits_now[side] = 0
        last = len(self.targets) - 1
        step = MULTIPLIERS[bed] if self._advance else 1
        # The last target itself must be hit, however far a multiplier leads.
        self.progress[side] = at + 1 if at == last else min(at + step, last)
        return WON if at == last else GO_ON

    def end_visit(self, outcome: VisitOutcome) -> None:
        """End the visit."""
        outcome.marks = self._hits
        self._darts[self.side] += outcome.used

    def aim(self) -> tuple[str, frozenset[int]] | None:
        """Return the target of the side."""
        at = self.progress[self.side]
        return (str(self.targets[at]), self._beds[at]) if at < len(self.targets) else None

    def ranking(self) -> Ranking:
        """Return the sides that are furthest."""
        return Ranking(leaders=best(self.progress, range(self.sides)), draw_when_equal=True)

    def score(self, side: int) -> ClockScore:
        """Return the target and the progress of a side."""
        return ClockScore(target=self._target(side), progress=self.progress[side])

    def _target(self, side: int) -> int | None:
        at = self.progress[side]
        return self.targets[at] if at < len(self.targets) else None

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of a side alone
        """Return the visit that was just ended."""
        side = outcome.side
        return {"hits": outcome.marks, "target": self._target(side), "progress": self.progress[side]}

    def totals(self, names: Sequence[str]) -> dict[str, Any]:
        """Return progress and darts of all sides."""
        return {"progress": dict(zip(names, self.progress, strict=True)), "darts": dict(zip(names, self._darts, strict=True))}
