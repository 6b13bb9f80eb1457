"""X01: from a start score down to exactly zero, with every way in and out."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from dartd.game.beds import BULL, DOUBLES, VALUES
from dartd.game.checkouts import hints
from dartd.game.preferences import NO_PREFERENCES, Preferences
from dartd.game.rules import (
    GO_ON,
    OVER,
    SLOTS,
    WON,
    Bull,
    BullOptions,
    Game,
    GameOptions,
    GameScore,
    Ranking,
    RulesError,
    Total,
    VisitOutcome,
    best,
)
from dartd.game.totals import Condition, bed_values, check_total, finishes, satisfying

StartScore = Annotated[int, msgspec.Meta(ge=2, le=10001)]
HIGHEST_ATTEMPT: Final = 60  # no bed takes more

_NEVER, _ALWAYS, _AT_BULL = 0, 1, 2  # whether a dart at a rest is a checkout attempt


class X01(BullOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="x01"):
    """Options of X01. `start_scores` has one start score for each side (handicap)."""

    start: StartScore = 501
    in_: Condition = msgspec.field(default="straight", name="in")
    out: Condition = "double"
    start_scores: tuple[StartScore, ...] | None = None
    max_rounds_end: Literal["lowest", "bull_off", "draw"] = "lowest"


class X01Score(GameScore, frozen=True, kw_only=True):
    """What a side has left, and whether it is in."""

    remaining: int
    in_: bool = msgspec.field(name="in")


def start_scores(options: GameOptions, sides: int) -> tuple[int, ...]:
    """Return the start score of each side, nothing for other games."""
    if not isinstance(options, X01):
        return ()
    return options.start_scores or (options.start,) * sides


def _attempts_by_rest(out: Condition, bull: Bull) -> tuple[int, ...]:
    """Return for each rest up to 60 whether a dart at it is a checkout attempt.

    At 50 a player usually prepares a double, so such a dart is an attempt only as the last of its visit or when it hits the bull.
    """
    one_dart = finishes(1, satisfying(out, bull), bull)
    table = [_ALWAYS if rest in one_dart else _NEVER for rest in range(HIGHEST_ATTEMPT + 1)]
    if out != "straight":
        table[VALUES[BULL]] = _AT_BULL
    return tuple(table)


_AT_DOUBLE: Final = {2 * number: frozenset({bed}) for number, bed in enumerate(DOUBLES, 1)}
_CONDITIONS: Final[tuple[Condition, ...]] = ("straight", "double", "master")
_BULLS: Final[tuple[Bull, ...]] = ("25/50", "50/50")
_VALUES: Final = {bull: bed_values(bull) for bull in _BULLS}
_SATISFYING: Final = {(condition, bull): satisfying(condition, bull) for condition in _CONDITIONS for bull in _BULLS}
_FINISHES: Final = {
    (out, bull): {darts: finishes(darts, satisfying(out, bull), bull) for darts in range(1, SLOTS + 1)}
    for out in _CONDITIONS
    for bull in _BULLS
}
_ATTEMPTS: Final = {(condition, bull): _attempts_by_rest(condition, bull) for condition in _CONDITIONS for bull in _BULLS}


class X01Game(Game):
    """A leg of X01. A bust returns the whole state before the visit: the rest, and whether the side was in."""

    __slots__ = (
        "_attempts", "_before", "_closing", "_double_left", "_opening", "_trail", "_values", "_was_in",
        "is_in", "options", "rest", "rests",
    )  # fmt: skip

    win_end = "checkout"

    def __init__(self, options: X01, sides: int) -> None:
        super().__init__(options, sides)
        scores = options.start_scores
        if scores is not None and len(scores) != sides:
            raise RulesError(f"start_scores has {len(scores)} scores for {sides} sides")
        self.options = options
        self.rests = list(scores) if scores else [options.start] * sides
        self.is_in = [options.in_ == "straight"] * sides
        self._values = _VALUES[options.bull]
        self._opening = _SATISFYING[options.in_, options.bull]
        self._closing = _SATISFYING[options.out, options.bull]
        self._attempts = _ATTEMPTS[options.out, options.bull]
        self._double_left = options.out != "straight"  # then a rest of 1 cannot be finished
        self.rest = self._before = self.rests[0]
        self._was_in = self.is_in[0]
        self._trail: list[int] = []

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side
        self.rest = self._before = self.rests[side]
        self._was_in = self.is_in[side]
        self._trail = []

    def dart(self, bed: int) -> int:
        """Count a dart of the visit; return `GO_ON`, `OVER` after a bust, or `WON`."""
        self._trail.append(bed)
        side = self.side
        if not self.is_in[side]:
            if bed not in self._opening:
                return GO_ON
            self.is_in[side] = True
        rest = self.rest = self.rest - self._values[bed]
        if rest > 1:
            return GO_ON
        if rest == 0:
            return WON if bed in self._closing else OVER
        if rest < 0 or self._double_left:
            return OVER
        return GO_ON

    def end_visit(self, outcome: VisitOutcome) -> None:
        """End the visit: after a bust everything is as it was before it."""
        side, before, rest = self.side, self._before, self.rest
        outcome.before = before
        outcome.thrown_points = before - rest
        if outcome.over and not outcome.won:
            outcome.bust = True
        if rest <= HIGHEST_ATTEMPT:
            outcome.attempts = self._count_attempts(won=outcome.won)
        if outcome.bust:
            self.rest = before
            self.is_in[side] = self._was_in
        else:
            outcome.points = before - rest
            self.rests[side] = rest

    def _count_attempts(self, *, won: bool) -> int:
        """Return how many darts of the visit were thrown at a one-dart finish; the winning dart is one in any case."""
        rest, is_in, attempts = self._before, self._was_in, 0
        last = len(self._trail) - 1
        for position, bed in enumerate(self._trail):
            if is_in and rest <= HIGHEST_ATTEMPT:
                kind = self._attempts[rest]
                if kind == _ALWAYS or (kind == _AT_BULL and (position == last or self._values[bed] == VALUES[BULL])):
                    attempts += 1
            elif won and position == last:
                attempts += 1
            if is_in or bed in self._opening:
                is_in = True
                rest -= self._values[bed]
        return attempts

    def count_total(self, total: Total) -> int:
        """Count a visit by its total: a total that leaves less than nothing, or 1 when a double is needed, is a bust."""
        check_total(total, self.options.bull)
        if total.points:
            self.is_in[self.side] = True
        self.rest -= total.points
        if self.rest == 0:
            if total.points not in _FINISHES[self.options.out, self.options.bull][total.darts_used]:
                raise RulesError(f"{total.points} cannot be finished with {total.darts_used} darts")
            return WON
        return OVER if self.rest < 0 or (self.rest == 1 and self._double_left) else GO_ON

    def ranking(self) -> Ranking:
        """Return the sides with the lowest rest, all of them where the bull decides, none where the rules say a draw."""
        everyone = range(self.sides)
        if self.options.max_rounds_end == "draw":
            return Ranking(leaders=(), draw_when_equal=True)
        if self.options.max_rounds_end == "bull_off":
            return Ranking(leaders=tuple(everyone))
        return Ranking(leaders=best([-rest for rest in self.rests], everyone))

    def score(self, side: int) -> X01Score:
        """Return what a side has left, in the running visit as well."""
        return X01Score(remaining=self.rest if side == self.side else self.rests[side], in_=self.is_in[side])

    def running_points(self) -> int:
        """Return the points of the running visit so far."""
        return self._before - self.rest

    def aim(self) -> tuple[str, frozenset[int]] | None:
        """Return the double that finishes the rest, when a double must."""
        if self.options.out != "double" or not self.is_in[self.side] or self.rest > 40 or self.rest % 2:
            return None
        return f"D{self.rest // 2}", _AT_DOUBLE[self.rest]

    def checkouts(self, darts_left: int, preferences: Preferences = NO_PREFERENCES) -> list[tuple[int, ...]]:
        """Return up to three ways to finish in the running visit, best first; none before the side is in."""
        if not self.is_in[self.side]:
            return []
        return list(hints(self.rest, darts_left, self.options.out, self.options.bull, preferences))

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of a side alone
        """Return the visit that was just ended."""
        return {
            "points": outcome.points,
            "remaining": self.rests[outcome.side],
            "bust": outcome.bust,
            "won": outcome.won,
            "opened": self.is_in[outcome.side],
            "attempts": outcome.attempts,
        }

    def totals(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the rests of all sides."""
        return {"remaining": dict(zip(names, self.rests, strict=True))}
