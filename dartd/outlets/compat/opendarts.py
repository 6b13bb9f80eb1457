"""The live API of opendarts, as a pure fold of our events: whole `state`s, `THROW_DETECTED` before that of a dart, and the last visits."""

from collections import deque
from typing import Any, Final

import msgspec

from dartd.outlets.compat.board_view import UNSCORED_LABEL, BoardView, ShownThrow, after, begins_visit, takes_slot, view_of
from schemas.base import Value
from schemas.events import (
    BoardReset,
    BoardStateChanged,
    DartBounceOut,
    DartCorrected,
    FalseTakeout,
    JournalledEvent,
    Snapshot,
    TakeoutFinished,
    TakeoutStarted,
)
from schemas.match import MatchState

KEPT_VISITS: Final = 12

_STATUS: Final = {"starting": "connecting", "calibrating": "connecting", "stopped": "stopped", "error": "camera_error"}
_RINGS: Final = {"triple": "treble", "inner_single": "single_inner", "outer_single": "single_outer", "single_bull": "outer_bull"}
_LABELS: Final = {"bull": "BULL", "single_bull": "25", "miss": "MISS"}

Message = dict[str, Any]


class PastVisit(Value, frozen=True, kw_only=True):
    """A visit that is over."""

    view: BoardView
    completed_at: str
    reason: str


class Opendarts:
    """The fold. It keeps the last visits in memory, as the original does."""

    def __init__(self) -> None:
        self._view = BoardView()
        self._sent: Message = {}
        self._past: deque[PastVisit] = deque(maxlen=KEPT_VISITS)
        self._has_cameras = True

    def begin(self, snapshot: Snapshot, at: str = "") -> None:
        """Take over the board of a snapshot."""
        self._view, self._has_cameras = view_of(snapshot, at), bool(snapshot.cameras)
        self._sent = self._snapshot()

    def opening(self, at: str = "") -> list[Message]:
        """Return the first message of a client."""
        return [{"type": "state", "event": "hello", **self._snapshot(), "at": utc(at)}]

    def recent(self, limit: int) -> Message:
        """Return what `/api/live/recent` answers: the last visits, oldest first, never the one that runs."""
        visits = [_past(each) for each in self._past if each.view.throws][-limit:] if limit else []
        return {"visits": visits, "count": len(visits), "limit": limit, "buffer_max": KEPT_VISITS}

    def slot_of(self, visit_id: str, index: int) -> int | None:
        """Return the slot of a throw of the running visit or of one that is kept, by its index; None if there is none."""
        for view in (self._view, *(past.view for past in self._past)):
            if view.visit_id == visit_id and index < len(view.throws):
                return view.throws[index].slot
        return None

    def step(self, event: JournalledEvent, at: str = "") -> list[Message]:
        """Return the messages of an event that was published at a time (ISO 8601)."""
        before = self._view
        messages: list[Message] = []
        if begins_visit(before, event):
            messages += self._end(before, "takeout", "visit_complete", at)
        self._view = view = after(self._view, event, at)
        match event:
            case _ if takes_slot(event):
                messages += [_detected(view, at), self._named("throw_detected", at)]
            case DartBounceOut() | DartCorrected():
                messages += self._correct(before, event, at)
            case TakeoutStarted():
                messages.append(self._named("takeout_started", at))
            case FalseTakeout():
                messages.append(self._named("takeout_cancelled", at))  # clients take any other event as a plain snapshot
            case TakeoutFinished():
                messages += self._end(before, "takeout", "visit_complete", at) if before.throws else self._changed("visit_complete", at)
            case BoardReset():
                messages += self._end(before, "manual_reset", "manual_reset", at)
            case BoardStateChanged():
                messages += self._change_status(before, event, at)
            case _:
                pass
        return messages

    def settle(self, match: MatchState | None) -> list[Message]:
        """Return what follows the events of a commit: nothing."""
        del match
        return []

    def _end(self, before: BoardView, reason: str, name: str, at: str) -> list[Message]:
        if before.throws:
            self._past.append(PastVisit(view=before, completed_at=at, reason=reason))
        self._view = msgspec.structs.replace(self._view, visit_id=None, throws=(), is_taking=False)
        return [self._named(name, at)]

    def _correct(self, before: BoardView, event: DartBounceOut | DartCorrected, at: str) -> list[Message]:
        if event.visit_id == before.visit_id:
            return [self._named("throw_corrected", at)] if self._view.throws != before.throws else []
        for index, past in enumerate(self._past):
            if past.view.visit_id == event.visit_id:
                self._past[index] = msgspec.structs.replace(past, view=after(past.view, event, at))
                return [self._named("throw_corrected", at)]
        return []

    def _change_status(self, before: BoardView, event: BoardStateChanged, at: str) -> list[Message]:
        new, old = event.status, before.status
        name = "snapshot"
        if new != old:
            if new in {"stopped", "error"}:
                name = {"stopped": "stopped", "error": "camera_error"}[new]
            elif new in {"starting", "calibrating"}:
                name = "connecting"
            elif old == "error":
                name = "camera_error_cleared"
            elif old in {"stopped", "starting", "calibrating"}:
                name = "started"
        return self._changed(name, at)

    def _changed(self, name: str, at: str) -> list[Message]:
        """Return a state if it differs from the last one."""
        return [self._named(name, at)] if self._snapshot() != self._sent else []

    def _named(self, name: str, at: str) -> Message:
        self._sent = self._snapshot()
        return {"type": "state", "event": name, **self._sent, "at": utc(at)}

    def _snapshot(self) -> Message:
        view = self._view
        status = _STATUS.get(view.status) or ("takeout" if view.is_taking else "throw")
        return {
            "running": view.status != "stopped" and self._has_cameras,
            "status": status if self._has_cameras else "no_live_capture",
            "visit": view.visit_id,
            "n_darts": len(view.throws),
            "darts": [_dart(each) for each in view.throws],
        }


def utc(at: str) -> str:
    """Return a time as opendarts writes it."""
    return at.removesuffix("Z") + "+00:00" if at.endswith("Z") else at


def _place(throw: ShownThrow) -> Message:
    """Return sector and ring of a throw; a dart that was not scored has no ring."""
    bed = throw.bed
    ring = "" if throw.label == UNSCORED_LABEL else _RINGS.get(bed.ring, bed.ring)
    return {"sector": 0 if bed.ring == "miss" else bed.base, "ring": ring}


def _dart(throw: ShownThrow) -> Message:
    bed = throw.bed
    label = "failed to score" if throw.label == UNSCORED_LABEL else _LABELS.get(bed.ring, bed.label)
    corrected = {"corrected": True} if throw.corrected or throw.bounced else {}
    return {"label": label, **_place(throw), "value": throw.points, "captured_at_utc": utc(throw.at), **corrected}


def _detected(view: BoardView, at: str) -> Message:
    throw = view.throws[-1]
    return {
        "type": "THROW_DETECTED",
        "visit_id": view.visit_id,
        "visit_index": len(view.throws) - 1,
        **_place(throw),
        "ok": throw.label != UNSCORED_LABEL,
        "captured_at_utc": utc(throw.at),
        "emitted_at_utc": utc(at),
        "ts": utc(at),
    }


def _past(past: PastVisit) -> Message:
    view = past.view
    return {
        "visit": view.visit_id,
        "n_darts": len(view.throws),
        "darts": [_dart(each) for each in view.throws],
        "total": view.total,
        "completed_at_utc": utc(past.completed_at),
        "reason": past.reason,
    }
