"""Build the events of darts and visits, apply each to the memory, and collect them for the journal."""

import msgspec

from dartd.board.memory import BoardMemory
from dartd.board.standing import StandingDart, extra_event, hit_event
from dartd.board.visit import NO_SLOT, VisitEnd, correction
from dartd.fusion.observation import LocatedDart, Observation
from schemas.base import DartId
from schemas.commands import CorrectDart, SignOnPlayer
from schemas.events import (
    BoardEvent,
    BoardReset,
    BoardStateChanged,
    BoardStatus,
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartRemoved,
    DartUnscored,
    FalseTakeout,
    MotionData,
    PlayerSignedOn,
    TakeoutFinished,
    TakeoutOverdue,
    TakeoutStarted,
    ThrowMiss,
    ThrowState,
)
from schemas.geometry import Axis3

_CARRY_THEIR_VISIT = (DartHit, DartUnscored, ThrowMiss, DartBounceOut, DartCorrected)
_CARRY_SHOWN_VISIT = (TakeoutFinished, BoardReset, PlayerSignedOn)


class EventEmitter:
    """Emit the events of one step after the other. `now` is the media time of the step.

    `settled_s` holds the capture time (media time, seconds) of the first still frame of each dart that was emitted in the step.
    """

    def __init__(self, memory: BoardMemory) -> None:
        self.memory = memory
        self.now = 0.0
        self.events: list[BoardEvent] = []
        self.settled_s: dict[DartId, float] = {}

    def begin(self, now: float) -> list[BoardEvent]:
        """Begin a step; what it emits gathers in the returned list."""
        self.now, self.events = now, []
        return self.events

    def emit(self, event: BoardEvent) -> None:
        """Apply an event to the memory and collect it, with the visit as it stands then."""
        self.memory.apply(event, self.now)
        if isinstance(event, _CARRY_THEIR_VISIT):
            visit = self.memory.find_visit(event.visit_id)
            event = msgspec.structs.replace(event, visit=None if visit is None else visit.snapshot())
        elif isinstance(event, _CARRY_SHOWN_VISIT):
            event = msgspec.structs.replace(event, visit=self.memory.shown_visit.snapshot())
        self.events.append(event)

    def landing(self, landing: LocatedDart) -> None:
        """Emit a dart that stuck; it takes a slot while no takeout is open and one is free, else it is extra."""
        dart_id, visit, number = self.memory.next_dart_id, self.memory.visit, self._slot()
        if number is None:
            self.emit(extra_event(landing, dart_id, visit))
        else:
            self.settled_s[dart_id] = landing.settled_at_s
            self.emit(hit_event(landing, dart_id, visit, number))
        self.memory.note_episodes(dart_id, landing.episodes)
        if number is not None:
            self._complete_when_full()

    def unscored(self, reason: str = "not_localised") -> None:
        """Emit a dart that stuck and was not localised; without a free slot its number is 0."""
        dart_id, visit, number = self.memory.next_dart_id, self.memory.visit, self._slot()
        self.emit(
            DartUnscored(
                dart_id=dart_id,
                visit_id=visit.visit_id,
                dart_number=number or NO_SLOT,
                reason="extra_dart" if number is None else reason,
                player_id=visit.player_id,
            )
        )
        if number is not None:
            self._complete_when_full()

    def miss(self, seen: Observation, *, timeout_ms: int, takes_slot: bool) -> None:
        """Emit a throw that left no dart in the board."""
        duration_ms = round((seen.settled_s - seen.started_s) * 1000)
        number = self._slot() if takes_slot else None
        self.emit(
            ThrowMiss(
                visit_id=self.memory.visit.visit_id,
                dart_number=number,
                motion_data=MotionData(max_motion=seen.max_motion, motion_duration_ms=duration_ms),
                reason="timeout" if duration_ms > timeout_ms else "no_dart_detected",
                player_id=self.memory.visit.player_id,
            )
        )
        if number is not None:
            self._complete_when_full()

    def moved(self, moved: tuple[tuple[DartId, Axis3], ...]) -> None:
        """Emit darts that were pushed aside."""
        for dart_id, axis in moved:
            dart = self.memory.dart(dart_id)
            if dart is not None:
                self.emit(dart.moved(axis))

    def bounce_out(self, dart: StandingDart, fell_s: float) -> None:
        """Emit a dart that fell at media time `fell_s`; when its visit was completed with its points, complete the visit again."""
        visit = self.memory.visit
        on_board_ms = max(0, round((fell_s - dart.landed_at_s) * 1000))
        self.emit(
            DartBounceOut(
                dart_id=dart.dart_id,
                visit_id=visit.visit_id,
                dart_position=dart.position,
                time_on_board_ms=on_board_ms,
                player_id=visit.player_id,
            )
        )
        visit = self.memory.visit
        if visit.ended and visit.slot_of(dart.dart_id):
            self.emit(visit.completed(visit.ended))

    def removed(self, gone: tuple[StandingDart, ...]) -> None:
        """Emit darts that were taken out together."""
        self.emit(
            DartRemoved(
                count_removed=len(gone),
                count_remaining=len(self.memory.darts) - len(gone),
                removed_dart_ids=tuple(dart.dart_id for dart in gone),
                visit_id=self.memory.visit.visit_id,
            )
        )

    def takeout_started(self) -> None:
        """Emit that a hand came for the darts."""
        self.emit(TakeoutStarted(visit_id=self.memory.visit.visit_id, darts_in_board=len(self.memory.darts)))

    def false_takeout(self) -> None:
        """Emit that the hand left all that stands."""
        self.emit(FalseTakeout(visit_id=self.memory.visit.visit_id, darts_in_board=len(self.memory.darts)))

    def takeout_overdue(self) -> None:
        """Emit that darts stand too long after the hand."""
        self.emit(TakeoutOverdue(visit_id=self.memory.visit.visit_id, count_remaining=len(self.memory.darts)))

    def takeout_finished(self) -> None:
        """Complete the visit if that is still to be done, and emit that the board is free; darts that still stand are adopted."""
        self.complete("takeout")
        self.emit(TakeoutFinished(visit_id=self.memory.visit.visit_id, count_remaining=len(self.memory.darts)))

    def changed(self, state: ThrowState, status: BoardStatus, reason: str) -> None:
        """Emit the state and the status of the board, if either is new."""
        old_state, old_status = self.memory.state, self.memory.status
        if (state, status) != (old_state, old_status):
            event = BoardStateChanged(state=state, previous_state=old_state, status=status, previous_status=old_status, reason=reason)
            self.emit(event)

    def complete(self, reason: VisitEnd) -> None:
        """Complete the running visit, unless nothing was thrown in it or it was completed."""
        visit = self.memory.visit
        if visit.slots and not visit.ended:
            self.emit(visit.completed(reason))

    def correct(self, command: CorrectDart) -> None:
        """Emit a correction, and its visit again when that was completed before.

        Raises:
            CommandRefusedError: there is no such dart, bed or free slot.
        """
        event = correction(command, self.memory.visits, self.memory.next_dart_id)
        self.emit(event)
        visit = next(visit for visit in self.memory.visits if visit.visit_id == event.visit_id)
        if visit.ended:
            self.emit(visit.completed("correction"))
        elif visit.free_number is None:
            self.emit(visit.completed("three_darts"))

    def sign_on(self, command: SignOnPlayer) -> None:
        """Emit who is signed on from now on; signing on again is no event."""
        before = self.memory.player_id
        if command.player_id != before:
            self.emit(PlayerSignedOn(player_id=command.player_id, previous_player_id=before, user_id=command.user_id))

    def cleared(self, user_id: str | None) -> None:
        """Emit that the board counts as empty, with a fresh visit."""
        self.complete("reset")
        visit = self.memory.visit
        self.emit(BoardReset(visit_id=visit.visit_id if visit.is_fresh else self.memory.next_visit_id, user_id=user_id))

    def _slot(self) -> int | None:
        return None if self.memory.takeout else self.memory.visit.free_number

    def _complete_when_full(self) -> None:
        """Complete the visit at its third slot; one that was completed and has a slot again by a correction is completed anew."""
        visit = self.memory.visit
        if visit.free_number is None or visit.ended:
            self.emit(visit.completed("three_darts"))
