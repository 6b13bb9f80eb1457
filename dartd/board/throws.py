"""The throw state machine: from what the cameras together say to what is told.

Rules for whoever changes it:

- Everything that moves the state stands in TRANSITIONS. What is not in the table raises TransitionError and changes nothing. The
  diagram in README.md is made from it.
- The machine decides, BoardMemory remembers. A decision is told as an event and remembered by that event, so nothing that has to
  survive a crash may be kept in an attribute of the machine: those are for the moment only (is a hand in view, since when).
- Time is an argument. A timeout is an input too: `tick` at `deadline`.
"""

from collections.abc import Iterable
from typing import Literal, assert_never

from dartd.board import standing
from dartd.board.observation import Landing, Moving, Observation
from dartd.board.recovery import BoardMemory
from dartd.board.standing import StandingDart
from dartd.board.visit import NO_SLOT, VisitEnd, correction
from dartd.errors import DartdError
from schemas.base import DartId, Value
from schemas.commands import CorrectDart, ResetBoard, StartBoard, StopBoard
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
    VisitSnapshot,
)

ThrowInput = Literal[
    "motion",  # something moves, and it is not known to be a hand
    "hand",  # a hand is at the board and there is something to take (also one too quick to be seen)
    "still_with_darts",  # all is judged (or motion went on beyond its timeout) and darts stand in the board
    "still_without_darts",  # the same, and none stands
    "hand_left",  # the hand is gone and every dart still stands
    "darts_taken",  # one or more darts went during a takeout
    "board_emptied",  # the last dart is out and no hand is in view
    "pull_out_timeout",  # darts still stand long after the hand
    "adopt_timeout",  # and nobody takes them
    "reset",
    "new_sequence",
    "start",
    "stop",
    "correct",
]

TRANSITIONS: dict[ThrowState, dict[ThrowInput, ThrowState]] = {
    "wait_for_throw": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        "reset": "wait_for_throw",
        "new_sequence": "wait_for_throw",
        "start": "wait_for_throw",
        "stop": "wait_for_throw",
        "correct": "wait_for_throw",
    },
    "throw_detected": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        "reset": "wait_for_throw",
        "new_sequence": "wait_for_throw",
        "start": "throw_detected",
        "stop": "throw_detected",
        "correct": "throw_detected",
    },
    "throw_finished": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        "reset": "wait_for_throw",
        "new_sequence": "wait_for_throw",
        "start": "throw_finished",
        "stop": "throw_finished",
        "correct": "throw_finished",
    },
    "pull_out_started": {
        "motion": "pull_out_started",
        "hand": "pull_out_started",
        "hand_left": "throw_finished",
        "darts_taken": "pull_out_started",
        "board_emptied": "wait_for_throw",
        "pull_out_timeout": "pull_out_started",
        "adopt_timeout": "wait_for_throw",
        "reset": "wait_for_throw",
        "new_sequence": "wait_for_throw",
        "start": "pull_out_started",
        "stop": "pull_out_started",
        "correct": "pull_out_started",
    },
}


class TransitionError(DartdError):
    """An input came in a state that has no place for it: a fault of the machine itself."""


def next_state(state: ThrowState, given: ThrowInput) -> ThrowState:
    """Look the input up in the table.

    Raises:
        TransitionError: the table has no such input in this state.
    """
    try:
        return TRANSITIONS[state][given]
    except KeyError:
        raise TransitionError(f"{given} has no place in state {state}", state=state, input=given) from None


class ThrowTimes(Value, frozen=True, kw_only=True):
    """The time limits of throws and takeouts, and whether a miss takes a slot.

    `settled_timeout_ms` and `bounce_out_check_ms` bound how long cameras may take to settle and to look again for a fallen dart; they
    concern whoever makes the observations.
    """

    settled_timeout_ms: int = 500
    throw_timeout_ms: int = 2000
    pull_out_timeout_ms: int = 5000
    bounce_out_check_ms: int = 1000
    takeout_adopt_ms: int = 10000
    count_misses: bool = True


class ThrowMachine:
    """Decides what is told of throws, visits and takeouts of one board.

    Every method that takes an input gives the events of it, in the order in which they are to be journalled.
    """

    def __init__(self, times: ThrowTimes) -> None:
        self.times = times
        self.memory = BoardMemory()
        self._told: list[JournalledEvent] = []
        self._now = 0.0
        self._stopped = False
        self._ready = False
        self._was_ready = False
        self._calibrating = False
        self._hand = False  # in view as far as is known
        self._hand_at = 0.0  # when that was last so; meaningful during a takeout
        self._checked = False  # the pull-out timeout after that has passed
        self._empty: bool | None = None  # what the board was last said to be during this takeout
        self._motion_at = 0.0  # when the motion of throw_detected began
        self._unwatched = False  # nobody has looked at the board for a while, so what is gone may have been taken

    # What it knows.

    @property
    def state(self) -> ThrowState:
        """Give the state of the table."""
        return self.memory.state

    @property
    def status(self) -> BoardStatus:
        """Give the status that people see."""
        return self.memory.status

    @property
    def darts(self) -> tuple[StandingDart, ...]:
        """Give the darts that stand in the board, in the order in which they came."""
        return self.memory.darts

    @property
    def visit(self) -> VisitSnapshot:
        """Give the visit that runs, or the last one until the next dart."""
        return self.memory.shown_visit.snapshot()

    @property
    def takeout(self) -> bool:
        """Tell whether a takeout is open."""
        return self.memory.takeout

    def deadline(self) -> float | None:
        """Give the time at which `tick` has something to do, None when nothing runs."""
        if self.state == "throw_detected":
            return self._motion_at + self.times.throw_timeout_ms / 1000
        if self.state != "pull_out_started":
            return None
        pull_out_s, adopt_s = self.times.pull_out_timeout_ms / 1000, self.times.takeout_adopt_ms / 1000
        if self._hand:  # a hand of which nothing new is heard has to be given up at some time, lest a lost camera stop the game
            return self._hand_at + adopt_s
        return self._hand_at + pull_out_s + (adopt_s if self._checked else 0.0)

    # What it is told.

    def observe(self, seen: Moving | Observation, now: float) -> list[JournalledEvent]:
        """Take in what the cameras say."""
        told = self._turn(now)
        if self._stopped or self._calibrating:
            return told
        match seen:
            case Moving():
                self._on_moving(seen)
            case Observation():
                self._on_observation(seen)
            case _:
                assert_never(seen)
        return told

    def tick(self, now: float) -> list[JournalledEvent]:
        """Act on every time limit that has passed."""
        told = self._turn(now)
        while (due := self.deadline()) is not None and due <= now:
            if self.state == "throw_detected":
                self._rest("throw_timeout")
            else:
                self._on_takeout_timeout(due)
        return told

    def command(self, command: ResetBoard | StartBoard | StopBoard | CorrectDart, now: float) -> list[JournalledEvent]:
        """Do what a person asks.

        Raises:
            CommandRefusedError: the correction names no dart, no bed or no free slot; nothing is changed then.
        """
        told = self._turn(now)
        match command:
            case ResetBoard():
                self._clear(command.user_id)
                self._move("reset", "reset")
            case StartBoard():
                self._unwatched |= self._stopped
                self._stopped = False
                self._move("start", "start")
            case StopBoard():
                self._stopped = True
                self._move("stop", "stop")
            case CorrectDart():
                self._correct(command)
                self._move("correct", "correct")
            case _:
                assert_never(command)
        return told

    def new_sequence(self, now: float) -> list[JournalledEvent]:
        """Begin with an empty board and a fresh visit, as a recording does that goes on with another sequence."""
        told = self._turn(now)
        if self.darts or not self.memory.visit.is_fresh or self.takeout:
            self._clear(None)
        self._hand = self._unwatched = False
        self._move("new_sequence", "new_sequence")
        return told

    def set_status(self, *, ready: bool, calibrating: bool, now: float) -> list[JournalledEvent]:
        """Say whether any camera is ready and whether the board is being calibrated."""
        told = self._turn(now)
        self._unwatched |= (ready and not self._ready) or (self._calibrating and not calibrating)
        self._ready, self._calibrating = ready, calibrating
        self._was_ready |= ready
        self._announce(self.state, self._status_of(self.state))
        return told

    def restore(self, events: Iterable[tuple[JournalledEvent, float]], now: float) -> None:
        """Become what the journal tells, each event with its media time; limits that ran start anew at `now`."""
        self.memory = BoardMemory()
        self.memory.fold(events)
        self._stopped = self.status == "stopped"
        self._ready = self._was_ready = self._calibrating = False
        self._hand, self._checked, self._empty = False, self.memory.overdue_told, None
        self._hand_at = self._motion_at = now
        self._unwatched = True

    # Motion and what came of it.

    def _on_moving(self, seen: Moving) -> None:
        if seen.hand:
            self._see_hand()
        elif self.state != "throw_detected":
            self._motion_at = self._now
            self._move("motion", "motion")

    def _on_observation(self, seen: Observation) -> None:
        hand_was_in = self._hand or seen.hand
        self._empty = seen.empty
        if seen.hand:
            self._see_hand()
        else:
            self._hand = False
        if self.takeout:
            self._judge_takeout(seen, hand_was_in=hand_was_in)
        elif seen.hand:  # at a board with nothing to take
            self._rest("hand")
        else:
            self._judge_throw(seen, hand_was_in=hand_was_in)
        if not seen.hand:
            self._unwatched = False

    def _judge_throw(self, seen: Observation, *, hand_was_in: bool = False) -> None:
        """Judge a board that no hand is at."""
        thrown = bool(seen.landings) or seen.unlocalised or seen.flight
        if thrown and self.memory.visit.free_number is None and not self.darts:
            # All three were thrown, none stands and nobody came to take any: the next throw opens the next visit.
            self.memory.begin_visit(self.memory.next_visit_id)
        self._tell_moved(seen)
        gone = self._known(seen.gone)
        if gone and (self._unwatched or (len(gone) > 1 and not thrown)):
            self._take_unseen(gone)
        else:
            for dart in gone:
                self._tell_bounce_out(dart)
        self._count_throws(seen)
        if seen.flight and not (seen.landings or seen.unlocalised or gone or hand_was_in):
            self._tell_miss(seen)
        if self.state != "pull_out_started":
            self._rest("settled")

    def _count_throws(self, seen: Observation) -> None:
        for landing in seen.landings:
            self._tell_landing(landing)
        if seen.unlocalised:
            self._tell_unscored()

    def _rest(self, reason: str) -> None:
        stands = bool(self.darts) or self.memory.visit.has_unseen
        self._move("still_with_darts" if stands else "still_without_darts", reason)

    # Takeouts.

    def _see_hand(self) -> None:
        self._hand, self._hand_at, self._checked = True, self._now, False
        if self.takeout:
            return
        if self.darts or self.memory.visit.slots:
            self._start_takeout("hand")

    def _start_takeout(self, reason: str) -> None:
        self._hand_at, self._checked = self._now, False
        self._tell(TakeoutStarted(visit_id=self.memory.visit.visit_id, darts_in_board=len(self.darts)))
        self._move("hand", reason)

    def _judge_takeout(self, seen: Observation, *, hand_was_in: bool) -> None:
        """Judge a board in takeout.

        What lands while a hand is in view, or in the same episode in which darts went by a hand, does not count: hands leave marks that
        look like darts. Once a dart is out, the visit is over as soon as the board is empty, so a dart that lands before counts as
        extra. Where the hand took nothing the takeout was none, and what landed meanwhile is a throw.
        """
        if not seen.hand:
            self._tell_moved(seen)
        bare = seen.empty is True and not (seen.hand or seen.landings or seen.unlocalised)
        self._tell_removed(self.darts if bare else self._known(seen.gone))
        if seen.hand:
            return
        if hand_was_in:
            self._hand_at, self._checked = self._now, False
        if self._took_nothing(seen):
            self._tell(FalseTakeout(visit_id=self.memory.visit.visit_id, darts_in_board=len(self.darts)))
            self._move("hand_left", "false_takeout")
            self._judge_throw(seen, hand_was_in=True)
        elif not self.darts:
            self._finish_takeout("board_emptied", "takeout_finished")
            if not hand_was_in:
                self._judge_throw(seen, hand_was_in=True)
        elif not hand_was_in:
            self._count_throws(seen)

    def _took_nothing(self, seen: Observation) -> bool:
        if self.memory.part_taken:
            return False
        return bool(self.darts) or (self.memory.visit.has_unseen and seen.empty is False)

    def _take_unseen(self, gone: tuple[StandingDart, ...]) -> None:
        """Take it for a takeout by a hand that no camera saw."""
        self._start_takeout("hand_unseen")
        self._tell_removed(gone)
        if not self.darts:
            self._finish_takeout("board_emptied", "takeout_finished")

    def _on_takeout_timeout(self, due: float) -> None:
        if self._hand:
            self._hand, self._hand_at, self._checked = False, due, False
        elif self._checked:
            self._finish_takeout("adopt_timeout", "takeout_adopted")
        else:
            self._checked = True
            if self._empty:
                self._tell_removed(self.darts)
            if not self.darts:
                self._finish_takeout("board_emptied", "takeout_finished")
            elif not self.memory.overdue_told:
                self._tell(TakeoutOverdue(visit_id=self.memory.visit.visit_id, count_remaining=len(self.darts)))
                self._move("pull_out_timeout", "takeout_overdue")

    def _finish_takeout(self, given: ThrowInput, reason: str) -> None:
        self._complete("takeout")
        self._tell(TakeoutFinished(visit_id=self.memory.visit.visit_id, count_remaining=len(self.darts)))
        self._empty = None
        self._move(given, reason)

    # Darts.

    def _known(self, dart_ids: Iterable[DartId]) -> tuple[StandingDart, ...]:
        wanted = set(dart_ids)
        return tuple(dart for dart in self.darts if dart.dart_id in wanted)

    def _tell_landing(self, landing: Landing) -> None:
        dart_id, visit = self.memory.next_dart_id, self.memory.visit
        number = None if self.takeout else visit.free_number
        if number is None:
            self._tell(standing.extra_event(landing, dart_id, visit.visit_id))
        else:
            self._tell(standing.hit_event(landing, dart_id, visit.visit_id, number, self._now))
        self.memory.note_episodes(dart_id, landing.episodes)
        if number is not None:
            self._complete_when_full()

    def _tell_unscored(self) -> None:
        visit = self.memory.visit
        number = None if self.takeout else visit.free_number
        reason = "extra_dart" if number is None else "not_localised"
        dart_id = self.memory.next_dart_id
        self._tell(DartUnscored(dart_id=dart_id, visit_id=visit.visit_id, dart_number=number or NO_SLOT, reason=reason))
        if number is not None:
            self._complete_when_full()

    def _tell_miss(self, seen: Observation) -> None:
        duration_ms = round((seen.settled_s - seen.started_s) * 1000)
        number = self.memory.visit.free_number if self.times.count_misses else None
        self._tell(
            ThrowMiss(
                visit_id=self.memory.visit.visit_id,
                dart_number=number,
                motion_data=MotionData(max_motion=seen.max_motion, motion_duration_ms=duration_ms),
                reason="timeout" if duration_ms > self.times.throw_timeout_ms else "no_dart_detected",
            )
        )
        if number is not None:
            self._complete_when_full()

    def _tell_moved(self, seen: Observation) -> None:
        for dart_id, axis in seen.moved:
            for dart in self._known((dart_id,)):
                self._tell(dart.moved(axis))

    def _tell_bounce_out(self, dart: StandingDart) -> None:
        """Tell that a dart fell; when its visit was told with its points, tell the visit again."""
        visit = self.memory.visit
        on_board_ms = max(0, round((self._now - dart.landed_at_s) * 1000))
        self._tell(DartBounceOut(dart_id=dart.dart_id, visit_id=visit.visit_id, dart_position=dart.position, time_on_board_ms=on_board_ms))
        if visit.ended and visit.slot_of(dart.dart_id):
            self._tell(self.memory.visit.completed(visit.ended))

    def _tell_removed(self, gone: tuple[StandingDart, ...]) -> None:
        if not gone:
            return
        self._tell(
            DartRemoved(
                count_removed=len(gone),
                count_remaining=len(self.darts) - len(gone),
                removed_dart_ids=tuple(dart.dart_id for dart in gone),
                visit_id=self.memory.visit.visit_id,
            )
        )
        self._move("darts_taken", "dart_removed")

    # Visits.

    def _complete(self, reason: VisitEnd) -> None:
        visit = self.memory.visit
        if visit.slots and not visit.ended:
            self._tell(visit.completed(reason))

    def _complete_when_full(self) -> None:
        """Tell the visit at its third slot; a slot that a correction freed is told again when it is used anew."""
        visit = self.memory.visit
        if visit.free_number is None or visit.ended:
            self._tell(visit.completed("three_darts"))

    def _correct(self, command: CorrectDart) -> None:
        event = correction(command, self.memory.visits, self.memory.next_dart_id)
        self._tell(event)
        visit = next(visit for visit in self.memory.visits if visit.visit_id == event.visit_id)
        if visit.ended:
            self._tell(visit.completed("correction"))
        elif visit.free_number is None:
            self._tell(visit.completed("three_darts"))

    def _clear(self, user_id: str | None) -> None:
        self._complete("reset")
        visit = self.memory.visit
        visit_id = visit.visit_id if visit.is_fresh else self.memory.next_visit_id
        self._tell(BoardReset(visit_id=visit_id, user_id=user_id))
        self._hand = self._checked = self._unwatched = False
        self._empty = None

    # Telling.

    def _turn(self, now: float) -> list[JournalledEvent]:
        self._now, self._told = now, []
        return self._told

    def _tell(self, event: JournalledEvent) -> None:
        self.memory.take_in(event, self._now)
        self._told.append(event)

    def _move(self, given: ThrowInput, reason: str) -> None:
        state = next_state(self.state, given)
        self._announce(state, reason)

    def _announce(self, state: ThrowState, reason: str) -> None:
        status = self._status_of(state)
        if (state, status) != (self.state, self.status):
            self._tell(BoardStateChanged(state=state, previous_state=self.state, status=status, previous_status=self.status, reason=reason))

    def _status_of(self, state: ThrowState) -> BoardStatus:
        if self._stopped:
            return "stopped"
        if self._calibrating:
            return "calibrating"
        if not self._ready:
            return "error" if self._was_ready else "starting"
        return "takeout" if state == "pull_out_started" else "throw"
