"""What is told of darts and visits: each event is built here, remembered by being told, and kept for the journal."""

from dartd.board.recovery import BoardMemory
from dartd.board.standing import StandingDart, extra_event, hit_event
from dartd.board.visit import NO_SLOT, VisitEnd, correction
from dartd.fusion.observation import LocatedDart, Observation
from schemas.base import DartId
from schemas.commands import CorrectDart
from schemas.events import (
    BoardReset,
    BoardStateChanged,
    BoardStatus,
    DartBounceOut,
    DartRemoved,
    DartUnscored,
    FalseTakeout,
    JournalledEvent,
    MotionData,
    TakeoutFinished,
    TakeoutOverdue,
    TakeoutStarted,
    ThrowMiss,
    ThrowState,
)
from schemas.geometry import Axis3


class Teller:
    """Tells one turn of events after the other. `now` is the media time of the turn, `told` its events."""

    def __init__(self, memory: BoardMemory) -> None:
        self.memory = memory
        self.now = 0.0
        self.told: list[JournalledEvent] = []

    def turn(self, now: float) -> list[JournalledEvent]:
        """Begin a turn; what is told in it gathers in the list that is given back."""
        self.now, self.told = now, []
        return self.told

    def tell(self, event: JournalledEvent) -> None:
        """Tell an event."""
        self.memory.take_in(event, self.now)
        self.told.append(event)

    def landing(self, landing: LocatedDart) -> None:
        """Tell of a dart that stuck; it takes a slot while no takeout is open and one is free, else it is extra."""
        dart_id, visit, number = self.memory.next_dart_id, self.memory.visit, self._slot()
        if number is None:
            self.tell(extra_event(landing, dart_id, visit.visit_id))
        else:
            self.tell(hit_event(landing, dart_id, visit.visit_id, number, self.now))
        self.memory.note_episodes(dart_id, landing.episodes)
        if number is not None:
            self._complete_when_full()

    def unscored(self) -> None:
        """Tell of a dart that stuck nobody can say where; without a slot for it its number is 0."""
        dart_id, visit, number = self.memory.next_dart_id, self.memory.visit, self._slot()
        reason = "extra_dart" if number is None else "not_localised"
        self.tell(DartUnscored(dart_id=dart_id, visit_id=visit.visit_id, dart_number=number or NO_SLOT, reason=reason))
        if number is not None:
            self._complete_when_full()

    def miss(self, seen: Observation, *, timeout_ms: int, takes_slot: bool) -> None:
        """Tell of a throw of which nothing stuck."""
        duration_ms = round((seen.settled_s - seen.started_s) * 1000)
        number = self._slot() if takes_slot else None
        self.tell(
            ThrowMiss(
                visit_id=self.memory.visit.visit_id,
                dart_number=number,
                motion_data=MotionData(max_motion=seen.max_motion, motion_duration_ms=duration_ms),
                reason="timeout" if duration_ms > timeout_ms else "no_dart_detected",
            )
        )
        if number is not None:
            self._complete_when_full()

    def moved(self, moved: tuple[tuple[DartId, Axis3], ...]) -> None:
        """Tell of darts that were pushed aside."""
        for dart_id, axis in moved:
            dart = self.memory.dart(dart_id)
            if dart is not None:
                self.tell(dart.moved(axis))

    def bounce_out(self, dart: StandingDart) -> None:
        """Tell of a dart that fell; when its visit was told with its points, tell the visit again."""
        on_board_ms = max(0, round((self.now - dart.landed_at_s) * 1000))
        visit_id = self.memory.visit.visit_id
        self.tell(DartBounceOut(dart_id=dart.dart_id, visit_id=visit_id, dart_position=dart.position, time_on_board_ms=on_board_ms))
        visit = self.memory.visit
        if visit.ended and visit.slot_of(dart.dart_id):
            self.tell(visit.completed(visit.ended))

    def removed(self, gone: tuple[StandingDart, ...]) -> None:
        """Tell of darts that were taken out together."""
        self.tell(
            DartRemoved(
                count_removed=len(gone),
                count_remaining=len(self.memory.darts) - len(gone),
                removed_dart_ids=tuple(dart.dart_id for dart in gone),
                visit_id=self.memory.visit.visit_id,
            )
        )

    def takeout_started(self) -> None:
        """Tell that a hand came for the darts."""
        self.tell(TakeoutStarted(visit_id=self.memory.visit.visit_id, darts_in_board=len(self.memory.darts)))

    def false_takeout(self) -> None:
        """Tell that the hand left all that stands."""
        self.tell(FalseTakeout(visit_id=self.memory.visit.visit_id, darts_in_board=len(self.memory.darts)))

    def takeout_overdue(self) -> None:
        """Tell that darts stand too long after the hand."""
        self.tell(TakeoutOverdue(visit_id=self.memory.visit.visit_id, count_remaining=len(self.memory.darts)))

    def takeout_finished(self) -> None:
        """Tell the visit if that is still to be done, and that the board is free; darts that still stand are forgotten."""
        self.complete("takeout")
        self.tell(TakeoutFinished(visit_id=self.memory.visit.visit_id, count_remaining=len(self.memory.darts)))

    def changed(self, state: ThrowState, status: BoardStatus, reason: str) -> None:
        """Tell the state and the status of the board, if either is new."""
        old_state, old_status = self.memory.state, self.memory.status
        if (state, status) != (old_state, old_status):
            event = BoardStateChanged(state=state, previous_state=old_state, status=status, previous_status=old_status, reason=reason)
            self.tell(event)

    def complete(self, reason: VisitEnd) -> None:
        """Tell the end of the visit that runs, unless nothing was thrown in it or its end was told."""
        visit = self.memory.visit
        if visit.slots and not visit.ended:
            self.tell(visit.completed(reason))

    def correct(self, command: CorrectDart) -> None:
        """Tell a correction, and its visit again when that was told before.

        Raises:
            CommandRefusedError: there is no such dart, bed or free slot.
        """
        event = correction(command, self.memory.visits, self.memory.next_dart_id)
        self.tell(event)
        visit = next(visit for visit in self.memory.visits if visit.visit_id == event.visit_id)
        if visit.ended:
            self.tell(visit.completed("correction"))
        elif visit.free_number is None:
            self.tell(visit.completed("three_darts"))

    def cleared(self, user_id: str | None) -> None:
        """Tell that the board is to be taken as empty, with a fresh visit."""
        self.complete("reset")
        visit = self.memory.visit
        self.tell(BoardReset(visit_id=visit.visit_id if visit.is_fresh else self.memory.next_visit_id, user_id=user_id))

    def _slot(self) -> int | None:
        return None if self.memory.takeout else self.memory.visit.free_number

    def _complete_when_full(self) -> None:
        """Tell the visit at its third slot; one that was told and has a slot again by a correction is told anew."""
        visit = self.memory.visit
        if visit.free_number is None or visit.ended:
            self.tell(visit.completed("three_darts"))
