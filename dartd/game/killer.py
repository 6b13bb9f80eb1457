"""Killer: every side has a number; a killer takes lives of the others by hitting theirs."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from dartd.game.beds import MULTIPLIERS, NUMBERS
from dartd.game.rules import GO_ON, OVER, WON, Game, GameOptions, GameScore, Ranking, RulesError, VisitOutcome, best

_MOST_SIDES: Final = 20

KillerNumber = Annotated[int, msgspec.Meta(ge=1, le=20)]


class Killer(GameOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="killer"):
    """Options of Killer. `numbers`: one for each side, thrown for at the beginning, or drawn once and stored here."""

    lives: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    ring: Literal["double", "triple", "any"] = "double"
    numbers: tuple[KillerNumber, ...] | Literal["opening", "drawn"] = "opening"
    opening_double_makes_killer: bool = True
    self_hit: bool = True
    penalty_not_killer: bool = False
    all_killers: bool = False


class KillerScore(GameScore, frozen=True, kw_only=True):
    """The lives of a side, its number (None until it has thrown for it), and whether it is a killer."""

    lives: int
    number: int | None
    killer: bool


class KillerGame(Game):
    """A leg of Killer. The dart that wins a number ends its visit; a side without lives is skipped, and its number is dead."""

    __slots__ = ("_options", "killers", "lives", "numbers")

    win_end = "last_alive"
    has_outs = True

    def __init__(self, options: Killer, sides: int) -> None:
        super().__init__(options, sides)
        if not 2 <= sides <= _MOST_SIDES:
            raise RulesError(f"$.sides: Killer needs 2 to {_MOST_SIDES} sides, not {sides}")
        self._options = options
        self.numbers: list[int | None] = [None] * sides
        if options.numbers == "drawn":
            raise RulesError("$.numbers: numbers are drawn before the leg begins: give one for each side")
        if options.numbers != "opening":
            if len(options.numbers) != sides or len(set(options.numbers)) != sides:
                raise RulesError(f"$.numbers: one number for each of the {sides} sides, each once")
            self.numbers = list(options.numbers)
        self.lives = [options.lives] * sides
        self.killers = [options.all_killers] * sides

    @property
    def ring(self) -> str:
        """Return the ring that takes lives."""
        return self._options.ring

    def dart(self, bed: int) -> int:
        """Count a dart; return `OVER` when it wins a number or kills the thrower, `WON` when only the thrower is left."""
        number = NUMBERS[bed]
        if self.numbers[self.side] is None:
            return self._take_number(number, bed)
        hits = self._hits(bed)
        if not hits or number not in self.numbers:
            return GO_ON
        target = self.numbers.index(number)
        if not self.lives[target]:
            return GO_ON
        if target == self.side:
            if self.killers[target] and self._options.self_hit:
                self._take_lives(target, hits)
            self.killers[target] = True
        elif self.killers[self.side]:
            self._take_lives(target, hits)
        elif self._options.penalty_not_killer:
            self._take_lives(self.side, 1)
        if not self.lives[self.side]:
            return OVER
        return WON if self.survivor() == self.side else GO_ON

    def _hits(self, bed: int) -> int:
        """Return how many lives a bed is worth."""
        multiplier = MULTIPLIERS[bed]
        if self._options.ring == "any":
            return multiplier
        return int(multiplier == (2 if self._options.ring == "double" else 3))

    def _take_number(self, number: int, bed: int) -> int:
        """Give the side its number; a miss, the bull and a number that is taken are thrown again."""
        if not 1 <= number <= 20 or number in self.numbers:
            return GO_ON
        self.numbers[self.side] = number
        ring = 3 if self._options.ring == "triple" else 2
        if self._options.opening_double_makes_killer and MULTIPLIERS[bed] == ring:
            self.killers[self.side] = True
        return OVER

    def _take_lives(self, side: int, count: int) -> None:
        self.lives[side] = max(0, self.lives[side] - count)

    def end_visit(self, outcome: VisitOutcome) -> None:
        """End the visit: everything was counted dart by dart."""

    def is_out(self, side: int) -> bool:
        """Return whether a side has no lives left."""
        return not self.lives[side]

    def survivor(self) -> int | None:
        """Return the only side that is alive."""
        alive = [side for side, lives in enumerate(self.lives) if lives]
        return alive[0] if len(alive) == 1 else None

    def order(self, sides: Sequence[int]) -> list[int]:
        """Return the sides that still throw for a number, else all."""
        return [side for side in sides if self.numbers[side] is None] or list(sides)

    def ranking(self) -> Ranking:
        """Return the sides with the most lives."""
        return Ranking(leaders=best(self.lives, range(self.sides)), draw_when_equal=True)

    def score(self, side: int) -> KillerScore:
        """Return what a side has."""
        return KillerScore(lives=self.lives[side], number=self.numbers[side], killer=self.killers[side])

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the report of all sides
        """Return the state of all sides after the visit."""
        return {
            "lives": dict(zip(names, self.lives, strict=True)),
            "killers": [name for name, is_killer in zip(names, self.killers, strict=True) if is_killer],
            "numbers": dict(zip(names, self.numbers, strict=True)),
        }

    def totals(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the lives of all sides."""
        return {"lives": dict(zip(names, self.lives, strict=True))}
