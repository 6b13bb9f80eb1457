"""The boards of the venue as this board last heard of them, and at which of them a fixture can be begun."""

import time
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from schemas.base import Value
from schemas.events import Snapshot
from schemas.tournament import BoardState, Fixture, TournamentBoard

OFFLINE_S: Final = 40.0  # without a report, which comes every 15 s
REFUSED_S: Final = 30.0  # in which a board that refused a fixture gets none: reports are a second old, rights do not change by themselves
MAX_BOARDS: Final = 20_000
_READY: Final = frozenset({"throw", "takeout"})


class _Match(Value, frozen=True):
    """That there is a match."""


class _Snapshot(Value, frozen=True, kw_only=True):
    status: str
    match: _Match | None = None
    cameras: tuple[msgspec.Raw, ...] = ()


class HeardBoard(Value, frozen=True, kw_only=True):
    """What of a report (`schemas.venue.BoardReport`) says whether a match can begin: there are many, and the rest is not decoded."""

    board_id: str
    name: str
    snapshot: _Snapshot


class VenueBoards:
    """What each board reported last; `now` is in monotonic seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._heard: dict[str, tuple[HeardBoard, float]] = {}
        self._refusals: dict[str, tuple[str, float]] = {}
        self.changes = 0  # counted, so that a loop sees whether there is something new

    def hear(self, report: HeardBoard, age_s: float) -> None:
        """Take over a report that is `age_s` old."""
        if report.board_id in self._heard or len(self._heard) < MAX_BOARDS:
            self._heard[report.board_id] = report, self._now() - age_s
            self.changes += 1

    def refuse(self, board_id: str, reason: str) -> None:
        """Note that a board refused a fixture."""
        self._refusals[board_id] = reason, self._now() + REFUSED_S
        self.changes += 1

    def is_known(self, board_id: str) -> bool:
        """Return whether a board belongs to the venue."""
        return board_id in self._heard

    def is_online(self, board_id: str) -> bool:
        """Return whether a board was heard lately."""
        _, seen_s = self._heard.get(board_id, (None, -OFFLINE_S))
        return self._now() - seen_s < OFFLINE_S

    def boards(self, own_id: str, own_name: str, own: Snapshot, fixtures: Iterable[Fixture]) -> tuple[TournamentBoard, ...]:
        """Return every board with what it does, this one first; `fixtures` are those that are called or played."""
        at_boards = {each.board_id: each for each in sorted(fixtures, key=lambda each: each.status) if each.board_id is not None}
        found = [_board(own_id, own_name, _state(own), at_boards.get(own_id), is_own=True)]
        for board_id, (report, _) in sorted(self._heard.items()):
            if board_id != own_id:
                state, reason = self._state_of(board_id, report)
                found.append(_board(board_id, report.name, (state, reason), at_boards.get(board_id), is_own=False))
        return tuple(found)

    def _state_of(self, board_id: str, report: HeardBoard) -> tuple[BoardState, str | None]:
        if not self.is_online(board_id):
            return "offline", None
        reason, until_s = self._refusals.get(board_id, ("", 0.0))
        if self._now() < until_s:
            return "refused", reason
        return _state(report.snapshot)


def _state(snapshot: Snapshot | _Snapshot) -> tuple[BoardState, str | None]:
    if snapshot.match is not None:
        return "busy", None
    is_by_hand = snapshot.status == "starting" and not snapshot.cameras  # a board without cameras never becomes more
    return ("free", None) if snapshot.status in _READY or is_by_hand else ("unready", snapshot.status)


def _board(board_id: str, name: str, state: tuple[BoardState, str | None], fixture: Fixture | None, *, is_own: bool) -> TournamentBoard:
    kind, reason = state
    return TournamentBoard(
        board_id=board_id, name=name, own=is_own, state=kind, reason=reason, fixture_id=None if fixture is None else fixture.fixture_id
    )
