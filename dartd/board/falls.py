"""Darts that went without a hand in view, until it is certain that they fell."""

from collections.abc import Iterable

from dartd.board.standing import StandingDart
from schemas.base import DartId


class Falls:
    """The darts whose absence is uncertain; `at_s` maps each to the media time at which it was missed."""

    def __init__(self) -> None:
        self.at_s: dict[DartId, float] = {}

    def __len__(self) -> int:
        return len(self.at_s)

    def __contains__(self, dart_id: DartId) -> bool:
        return dart_id in self.at_s

    def add(self, gone: Iterable[StandingDart], now: float) -> None:
        """Note darts that are missed from now on."""
        self.at_s |= {dart.dart_id: now for dart in gone}

    def due_s(self, check_s: float) -> float | None:
        """Return when the last of them is certain, None when there is none."""
        return max(self.at_s.values()) + check_s if self.at_s else None
