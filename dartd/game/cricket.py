"""Cricket and Tactics: close the numbers, and score on those that others have open."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from dartd.game.beds import MULTIPLIERS, NUMBERS
from dartd.game.decimals import ratio
from dartd.game.rules import GO_ON, SLOTS, WON, BullOptions, Game, GameScore, Outcome, Ranking, RulesError, best

_CLOSED: Final = 3  # marks that close a number
_BULL: Final = 25
_STANDARD: Final = (20, 19, 18, 17, 16, 15, _BULL)
_TACTICS: Final = (*range(20, 9, -1), _BULL)

CricketNumber = Annotated[int, msgspec.Meta(ge=1, le=25)]


class Cricket(BullOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cricket"):
    """Options of Cricket. `numbers`: the numbers in play, 25 for the bull, instead of 15 to 20 (10 to 20 with `tactics`) and the bull."""

    mode: Literal["standard", "cut_throat", "no_score"] = "standard"
    numbers: tuple[CricketNumber, ...] | None = None
    tactics: bool = False

    @property
    def targets(self) -> tuple[int, ...]:
        """Return the numbers in play."""
        return self.numbers or (_TACTICS if self.tactics else _STANDARD)


class CricketScore(GameScore, frozen=True, kw_only=True):
    """The marks of a side on each number, at most three, and its points."""

    marks: dict[str, int]
    points: int


class CricketGame(Game):
    """A leg of Cricket. A dart may close a number and score with what is left of it."""

    __slots__ = (
        "_closed",
        "_darts",
        "_index",
        "_labels",
        "_marked",
        "_mode",
        "_points_before",
        "marks",
        "marks_total",
        "numbers",
        "points",
    )

    win_end = "closed"

    def __init__(self, options: Cricket, sides: int) -> None:
        super().__init__(options, sides)
        self.numbers = options.targets
        if len(set(self.numbers)) != len(self.numbers) or any(20 < number < _BULL for number in self.numbers):
            raise RulesError("$.numbers: each number once, of 1 to 20 and 25 for the bull")
        self._labels = [str(number) for number in self.numbers]
        self._index = {number: index for index, number in enumerate(self.numbers)}
        self._mode = options.mode
        self.marks = [[0] * len(self.numbers) for _ in range(sides)]
        self.points = [0] * sides
        self.marks_total = [0] * sides
        self._darts = [0] * sides
        self._marked = 0
        self._closed: list[int] = []
        self._points_before = 0

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self._marked = 0
        self._closed = []
        self._points_before = self.points[side]

    def dart(self, bed: int) -> int:
        """Count the marks of a dart; return `GO_ON` or `WON`."""
        bed = self.beds[bed]
        number = NUMBERS[bed]
        index = self._index.get(number)
        if index is None:
            return GO_ON
        own = self.marks[self.side]
        marks = MULTIPLIERS[bed]
        closing = min(marks, _CLOSED - own[index])
        if closing:
            own[index] += closing
            self._marked += closing
            if own[index] == _CLOSED:
                self._closed.append(number)
        if marks > closing:
            self._score(index, marks - closing)
        return WON if self._has_won() else GO_ON

    def _score(self, index: int, marks: int) -> None:
        """Score marks beyond the third, which count while another side has the number open."""
        opened = [side for side in range(self.sides) if side != self.side and self.marks[side][index] < _CLOSED]
        if not opened or self._mode == "no_score":
            return
        self._marked += marks
        for side in opened if self._mode == "cut_throat" else (self.side,):
            self.points[side] += marks * self.numbers[index]

    def _has_won(self) -> bool:
        """Return whether the thrower has closed everything and no other side has the better points."""
        if min(self.marks[self.side]) < _CLOSED:
            return False
        own = self.points[self.side]
        return own <= min(self.points) if self._mode == "cut_throat" else own >= max(self.points)

    def end_visit(self, outcome: Outcome) -> None:
        """End the visit with its effective marks."""
        side = self.side
        outcome.points = outcome.thrown_points = self.points[side] - self._points_before
        outcome.marks = self._marked
        outcome.closed = tuple(self._closed)
        self.marks_total[side] += self._marked
        self._darts[side] += outcome.used if outcome.won else SLOTS

    def running_points(self) -> int:
        """Return the points of the running visit so far."""
        return self.points[self.side] - self._points_before

    def ranking(self) -> Ranking:
        """Return the sides with the best points, and of those the ones with the most marks."""
        marks = [sum(own) for own in self.marks]
        points = [-each for each in self.points] if self._mode == "cut_throat" else self.points
        return Ranking(leaders=best(list(zip(points, marks, strict=True)), range(self.sides)))

    def score(self, side: int) -> CricketScore:
        """Return the marks and points of a side."""
        return CricketScore(marks=self._marks_by_number(side), points=self.points[side])

    def _marks_by_number(self, side: int) -> dict[str, int]:
        return dict(zip(self._labels, self.marks[side], strict=True))

    def report(self, outcome: Outcome, names: Sequence[str]) -> dict[str, Any]:
        """Return the visit that was just ended, with the marks and points of all sides."""
        return {
            "marks_scored": outcome.marks,
            "points": dict(zip(names, self.points, strict=True)),
            "marks": {name: self._marks_by_number(side) for side, name in enumerate(names)},
            "won": outcome.won,
        }

    def totals(self, names: Sequence[str]) -> dict[str, Any]:
        """Return points, effective marks and marks per round of all sides."""
        rates = [ratio(3 * marks, darts) for marks, darts in zip(self.marks_total, self._darts, strict=True)]
        return {
            "points": dict(zip(names, self.points, strict=True)),
            "marks_total": dict(zip(names, self.marks_total, strict=True)),
            "mpr": dict(zip(names, rates, strict=True)),
        }
