"""The events of an Autodarts board manager, as a pure fold of ours: `state`, and after each of them `motion_state`.

The rules that its clients rely on (tests/property/test_compat.py holds them for any sequence of events):

- The n-th dart is one `state` with n throws. Hand: `Takeout started`, the throws still there. Empty: `Takeout finished`, no throws.
- Two equal states never follow each other, and `Takeout in progress` never comes without a throw: Home Assistant would reset the board.
- A correction, or a dart that falls out, is the same list with the entry replaced. The coordinates of a dart never change.
"""

from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from dartd.outlets.compat.board_view import SLOTS, BoardView, ShownThrow, after, begins_visit, takes_slot, view_of
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

VERSION: Final = "1.0.0"  # with 2.x Home Assistant asks for other paths

_STATUS: Final = {"starting": "Starting", "calibrating": "Calibrating", "stopped": "Stopped", "error": "Error"}
_BEDS: Final = {
    "triple": "Triple",
    "double": "Double",
    "inner_single": "SingleInner",
    "outer_single": "SingleOuter",
    "single_bull": "Single",
    "bull": "Double",
    "miss": "Outside",
}
_DETECTED: Final = "Throw detected"


class ManagerSegment(Value, frozen=True, kw_only=True):
    """A bed; points are number × multiplier."""

    name: str
    number: int
    bed: str
    multiplier: int


class ManagerCoordinates(Value, frozen=True, kw_only=True):
    """A point on the board: 1.0 is the outer wire of the doubles, +x right, +y up."""

    x: float
    y: float


class ManagerThrow(Value, frozen=True, kw_only=True):
    """A throw of the visit."""

    segment: ManagerSegment
    coords: ManagerCoordinates | UnsetType = UNSET
    bouncer: bool | UnsetType = UNSET


class ManagerState(Value, frozen=True, kw_only=True, rename="camel"):
    """The data of `state`, and what `/api/state` returns."""

    connected: bool = True
    running: bool
    status: str
    event: str
    num_throws: int
    throws: tuple[ManagerThrow, ...]


class ManagerMotion(Value, frozen=True, kw_only=True, rename="camel"):
    """The data of `motion_state`."""

    is_waiting: bool
    is_stable: bool
    is_dart: bool
    is_hand: bool
    is_takeout_partial: bool
    is_takeout_full: bool


class ManagerFrame(Value, frozen=True, kw_only=True):
    """A message of the WebSocket."""

    type: str
    data: Any


class Autodarts:
    """The fold: `state` is what was published last."""

    def __init__(self, radius_mm: float) -> None:
        """Start with an empty board; `radius_mm` is that of the outer wire of the doubles."""
        self._radius_mm = radius_mm
        self._keeps_throwing = False  # a hand left all darts of the visit, so that it goes on
        self._view = BoardView()
        self.state = self._state_of(self._view, "Starting")

    def begin(self, snapshot: Snapshot, at: str = "") -> None:
        """Take over the board of a snapshot."""
        del at
        self._view, self._keeps_throwing = view_of(snapshot), False
        event = _DETECTED if self._view.throws else "Stopped" if snapshot.status == "stopped" else "Started"
        self.state = self._state_of(self._view, event)

    @property
    def motion(self) -> ManagerMotion:
        """Return the data of `motion_state`."""
        view = self._view
        return ManagerMotion(
            is_waiting=view.state == "wait_for_throw",
            is_stable=view.state in {"wait_for_throw", "throw_finished"},
            is_dart=view.state == "throw_finished",
            is_hand=view.is_taking,
            is_takeout_partial=view.is_taking and view.is_part_taken and not view.is_all_taken,
            is_takeout_full=view.is_taking and view.is_all_taken,
        )

    def opening(self, at: str = "") -> list[ManagerFrame]:
        """Return the first messages of a client."""
        del at
        return [ManagerFrame(type="state", data=self.state), ManagerFrame(type="motion_state", data=self.motion)]

    def step(self, event: JournalledEvent, at: str = "") -> list[ManagerFrame]:
        """Return the messages of an event."""
        before, motion = self._view, self.motion
        frames: list[ManagerFrame] = []
        if begins_visit(before, event):
            frames += self._take_out(before)
        self._view = view = after(self._view, event, at)
        self._keeps_throwing = (
            not isinstance(event, TakeoutStarted | TakeoutFinished | BoardReset)
            and not takes_slot(event)
            and (isinstance(event, FalseTakeout) or self._keeps_throwing)
        )
        match event:
            case _ if takes_slot(event):
                frames += self._publish(_DETECTED)
            case DartBounceOut() | DartCorrected() if view.throws != before.throws:
                frames += self._publish(_DETECTED) if view.throws else self._take_out(before)
            case FalseTakeout() if view.throws:
                frames += self._publish(_DETECTED)
            case TakeoutStarted() if view.throws:
                frames += self._publish("Takeout started")
            case TakeoutFinished() if before.throws:
                frames += self._take_out(before)
            case BoardReset():
                frames += self._publish("Manual reset")
            case BoardStateChanged():
                frames += self._change_status(before, event)
            case _:
                pass
        return [*frames, ManagerFrame(type="motion_state", data=self.motion)] if frames or self.motion != motion else []

    def settle(self, match: MatchState | None) -> list[ManagerFrame]:
        """Return what follows the events of a commit: nothing."""
        del match
        return []

    def _take_out(self, before: BoardView) -> list[ManagerFrame]:
        """End a visit: clients wait for a takeout that has started, and for an empty board."""
        now = self._view
        frames: list[ManagerFrame] = []
        if self.state.event != "Takeout started":
            self._view = msgspec.structs.replace(before, is_taking=True)
            frames += self._publish("Takeout started")
        self._view = msgspec.structs.replace(now, throws=(), is_taking=False)
        return [*frames, *self._publish("Takeout finished")]

    def _change_status(self, before: BoardView, event: BoardStateChanged) -> list[ManagerFrame]:
        new, old = event.status, before.status
        name = self.state.event
        if new != old:
            if new in {"stopped", "starting", "calibrating"}:
                name = {"stopped": "Stopped", "starting": "Starting", "calibrating": "Calibration started"}[new]
            elif old == "calibrating":
                name = "Calibration failed" if new == "error" else "Calibration finished"
            elif old in {"stopped", "starting"} and new != "error":
                name = "Started"
        return self._publish(name)

    def _publish(self, event: str) -> list[ManagerFrame]:
        state = self._state_of(self._view, event)
        if state == self.state:
            return []
        self.state = state
        return [ManagerFrame(type="state", data=state)]

    def _state_of(self, view: BoardView, event: str) -> ManagerState:
        return ManagerState(
            running=view.status != "stopped",
            status=self._status_of(view),
            event=event,
            num_throws=len(view.throws),
            throws=tuple(_throw(each, self._radius_mm) for each in view.throws),
        )

    def _status_of(self, view: BoardView) -> str:
        if (named := _STATUS.get(view.status)) is not None:
            return named
        if view.is_taking and view.throws:
            return "Takeout in progress"
        return "Takeout" if len(view.throws) == SLOTS and not self._keeps_throwing else "Throw"


def _throw(throw: ShownThrow, radius_mm: float) -> ManagerThrow:
    point = throw.position_mm
    return ManagerThrow(
        segment=segment_of(throw),
        coords=UNSET if point is None else ManagerCoordinates(x=round(point[0] / radius_mm, 5), y=round(point[1] / radius_mm, 5)),
        bouncer=True if throw.bounced else UNSET,
    )


def segment_of(throw: ShownThrow) -> ManagerSegment:
    """Return the bed of a throw: `T20`, `25`, `Bull`, `M7` for a dart outside the doubles, `Miss` if there is none."""
    bed = throw.bed
    if bed.ring == "miss":
        return ManagerSegment(name=f"M{bed.sector}" if bed.sector else "Miss", number=bed.sector or 0, bed="Outside", multiplier=0)
    name = {"bull": "Bull", "single_bull": "25"}.get(bed.ring, bed.label)
    return ManagerSegment(name=name, number=bed.base, bed=_BEDS[bed.ring], multiplier=bed.multiplier)
