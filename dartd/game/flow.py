"""Legs and sets: who begins each leg, who wins a set and the match, as a fold of the winners of the legs."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from dartd.game.rules import RulesError
from schemas.base import Value

_LEGS_OF_A_SET = 3  # the usual set

Count = Annotated[int, msgspec.Meta(ge=1, le=99)]


class Format(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How legs make a match. `legs`: to win, to be played at most, or to be played, as `goal` says; with `sets` within each set."""

    goal: Literal["first_to", "best_of", "fixed"] = "first_to"
    legs: Count | None = None
    sets: Count | None = None
    two_clear: Literal["all", "final_set"] | None = None
    sudden_death_at: Count | None = None
    start: Literal["alternate", "loser", "winner"] = "alternate"
    tie: Literal["draw", "bull", "shootout"] = "draw"

    def filled(self) -> "Format":
        """Return the format with every default filled in.

        Raises:
            RulesError: sets of an even number of legs, which can end level.
        """
        legs = self.legs or (_LEGS_OF_A_SET if self.sets else 1)
        if self.sets and self.goal != "first_to" and legs % 2 == 0 and not (self.two_clear == "all" and self.goal == "best_of"):
            raise RulesError(f"$.format.legs: a set of {self.goal} {legs} legs can end level: use an odd number")
        return msgspec.structs.replace(self, legs=legs)


class FlowLeg(Value, frozen=True, kw_only=True):
    """A leg within the match. `legs`: won in this set after it; `set_winner` and `sets` stand with the last leg of a set."""

    set_number: int
    leg_number: int
    starter: int
    winner: int | None
    legs: tuple[int, ...]
    ends_set: bool = False
    set_winner: int | None = None
    sets: tuple[int, ...] | None = None


class Flow:
    """The state of a match between legs. `add` takes the winner of each leg, None for a drawn one."""

    __slots__ = (
        "_first", "_format", "_legs_target",
        "_lost", "_sides", "awaits_tie_break", "draw", "finished", "leg_number", "legs", "played_sets",
        "rows", "set_number", "sets", "starter", "winner",
    )  # fmt: skip

    def __init__(self, form: Format, sides: int, first: int = 0) -> None:
        self._format = form.filled()
        self._sides = sides
        self._first = first
        self._legs_target = _to_win(self._format.goal, self._format.legs or 1)
        self.legs = [0] * sides  # won in the running set
        self.sets = [0] * sides
        self.played_sets = 0
        self.set_number = 1
        self.leg_number = 1
        self.starter = first % sides
        self.rows: list[FlowLeg] = []
        self.finished = False
        self.winner: int | None = None
        self.draw = False
        self._lost = False
        self.awaits_tie_break = False  # the match is level, and the next leg given is the tie-break

    def add(self, winner: int | None, *, lost: bool = False) -> FlowLeg | None:
        """Add a leg; return None, and change nothing, when the match is over. `lost`: no side won, and it is no draw either."""
        if self.finished:
            return None
        self._lost = lost
        if self.awaits_tie_break:
            return self._break_tie(winner)
        if winner is not None:
            self.legs[winner] += 1
        legs = tuple(self.legs)
        ends_set = self._set_is_over()
        set_winner = None
        if ends_set:
            set_winner = _leader(self.legs)
            if self._format.sets:
                self._end_set(set_winner)
            else:
                self._end_match(set_winner)
        row = FlowLeg(
            set_number=self.set_number,
            leg_number=self.leg_number,
            starter=self.starter,
            winner=winner,
            legs=legs,
            ends_set=ends_set,
            set_winner=set_winner,
            sets=tuple(self.sets) if ends_set and self._format.sets else None,
        )
        self.rows.append(row)
        self._advance(winner, ends_set=ends_set)
        return row

    def _set_is_over(self) -> bool:
        form, legs = self._format, sorted(self.legs, reverse=True)
        played, total = self.leg_number, form.legs or 1
        if form.goal == "fixed" or (total == 1 and not form.sets and not form.two_clear):
            return played >= total  # a single leg is the match, also when no side wins it
        clear_by_two = form.two_clear == "all" or (form.two_clear == "final_set" and self._is_final_set())
        lead = legs[0] - legs[1] if len(legs) > 1 else legs[0]
        if legs[0] >= self._legs_target:
            sudden_death = form.sudden_death_at is not None and legs[0] > form.sudden_death_at
            return not clear_by_two or lead >= 2 or sudden_death or len(legs) == 1
        return form.goal == "best_of" and not clear_by_two and played >= total

    def _is_final_set(self) -> bool:
        """Return whether the running set decides the match whichever side wins it; a match without sets is one set."""
        form = self._format
        if not form.sets:
            return True
        one_short = _to_win(form.goal, form.sets) - 1
        return sum(sets == one_short for sets in self.sets) >= min(2, self._sides)

    def _end_set(self, winner: int | None) -> None:
        form = self._format
        self.played_sets += 1
        if winner is not None:
            self.sets[winner] += 1
        total = form.sets or 1
        won = form.goal != "fixed" and max(self.sets) >= _to_win(form.goal, total)
        if won or (form.goal != "first_to" and self.played_sets >= total):
            self._end_match(_leader(self.sets))

    def _end_match(self, winner: int | None) -> None:
        if winner is None and self._format.tie != "draw":
            self.awaits_tie_break = True
            return
        self.finished = True
        self.winner = winner
        self.draw = winner is None and not self._lost

    def _break_tie(self, winner: int | None) -> FlowLeg:
        row = FlowLeg(set_number=self.set_number, leg_number=self.leg_number, starter=self.starter, winner=winner, legs=tuple(self.legs))
        self.rows.append(row)
        self.leg_number += 1
        if winner is not None:
            self.awaits_tie_break = False
            self.finished = True
            self.winner = winner
        return row

    def _advance(self, winner: int | None, *, ends_set: bool) -> None:
        """Go on to the next leg. The order changes with each leg, and with each set whatever its length."""
        previous = self.starter
        if ends_set and self._format.sets and not self.finished and not self.awaits_tie_break:
            self.set_number += 1
            self.leg_number = 1
            self.legs = [0] * self._sides
        else:
            self.leg_number += 1
        if self._format.start == "winner" and winner is not None:
            self.starter = winner
        elif self._format.start == "loser" and winner is not None:
            self.starter = (winner + 1) % self._sides
        elif self._format.start == "alternate":
            self.starter = (self._first + self.set_number - 1 + self.leg_number - 1) % self._sides
        else:
            self.starter = (previous + 1) % self._sides


def fold_legs(form: Format, sides: int, winners: Iterable[int | None], first: int = 0) -> Flow:
    """Return the state of a match after legs with these winners; legs after its end are left out."""
    flow = Flow(form, sides, first)
    for winner in winners:
        flow.add(winner)
    return flow


def _to_win(goal: str, count: int) -> int:
    return count // 2 + 1 if goal == "best_of" else count


def _leader(won: list[int]) -> int | None:
    """Return the side with the most, None when two have as many, or none has any."""
    most = max(won)
    return won.index(most) if most and won.count(most) == 1 else None
