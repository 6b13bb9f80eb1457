"""Practice of finishing: a rest that is to be finished by a double within a number of visits, again and again."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from dartd.game.beds import BULL, DOUBLES, VALUES
from dartd.game.checkouts import hints
from dartd.game.preferences import NO_PREFERENCES, Preferences
from dartd.game.rounds import RoundsGame
from dartd.game.rules import GO_ON, OVER, SLOTS, GameOptions, GameScore, VisitOutcome

_CLOSING: Final = frozenset({*DOUBLES, BULL})


class FinishScore(GameScore, frozen=True, kw_only=True):
    """The points of a side, what it began the attempt with, and what is left; None when it has no attempt left."""

    points: int
    target: int | None
    remaining: int | None


class FinishingGame(RoundsGame):
    """A leg of attempts. The subclass says what the next attempt begins with, and what a finished or failed one is worth."""

    __slots__ = ("_before", "_rest", "_success", "rests", "targets", "visits")

    visits_of_attempt: ClassVar[int] = 1

    def __init__(self, options: GameOptions, sides: int) -> None:
        super().__init__(options, sides)
        self.targets: list[int | None] = [self.first_target()] * sides
        self.rests = [target or 0 for target in self.targets]
        self.visits = [0] * sides  # of the running attempt
        self._rest = self._before = self.rests[0]
        self._success = False

    def first_target(self) -> int | None:
        """Return what the first attempt begins with."""
        raise NotImplementedError

    def attempt_visits(self) -> int:
        """Return how many visits an attempt has."""
        return self.visits_of_attempt

    def finished(self, side: int, visits: int, darts: int) -> None:
        """Reward a side that finished in its last of so many visits with so many darts of it."""
        raise NotImplementedError

    def next_target(self, side: int, *, success: bool) -> int | None:
        """Return what the next attempt of a side begins with, None when there is none."""
        raise NotImplementedError

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self._rest = self._before = self.rests[side]
        self._success = False

    def dart(self, bed: int) -> int:
        """Count a dart; return `OVER` when the rest is finished or overshot."""
        self._rest -= VALUES[bed]
        if self._rest > 1:
            return GO_ON
        self._success = self._rest == 0 and bed in _CLOSING
        return OVER

    def end_visit(self, outcome: VisitOutcome) -> None:
        """End the visit, and the attempt with it when it is finished or was its last."""
        side = self.side
        success = self._success
        outcome.before = self._before
        outcome.thrown_points = self._before - self._rest
        outcome.bust = outcome.over and not success
        outcome.points = 0 if outcome.bust else outcome.thrown_points
        outcome.marks = int(success)
        self.played[side] += 1
        self.visits[side] += 1
        self.rests[side] = self._before if outcome.bust else self._rest
        if success:
            self.finished(side, self.visits[side], outcome.used)
        if success or self.visits[side] == self.attempt_visits():
            self.targets[side] = self.next_target(side, success=success)
            self.rests[side] = self.targets[side] or 0
            self.visits[side] = 0
        self._rest = self._before = self.rests[side]

    def running_points(self) -> int:
        """Return the points of the running visit so far."""
        return self._before - self._rest

    def score(self, side: int) -> FinishScore:
        """Return what a side has."""
        target = self.targets[side]
        rest = self._rest if side == self.side else self.rests[side]
        return FinishScore(points=self.scores[side], target=target, remaining=None if target is None else rest)

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of a side alone
        """Return the visit that was just ended."""
        side = outcome.side
        return {
            "points": outcome.points,
            "bust": outcome.bust,
            "success": bool(outcome.marks),
            "target": self.targets[side],
            "remaining": self.rests[side],
            "score": self.scores[side],
        }

    def checkouts(self, darts_left: int, preferences: Preferences = NO_PREFERENCES) -> list[tuple[int, ...]]:
        """Return up to three ways to finish in the running visit, best first."""
        return list(hints(self._rest, min(darts_left, SLOTS), "double", "25/50", preferences))
