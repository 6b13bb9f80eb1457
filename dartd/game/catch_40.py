"""Catch 40: every rest from 61 to 100, six darts each, with more points for fewer darts."""

from typing import Final

from dartd.game.finishing import FinishingGame
from dartd.game.rules import GameOptions

_FIRST, _LAST = 61, 100
_POINTS: Final = {2: 3, 3: 2}  # by the darts of the first visit
_LATE: Final = 1  # in the second visit


class Catch40(GameOptions, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="catch_40"):
    """Options of Catch 40."""


class Catch40Game(FinishingGame):
    """A leg of Catch 40. A side that has tried every rest has thrown its last dart; the others go on."""

    __slots__ = ()

    has_outs = True
    visits_of_attempt = 2

    def first_target(self) -> int:
        """Return the first rest."""
        return _FIRST

    def finished(self, side: int, visits: int, darts: int) -> None:
        """Add the points."""
        self.scores[side] += _POINTS.get(darts, _LATE) if visits == 1 else _LATE

    def next_target(self, side: int, *, success: bool) -> int | None:  # noqa: ARG002 - the next one in any case
        """Return the next rest."""
        target = self.targets[side]
        return None if target is None or target == _LAST else target + 1

    def is_out(self, side: int) -> bool:
        """Return whether a side has tried every rest."""
        return self.targets[side] is None
