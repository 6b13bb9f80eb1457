"""The record of a match: what was thrown and decided, as frozen values. Everything else is computed from it.

A record is never changed in place, so that undo keeps the record before it, and a leg whose record is the same needs no second fold.
"""

from typing import Literal

import msgspec

from dartd.game.bull_off import BullOffMode, BullThrow
from dartd.game.catalog import AnyOptions, new_game
from dartd.game.flow import Format
from dartd.game.rules import RulesError, Total
from schemas.base import Value

BullWinner = Literal["first", "chooses"]  # who is nearest throws first, or says who does
Recorded = Literal["scheduled", "running", "paused", "stopped"]

MOST_PLAYERS_OF_A_SIDE = 4


class Dart(Value, frozen=True, kw_only=True):
    """A dart as it was thrown. `paused`: thrown while the match was paused, so that it takes no slot."""

    bed: int
    dart_id: str | None = None
    paused: bool = False


class LegVisit(Value, frozen=True, kw_only=True):
    """A visit: darts, or a total. `passed`: the turn has passed on, however few darts it has."""

    side: int
    thrower: int
    darts: tuple[Dart, ...] = ()
    total: Total | None = None
    passed: bool = False

    @property
    def beds(self) -> list[int]:
        """Return the beds of the darts that the fold is given."""
        return [dart.bed for dart in self.darts if not dart.paused]

    @property
    def is_thrown(self) -> bool:
        """Return whether something was thrown in it that the fold is given."""
        return self.total is not None or any(not dart.paused for dart in self.darts)


class LegRecord(Value, frozen=True, kw_only=True):
    """A leg. `bull`: darts at the bull when the rounds ended level; `unsigned`: an operator took the signature back."""

    set_number: int
    leg_number: int
    starter: int
    visits: tuple[LegVisit, ...] = ()
    bull: tuple[BullThrow, ...] = ()
    signed: bool = False
    unsigned: bool = False


Legs = tuple[LegRecord, ...]


class MatchRecord(Value, frozen=True, kw_only=True):
    """A match. `chosen`: the side that the winner of the bull-off let begin.

    `undone`: the legs before each undo, for redo; `dropped`: legs that a reopened leg made void.
    """

    status: Recorded = "scheduled"
    bull_off: tuple[BullThrow, ...] = ()
    tie_break: tuple[BullThrow, ...] = ()
    chosen: int | None = None
    legs: Legs = ()
    undone: tuple[Legs, ...] = ()
    dropped: Legs = ()

    def with_legs(self, legs: Legs) -> "MatchRecord":
        """Return the record with other legs; what was undone before cannot be redone any more."""
        return msgspec.structs.replace(self, legs=legs, undone=())


class MatchSetup(Value, frozen=True, kw_only=True):
    """What a match is played by. `sides`: how many players each has; `tie_mm`: radii that differ less are level at the bull."""

    options: AnyOptions
    format: Format = Format()
    sides: tuple[int, ...]
    first: int = 0
    bull_off: Literal["off"] | BullOffMode = "off"
    bull_winner: BullWinner = "first"
    tie_mm: float = 0.0
    sign_by_next_leg: bool = True

    def __post_init__(self) -> None:
        """Refuse sides that the game does not allow.

        Raises:
            RulesError: as said.
        """
        if not self.sides or any(not 1 <= players <= MOST_PLAYERS_OF_A_SIDE for players in self.sides):
            raise RulesError(f"$.sides: at least one side, each of 1 to {MOST_PLAYERS_OF_A_SIDE} players")
        if not 0 <= self.first < len(self.sides):
            raise RulesError(f"$.first: there is no side {self.first}")
        self.format.filled()
        new_game(self.options, len(self.sides))
