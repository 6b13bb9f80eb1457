"""The board as it is shown: with the match that is played on it."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from dartd.decision import Input, Step
from dartd.play.decider import MatchDecider
from schemas.events import JournalledEvent, Snapshot


class ShownBoard(Protocol):
    """A decider of the board that can be shown."""

    name: str

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Decide what the inputs mean."""

    def deadline(self) -> float | None:
        """Return when `step` must be called without an input."""

    def memory(self, epoch_s: float) -> bytes:
        """Return all that must survive a restart."""

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Take over a stored memory and the events behind it."""

    def snapshot(self) -> Snapshot:
        """Return the board as it stands."""


class BoardWithMatch:
    """A board whose snapshot has the match of a decider; the match decider is stepped after the board."""

    def __init__(self, board: ShownBoard, matches: MatchDecider) -> None:
        self._board = board
        self._matches = matches
        self.name = board.name
        self.step = board.step
        self.deadline = board.deadline
        self.memory = board.memory
        self.restore = board.restore

    def snapshot(self) -> Snapshot:
        """Return the board as it stands, with the match that is running or paused on it."""
        return msgspec.structs.replace(self._board.snapshot(), match=self._matches.match_on_board())
