"""What the board remembers, as the fold of what it told.

The throw machine keeps no other memory of darts, visits, state and ids than this one: it tells an event and the event is folded in,
live and after a crash alike. So what comes back from the journal is what was there.
"""

from collections.abc import Callable, Iterable
from typing import assert_never

import msgspec

from dartd.board.standing import StandingDart, axis_of, from_extra, from_hit
from dartd.board.visit import MISS_LABEL, NO_SLOT, UNSCORED_LABEL, Slot, Visit
from schemas.base import CameraId, DartId, VisitId
from schemas.events import (
    BoardReset,
    BoardStateChanged,
    BoardStatus,
    CalibrationChanged,
    CameraStateChanged,
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartMoved,
    DartRemoved,
    DartUnscored,
    ExtraDart,
    FalseTakeout,
    JournalledEvent,
    TakeoutFinished,
    TakeoutOverdue,
    TakeoutStarted,
    ThrowMiss,
    ThrowState,
    VisitCompleted,
)

VISITS_KEPT = 10  # how many past visits can be corrected here; older ones are let go


class BoardMemory:
    """State, darts, visits and ids of one board. `part_taken`: a dart went since the takeout began."""

    def __init__(self) -> None:
        self.state: ThrowState = "wait_for_throw"
        self.status: BoardStatus = "starting"
        self.darts: tuple[StandingDart, ...] = ()
        self.visit = Visit(visit_id=_visit_id(1))
        self.past: tuple[Visit, ...] = ()  # newest first
        self.takeout = False
        self.part_taken = False
        self.overdue_told = False
        self._cleared = True  # the last visit is not shown any more
        self._last_dart = 0
        self._last_visit = 1

    @property
    def shown_visit(self) -> Visit:
        """Give the visit that runs, or the last one until the next dart."""
        if self.visit.is_fresh and self.past and not self._cleared:
            return self.past[0]
        return self.visit

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Give the visits that can be corrected, the shown one first."""
        shown = self.shown_visit
        return (shown, *(visit for visit in (self.visit, *self.past) if visit.visit_id != shown.visit_id))

    @property
    def next_dart_id(self) -> DartId:
        """Name the next dart."""
        return DartId(f"d{self._last_dart + 1:06d}")

    @property
    def next_visit_id(self) -> VisitId:
        """Name the visit after the one that runs."""
        return _visit_id(self._last_visit + 1)

    def dart(self, dart_id: DartId) -> StandingDart | None:
        """Find a dart that stands in the board."""
        return next((dart for dart in self.darts if dart.dart_id == dart_id), None)

    def begin_visit(self, visit_id: VisitId) -> None:
        """Put the visit that runs aside and begin another; the one that runs already stays."""
        if visit_id == self.visit.visit_id:
            return
        if not self.visit.is_fresh:
            self.past = (self.visit, *self.past)[:VISITS_KEPT]
        self.visit = Visit(visit_id=visit_id)
        self._last_visit = max(self._last_visit, _number(visit_id))

    def note_episodes(self, dart_id: DartId, episodes: dict[CameraId, int]) -> None:
        """Keep the cameras' episodes of a dart; they mean nothing to cameras that are started later, so no event tells them."""
        self._replace_dart(dart_id, episodes=episodes)

    def fold(self, events: Iterable[tuple[JournalledEvent, float]]) -> None:
        """Take in events with the media time at which each was told, oldest first; the first need not be the board's first."""
        for event, at_s in events:
            self.take_in(event, at_s)

    def take_in(self, event: JournalledEvent, at_s: float) -> None:
        """Remember what an event says."""
        visit_id: VisitId | None = getattr(event, "visit_id", None)
        if visit_id is not None:  # also of a visit whose beginning lies before the first event: its number is used
            self._last_visit = max(self._last_visit, _number(visit_id))
        match event:
            case DartHit() | DartUnscored() | ThrowMiss() | ExtraDart():
                self._take_throw(event, at_s)
            case DartRemoved() | DartBounceOut() | DartMoved():
                self._take_dart(event)
            case TakeoutStarted() | FalseTakeout() | TakeoutOverdue() | TakeoutFinished():
                self._take_takeout(event)
            case VisitCompleted():
                self._revise(event.visit_id, lambda visit: visit.with_end(event.reason))
            case DartCorrected():
                self._take_correction(event)
            case BoardReset():
                self._clear(event.visit_id)
                self._cleared = True
            case BoardStateChanged():
                self.state, self.status = event.state, event.status
                self.takeout = event.state == "pull_out_started"  # its beginning may lie before the first event
            case CameraStateChanged() | CalibrationChanged():
                pass
            case _:
                assert_never(event)

    def _take_throw(self, event: DartHit | DartUnscored | ThrowMiss | ExtraDart, at_s: float) -> None:
        self.begin_visit(event.visit_id)
        match event:
            case DartHit():
                self._count_dart(event.dart_id)
                self.darts = (*self.darts, from_hit(event, at_s))
                slot = Slot(dart_number=event.dart_number, dart_id=event.dart_id, label=event.score.label, points=event.score.total)
            case ExtraDart():
                self._count_dart(event.dart_id)
                self.darts = (*self.darts, from_extra(event, at_s))
                return
            case DartUnscored():
                self._count_dart(event.dart_id)
                slot = Slot(dart_number=event.dart_number, dart_id=event.dart_id, label=UNSCORED_LABEL, points=0, stuck_unseen=True)
            case ThrowMiss():
                slot = Slot(dart_number=event.dart_number or NO_SLOT, dart_id=None, label=MISS_LABEL, points=0)
            case _:
                assert_never(event)
        if slot.dart_number != NO_SLOT:
            self.visit = self.visit.with_slot(slot)

    def _take_dart(self, event: DartRemoved | DartBounceOut | DartMoved) -> None:
        match event:
            case DartRemoved():
                self.darts = tuple(dart for dart in self.darts if dart.dart_id not in event.removed_dart_ids)
                self.part_taken = True
            case DartBounceOut():
                self.darts = tuple(dart for dart in self.darts if dart.dart_id != event.dart_id)
                self._revise(event.visit_id, lambda visit: visit.with_fallen(event.dart_id))
            case DartMoved():
                self._replace_dart(event.dart_id, axis=axis_of(event.new_position, event.slope))
            case _:
                assert_never(event)

    def _take_takeout(self, event: TakeoutStarted | FalseTakeout | TakeoutOverdue | TakeoutFinished) -> None:
        match event:
            case TakeoutStarted():
                self.takeout, self.part_taken, self.overdue_told = True, False, False
            case FalseTakeout():
                self.takeout = False
            case TakeoutOverdue():
                self.overdue_told = True
            case TakeoutFinished():
                self._clear(self.next_visit_id)
                self._cleared = False
            case _:
                assert_never(event)

    def _take_correction(self, event: DartCorrected) -> None:
        self._count_dart(event.dart_id)
        self._revise(event.visit_id, lambda visit: visit.with_correction(event))
        if event.operation == "delete":
            self._replace_dart(event.dart_id, dart_number=NO_SLOT)
        elif event.score is not None:
            self._replace_dart(event.dart_id, score=event.score)

    def _clear(self, visit_id: VisitId) -> None:
        self.darts = ()
        self.takeout = self.part_taken = self.overdue_told = False
        self.begin_visit(visit_id)

    def _revise(self, visit_id: VisitId, change: Callable[[Visit], Visit]) -> None:
        if visit_id == self.visit.visit_id:
            self.visit = change(self.visit)
        else:
            self.past = tuple(change(visit) if visit.visit_id == visit_id else visit for visit in self.past)

    def _replace_dart(self, dart_id: DartId, **fields: object) -> None:
        self.darts = tuple(msgspec.structs.replace(d, **fields) if d.dart_id == dart_id else d for d in self.darts)

    def _count_dart(self, dart_id: DartId) -> None:
        self._last_dart = max(self._last_dart, _number(dart_id))


def _visit_id(number: int) -> VisitId:
    return VisitId(f"v{number:06d}")


def _number(name: DartId | VisitId) -> int:
    """Read the number of an id; one that was not given here has none."""
    return int(name[1:]) if name[1:].isdecimal() else 0
