"""Throwing for the bull: who is nearest, and who throws again, as a fold of single darts."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal

import msgspec

from dartd.game.beds import BULL, SINGLE_BULL
from dartd.game.rules import RulesError
from schemas.base import Value
from schemas.board import BoardSpec

BullOffMode = Literal["normal", "official"]

_BOARD: Final = BoardSpec()
_OUTSIDE: Final = 2


class BullThrow(Value, frozen=True, kw_only=True):
    """A dart at the bull: its distance from the centre, or its bed where nothing was measured; neither when it did not stay."""

    side: int
    mm: Annotated[float, msgspec.Meta(ge=0)] | None = None
    bed: int | None = None

    @property
    def stayed(self) -> bool:
        """Return whether the dart stayed in the board; otherwise it is thrown again."""
        return self.mm is not None or self.bed is not None

    @property
    def ring(self) -> int:
        """Return 0 for the bull, 1 for the single bull, 2 for everything outside."""
        if self.mm is not None:
            return (self.mm >= _BOARD.bull_mm) + (self.mm >= _BOARD.single_bull_mm)
        return {BULL: 0, SINGLE_BULL: 1}.get(self.bed or 0, _OUTSIDE)


class BullOff:
    """A bull-off in play. `queue`: the sides that still throw in this round, in order; empty when everything is decided."""

    def __init__(self, mode: BullOffMode, order: Sequence[int], tie_mm: float) -> None:
        self._mode = mode
        self._tie_mm = tie_mm
        self._groups: list[list[int]] = [list(order)]  # sides that are level, the nearest first
        self._round = list(order)
        self._throws: dict[int, BullThrow] = {}
        self.queue = list(order) if len(order) > 1 else []

    @property
    def decided(self) -> bool:
        """Return whether the order of all sides is known."""
        return not self.queue

    @property
    def first(self) -> int | None:
        """Return the side that is nearest, None while two are level."""
        return self._groups[0][0] if len(self._groups[0]) == 1 else None

    @property
    def order(self) -> tuple[int, ...]:
        """Return the sides, the nearest first."""
        return tuple(side for group in self._groups for side in group)

    def add(self, throw: BullThrow) -> None:
        """Add a dart of the side that throws next.

        Raises:
            RulesError: another side throws next, or the bull-off is over.
        """
        if not self.queue or self.queue[0] != throw.side:
            expected = f"side {self.queue[0]} throws next" if self.queue else "the bull-off is decided"
            raise RulesError(f"side {throw.side} cannot throw for the bull: {expected}")
        if not throw.stayed:
            return
        self._throws[throw.side] = throw
        del self.queue[0]
        if not self.queue:
            self._end_round()

    def _end_round(self) -> None:
        """Order the sides that threw; those that are level throw again, in reverse order."""
        self._groups = [part for group in self._groups for part in self._split(group)]
        level = {side for group in self._groups if len(group) > 1 for side in group}
        self._round = [side for side in reversed(self._round) if side in level]
        self.queue = list(self._round)
        self._throws = {}

    def _split(self, group: list[int]) -> list[list[int]]:
        if len(group) == 1:
            return [group]
        throws = sorted((self._throws[side] for side in group), key=lambda throw: (throw.ring, throw.mm or 0.0))
        parts = [[throws[0].side]]
        for nearer, farther in pairwise(throws):
            if self._is_level(nearer, farther):
                parts[-1].append(farther.side)
            else:
                parts.append([farther.side])
        return parts

    def _is_level(self, one: BullThrow, other: BullThrow) -> bool:
        if one.mm is None or other.mm is None:
            return one.ring == other.ring
        if self._mode == "official" and one.ring == other.ring != _OUTSIDE:
            return True
        return abs(one.mm - other.mm) <= self._tie_mm


def fold_bull_off(mode: BullOffMode, order: Sequence[int], throws: Iterable[BullThrow], tie_mm: float = 0.0) -> BullOff:
    """Return a bull-off after these darts.

    Raises:
        RulesError: a dart of a side that does not throw next.
    """
    bull_off = BullOff(mode, order, tie_mm)
    for throw in throws:
        bull_off.add(throw)
    return bull_off
