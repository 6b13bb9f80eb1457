"""121: finish 121 in nine darts, then 122, and so on as far as it goes."""

from typing import Annotated, Final, Literal

import msgspec

from dartd.game.finishing import FinishingGame
from dartd.game.rules import SLOTS, GameOptions

_LOWEST: Final = 41  # below, one dart is enough
_HIGHEST: Final = 170


class Finish121(GameOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="121"):
    """Options of 121. `darts` of an attempt; `failure`: the next attempt begins with the same rest again, or with one less."""

    start: Annotated[int, msgspec.Meta(ge=_LOWEST, le=_HIGHEST)] = 121
    darts: Literal[6, 9, 12] = 9
    failure: Literal["same", "one_less"] = "same"


class Finish121Game(FinishingGame):
    """A leg of 121. The score is the highest finish; rounds without limit, unless the rules have one."""

    __slots__ = ("_options",)

    def __init__(self, options: Finish121, sides: int) -> None:
        self._options = options
        super().__init__(options, sides)

    def first_target(self) -> int:
        """Return what the first attempt begins with."""
        return self._options.start

    def attempt_visits(self) -> int:
        """Return how many visits an attempt has."""
        return self._options.darts // SLOTS

    def finished(self, side: int, visits: int, darts: int) -> None:  # noqa: ARG002 - any finish counts
        """Keep the highest finish."""
        self.scores[side] = max(self.scores[side], self.targets[side] or 0)

    def next_target(self, side: int, *, success: bool) -> int:
        """Return one more after a success."""
        target = self.targets[side] or self._options.start
        if success:
            return min(target + 1, _HIGHEST)
        return max(target - 1, _LOWEST) if self._options.failure == "one_less" else target
