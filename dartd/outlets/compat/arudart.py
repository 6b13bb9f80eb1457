"""The server-sent events of arudart, as a pure fold of ours: `dart_scored`, `round_complete` at the third dart, `darts_removed`."""

from typing import Any, Final

from dartd.outlets.compat.board_view import SLOTS, BoardView, ShownThrow, after, begins_visit, takes_slot, view_of
from schemas.base import Value
from schemas.events import BoardReset, JournalledEvent, Snapshot, TakeoutFinished
from schemas.match import MatchState

_BULLS: Final = {"bull": "DB", "single_bull": "SB"}


class ServerSentEvent(Value, frozen=True, kw_only=True):
    """A named event and its data."""

    event: str
    data: dict[str, Any]


_REMOVED: Final = ServerSentEvent(event="darts_removed", data={"message": "Ready for next round"})


class Arudart:
    """The fold. What cannot be said in its three events is not published: corrections, falls, and the state of the board."""

    def __init__(self) -> None:
        self._view = BoardView()

    def begin(self, snapshot: Snapshot, at: str = "") -> None:
        """Take over the board of a snapshot."""
        self._view = view_of(snapshot, at)

    def opening(self, at: str = "") -> list[ServerSentEvent]:
        """Return the first events of a client: none, a newcomer gets no past."""
        del at
        return []

    def step(self, event: JournalledEvent, at: str = "") -> list[ServerSentEvent]:
        """Return the events of one of ours."""
        before = self._view
        is_next = begins_visit(before, event)
        self._view = after(before, event, at)
        if takes_slot(event):
            return [*([_REMOVED] if is_next else []), *self._scored()]
        is_over = isinstance(event, TakeoutFinished | BoardReset) and before.throws
        return [_REMOVED] if is_over else []

    def settle(self, match: MatchState | None) -> list[ServerSentEvent]:
        """Return what follows the events of a commit: nothing."""
        del match
        return []

    def _scored(self) -> list[ServerSentEvent]:
        view = self._view
        events = [ServerSentEvent(event="dart_scored", data=_dart(view.throws[-1]))]
        if len(view.throws) == SLOTS:
            events.append(ServerSentEvent(event="round_complete", data={"throws": [*map(_dart, view.by_slot)], "total": view.total}))
        return events


def _dart(throw: ShownThrow) -> dict[str, Any]:
    bed = throw.bed
    label = "Miss" if bed.ring == "miss" else _BULLS.get(bed.ring, bed.label)
    return {"dart_number": throw.slot, "label": label, "points": throw.points}
