"""What every game has: its options, its course within a leg, and the outcome of a visit."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec

from dartd.errors import DartdError
from dartd.game.beds import AS_DOUBLE_BULL, AS_MARKED
from dartd.game.preferences import NO_PREFERENCES, Preferences
from schemas.base import Value

SLOTS: Final = 3

# What a dart does to the visit.
GO_ON: Final = 0
OVER: Final = 1  # the visit is over before its third dart: a bust, or a game that ends visits early
WON: Final = 2  # the visit is over and its side has reached the goal of the game

Bull = Literal["25/50", "50/50"]
MaxRounds = Annotated[int, msgspec.Meta(ge=1, le=99)]


class GameOptions(Value, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="game"):
    """Base of the options of a game; the tag field is `game`, and every option has a default."""

    max_rounds: MaxRounds | None = None
    equal_turns: bool = False


class BullOptions(GameOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the options of a game in which the bull scores; with 50/50 either ring scores 50 and is a double."""

    bull: Bull = "25/50"


class GameScore(Value, frozen=True, kw_only=True):
    """Base of what a side has: one struct for each game."""


class VisitOutcome(msgspec.Struct, kw_only=True):
    """What a visit came to.

    `before`: the rest at its start (X01). `closed`: numbers that it closed (Cricket). `void`: its leg was over, or its side was out.
    """

    side: int
    thrower: int
    used: int = 0
    ignored: int = 0
    points: int = 0
    thrown_points: int = 0
    bust: bool = False
    won: bool = False
    over: bool = False
    attempts: int = 0
    marks: int = 0
    closed: tuple[int, ...] = ()
    before: int = 0
    void: bool = False


class Total(Value, frozen=True, kw_only=True):
    """A visit that was written down as a total, without beds."""

    points: Annotated[int, msgspec.Meta(ge=0, le=180)]
    darts_used: Annotated[int, msgspec.Meta(ge=1, le=SLOTS)] = SLOTS
    darts_at_double: Annotated[int, msgspec.Meta(ge=0, le=SLOTS)] | None = None


class Ranking(Value, frozen=True, kw_only=True):
    """Who leads: the sides with the best result, several when they are equal; empty when no side wins."""

    leaders: tuple[int, ...]
    draw_when_equal: bool = False


class RulesError(DartdError):
    """Options, or a throw, that the rules of a game do not allow."""

    code = "VALIDATION_ERROR"


class Game:
    """One leg of a game, as a state that darts change in place. The leg calls `begin`, `dart` for each dart, and `end_visit`."""

    __slots__ = ("beds", "rounds", "side", "sides")

    win_end: ClassVar[str] = "completed"
    has_outs: ClassVar[bool] = False  # whether a side can have thrown its last dart before the others have

    def __init__(self, options: GameOptions, sides: int) -> None:
        self.sides = sides
        self.side = 0
        self.rounds: int | None = None  # the rounds that the game itself has
        self.beds = AS_DOUBLE_BULL if getattr(options, "bull", None) == "50/50" else AS_MARKED  # what a dart counts as

    def begin(self, side: int) -> None:
        """Begin the visit of a side."""
        self.side = side

    def dart(self, bed: int) -> int:
        """Count a dart of the visit; return `GO_ON`, `OVER` or `WON`."""
        raise NotImplementedError

    def end_visit(self, outcome: VisitOutcome) -> None:
        """End the visit and write into its outcome what the game knows of it."""
        raise NotImplementedError

    def count_total(self, total: Total) -> int:
        """Count a whole visit by its total instead of by darts.

        Raises:
            RulesError: the game needs beds, or the total cannot be thrown.
        """
        raise RulesError(f"this game needs the beds of a visit, not its total {total.points}")

    def is_out(self, side: int) -> bool:  # noqa: ARG002 - in most games no side is ever out
        """Return whether a side throws no more."""
        return False

    def survivor(self) -> int | None:
        """Return the side that has won because no other is left, None while there are others."""
        return None

    def order(self, sides: Sequence[int]) -> list[int]:
        """Return those of the sides whose turn may come: all, unless some must throw first."""
        return list(sides)

    def rounds_end(self) -> str:
        """Return how a leg ends whose rounds are over."""
        return "completed"

    def ranking(self) -> Ranking:
        """Return the leaders when the rounds are over."""
        raise NotImplementedError

    def score(self, side: int) -> GameScore:
        """Return what a side has, in the running visit as well."""
        raise NotImplementedError

    def running_points(self) -> int:
        """Return the points of the running visit so far."""
        return 0

    def aim(self) -> tuple[str, frozenset[int]] | None:
        """Return what the next dart of the running visit is thrown at, as written and as the beds that hit it; None if not known."""
        return None

    def checkouts(self, darts_left: int, preferences: Preferences = NO_PREFERENCES) -> list[tuple[int, ...]]:  # noqa: ARG002 - of few games
        """Return up to three ways to finish in the running visit, best first."""
        return []

    def report(self, outcome: VisitOutcome, names: Sequence[str]) -> dict[str, Any]:
        """Return the visit that was just ended as `python -m dartd.game` prints it."""
        raise NotImplementedError

    def totals(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the state of all sides as `python -m dartd.game` prints it at the end."""
        raise NotImplementedError


def best(values: Sequence[Any], among: Sequence[int]) -> tuple[int, ...]:
    """Return those of the sides whose value is the highest."""
    if not among:
        return ()
    highest = max(values[side] for side in among)
    return tuple(side for side in among if values[side] == highest)
