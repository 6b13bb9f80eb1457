"""Visits written down as totals: which can be thrown, and which rests can be finished, with so many darts."""

from collections.abc import Iterable
from typing import Final, Literal

from dartd.game.beds import BULL, CODES, DOUBLES, SCORING, SINGLE_BULL, TRIPLES, VALUES
from dartd.game.rules import SLOTS, Bull, RulesError, Total

Condition = Literal["straight", "double", "master"]


def bed_values(bull: Bull) -> tuple[int, ...]:
    """Return what each bed scores, by its code."""
    return tuple(VALUES[BULL] if code == SINGLE_BULL and bull == "50/50" else value for code, value in enumerate(VALUES))


def satisfying(condition: Condition, bull: Bull) -> frozenset[int]:
    """Return the beds that open or close a leg under a condition."""
    if condition == "straight":
        return frozenset(code for code in range(CODES) if VALUES[code])
    beds = {*DOUBLES, BULL} | ({SINGLE_BULL} if bull == "50/50" else set())
    return frozenset(beds | set(TRIPLES)) if condition == "master" else frozenset(beds)


def possible_totals(darts: int, bull: Bull) -> frozenset[int]:
    """Return the totals of at most so many darts."""
    values = {0, *(bed_values(bull)[code] for code in SCORING)}
    sums = {0}
    for _ in range(darts):
        sums = {total + value for total in sums for value in values}
    return frozenset(sums)


def finishes(darts: int, closing: Iterable[int], bull: Bull) -> frozenset[int]:
    """Return the rests that at most so many darts can finish, the last in one of the closing beds."""
    last = {bed_values(bull)[code] for code in closing if code in SCORING}
    return frozenset(total + value for total in possible_totals(darts - 1, bull) for value in last)


_BULLS: Final[tuple[Bull, ...]] = ("25/50", "50/50")
_TOTALS: Final = {bull: {darts: possible_totals(darts, bull) for darts in range(1, SLOTS + 1)} for bull in _BULLS}


def check_total(total: Total, bull: Bull) -> None:
    """Refuse a total that its darts cannot score.

    Raises:
        RulesError: as said.
    """
    if total.points not in _TOTALS[bull][total.darts_used]:
        raise RulesError(f"{total.points} cannot be thrown with {total.darts_used} darts")
