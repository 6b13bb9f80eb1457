"""Random Checkout: rests that are drawn, each to be finished with three darts."""

from typing import Annotated, Final

import msgspec

from dartd.game.finishing import FinishingGame
from dartd.game.rules import SLOTS, GameOptions, RulesError
from dartd.game.totals import finishes, satisfying

FINISHES: Final = finishes(SLOTS, satisfying("double", "25/50"), "25/50")

Rest = Annotated[int, msgspec.Meta(ge=2, le=170)]


class RandomCheckout(GameOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="random_checkout"):
    """Options of Random Checkout. `rests`: those that were drawn between `lowest` and `highest`, one for each round."""

    rounds: Annotated[int, msgspec.Meta(ge=1, le=99)] = 10
    lowest: Rest = 41
    highest: Rest = 170
    rests: tuple[Rest, ...] | None = None

    def pool(self) -> list[int]:
        """Return the rests to draw from: no bogeys.

        Raises:
            RulesError: there is none in the range.
        """
        pool = [rest for rest in range(self.lowest, self.highest + 1) if rest in FINISHES]
        if not pool:
            raise RulesError(f"$.lowest: no rest of {self.lowest} to {self.highest} can be finished")
        return pool


class RandomCheckoutGame(FinishingGame):
    """A leg of Random Checkout. The score counts the rests that were finished; every side has the same."""

    __slots__ = ("_drawn",)

    def __init__(self, options: RandomCheckout, sides: int) -> None:
        if options.rests is None:
            raise RulesError("$.rests: rests are drawn before the leg begins: give them")
        if not options.rests or any(rest not in FINISHES for rest in options.rests):
            raise RulesError("$.rests: a rest that cannot be finished with three darts")
        self._drawn = options.rests
        super().__init__(options, sides)
        self.rounds = len(self._drawn)

    def first_target(self) -> int:
        """Return the first rest."""
        return self._drawn[0]

    def finished(self, side: int, visits: int, darts: int) -> None:  # noqa: ARG002 - any finish counts
        """Count it."""
        self.scores[side] += 1

    def next_target(self, side: int, *, success: bool) -> int | None:  # noqa: ARG002 - the next one in any case
        """Return the rest of the next round."""
        at = self.played[side]
        return self._drawn[at] if at < len(self._drawn) else None
