"""Cricket and Tactics: close the numbers, and score on those that others have open."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import msgspec

from dartd.game.beds import AS_DOUBLE_BULL, MULTIPLIERS, NUMBERS
from dartd.game.decimals import ratio
from dartd.game.rules import GO_ON, SLOTS, WON, Bull, BullOptions, Game, GameScore, Ranking, RulesError, VisitOutcome, best

_CLOSED: Final = 3  # marks that close a number
_NOT_IN_PLAY: Final = -1
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


# Marks of each bed.
_MARKS: Final[dict[Bull, tuple[int, ...]]] = {"25/50": MULTIPLIERS, "50/50": tuple(MULTIPLIERS[bed] for bed in AS_DOUBLE_BULL)}


@lru_cache(maxsize=64)
def _indices(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Return for each bed where its number stands among those in play."""
    return tuple(numbers.index(number) if number in numbers else _NOT_IN_PLAY for number in NUMBERS)


class CricketGame(Game):
    """A leg of Cricket. A dart may close a number and score with what is left of it."""

    __slots__ = (
        "_closed",
        "_darts",
        "_has_new_marks",
        "_index_of",
        "_labels",
        "_marked",
        "_marks_of",
        "_marks_shown",
        "_mode",
        "_open",
        "_open_sides",
        "_points_before",
        "_points_shown",
        "_side_marks_shown",
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
        self._index_of = _indices(self.numbers)
        self._marks_of = _MARKS[options.bull]
        self._mode = options.mode
        self.marks = [[0] * len(self.numbers) for _ in range(sides)]
        self._open = [len(self.numbers)] * sides  # numbers that each side has not closed
        self._open_sides = [sides] * len(self.numbers)  # of each number
        self._side_marks_shown: dict[int, dict[str, int]] = {}  # of sides whose marks are the same since they were reported
        self._marks_shown: dict[str, dict[str, int]] = {}  # of all sides, empty when some are not
        self._points_shown: dict[str, int] = {}  # empty when some are not
        self.points = [0] * sides
        self.marks_total = [0] * sides
        self._darts = [0] * sides
        self._marked = 0
        self._has_new_marks = False  # in the running visit
        self._closed: list[int] = []
        self._points_before = 0

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self._marked = 0
        self._has_new_marks = False
        self._closed = []
        self._points_before = self.points[side]

    def dart(self, bed: int) -> int:
        """Count the marks of a dart; return `GO_ON` or `WON`, which a miss can do as well: others may have got points since."""
        index = self._index_of[bed]
        side = self.side
        if index == _NOT_IN_PLAY:
            return GO_ON if self._open[side] else self._verdict()
        own = self.marks[side]
        held = own[index]
        marks = held + self._marks_of[bed]
        if held < _CLOSED:
            self._has_new_marks = True
            if marks < _CLOSED:
                own[index] = marks
                self._marked += marks - held
                return GO_ON
            own[index] = _CLOSED
            self._marked += _CLOSED - held
            self._closed.append(self.numbers[index])
            self._open[side] -= 1
            self._open_sides[index] -= 1
            marks -= _CLOSED
        else:
            marks -= held
        if marks and self._open_sides[index] and self._mode != "no_score":
            self._score(index, marks)
        return GO_ON if self._open[side] else self._verdict()

    def _score(self, index: int, marks: int) -> None:
        """Score marks beyond the third on a number that another side has open."""
        self._marked += marks
        self._points_shown = {}
        worth = marks * self.numbers[index]
        if self._mode == "standard":
            self.points[self.side] += worth
            return
        for side, held in enumerate(self.marks):
            if held[index] < _CLOSED:  # never the thrower, who has closed it
                self.points[side] += worth

    def _verdict(self) -> int:
        """Return `WON` when no other side has better points than the thrower, who has closed every number."""
        own = self.points[self.side]
        is_best = own <= min(self.points) if self._mode == "cut_throat" else own >= max(self.points)
        return WON if is_best else GO_ON

    def end_visit(self, outcome: VisitOutcome) -> None:
        """End the visit with its effective marks."""
        side = self.side
        if self._has_new_marks:
            self._side_marks_shown.pop(side, None)
            self._marks_shown = {}
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

    def _marks_to_show(self, side: int) -> dict[str, int]:
        """Return the marks of a side after a visit; the same object as long as they are the same, for reports of whole legs."""
        shown = self._side_marks_shown.get(side)
        if shown is None:
            shown = self._side_marks_shown[side] = self._marks_by_number(side)
        return shown

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:
        """Return the visit that was just ended, with the marks and points of all sides."""
        if not self._points_shown:
            self._points_shown = dict(zip(names, self.points, strict=True))
        if not self._marks_shown:
            self._marks_shown = {name: self._marks_to_show(side) for side, name in enumerate(names)}
        return {
            "marks_scored": outcome.marks,
            "points": self._points_shown,
            "marks": self._marks_shown,
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
