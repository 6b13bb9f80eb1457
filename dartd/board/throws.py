"""The throw state machine: from what the cameras together say to what is told.

Rules for whoever changes it:

- Everything that moves the state stands in TRANSITIONS. What is not in the table raises TransitionError and changes nothing. The
  diagram in README.md is made from it.
- The machine decides, BoardMemory remembers. A decision is told as an event and remembered by that event; attributes of the machine
  are for the moment only (is a hand in view, since when), nothing that has to survive a crash.
- Time is an argument. A timeout is an input too: `tick` at `deadline`.
"""

from collections.abc import Iterable
from typing import Literal, assert_never

from dartd.board.hand import Hand
from dartd.board.recovery import BoardMemory
from dartd.board.standing import StandingDart
from dartd.board.status import Readiness
from dartd.board.telling import Teller
from dartd.errors import DartdError
from dartd.fusion.observation import Observation, OngoingMotion
from schemas.base import Value
from schemas.commands import CorrectDart, ResetBoard, StartBoard, StopBoard
from schemas.events import BoardStatus, JournalledEvent, ThrowState, VisitSnapshot

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

_AFRESH: dict[ThrowInput, ThrowState] = {"reset": "wait_for_throw", "new_sequence": "wait_for_throw"}
TRANSITIONS: dict[ThrowState, dict[ThrowInput, ThrowState]] = {
    "wait_for_throw": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        **_AFRESH,
        "start": "wait_for_throw",
        "stop": "wait_for_throw",
        "correct": "wait_for_throw",
    },
    "throw_detected": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        **_AFRESH,
        "start": "throw_detected",
        "stop": "throw_detected",
        "correct": "throw_detected",
    },
    "throw_finished": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        **_AFRESH,
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
        **_AFRESH,
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
        self._teller = Teller(BoardMemory())
        self._readiness = Readiness()
        self._motion_at = 0.0  # when the motion of throw_detected began
        self._hand = Hand()

    # What it knows.

    @property
    def memory(self) -> BoardMemory:
        """Give all that would survive a crash."""
        return self._teller.memory

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
        times = self.times
        return self._hand.due_s(times.pull_out_timeout_ms / 1000, times.takeout_adopt_ms / 1000, times.throw_timeout_ms / 1000)

    # What it is told.

    def observe(self, seen: OngoingMotion | Observation, now: float) -> list[JournalledEvent]:
        """Take in what the cameras say; nothing of it counts while the board is stopped or being calibrated."""
        told = self._teller.turn(now)
        if not self._readiness.is_watching:
            return told
        match seen:
            case OngoingMotion():
                self._on_moving(seen)
            case Observation():
                self._on_observation(seen)
            case _:
                assert_never(seen)
        return told

    def tick(self, now: float) -> list[JournalledEvent]:
        """Act on every time limit that has passed."""
        told = self._teller.turn(now)
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
        told = self._teller.turn(now)
        match command:
            case ResetBoard():
                self._teller.cleared(command.user_id)
                self._hand.in_view = self._readiness.unwatched = False
                self._move("reset", "reset")
            case StartBoard():
                self._readiness.start()
                self._move("start", "start")
            case StopBoard():
                self._readiness.stopped = True
                self._move("stop", "stop")
            case CorrectDart():
                self._teller.correct(command)
                self._move("correct", "correct")
            case _:
                assert_never(command)
        return told

    def new_sequence(self, now: float) -> list[JournalledEvent]:
        """Begin with an empty board and a fresh visit, as a recording does that goes on with another sequence."""
        told = self._teller.turn(now)
        if self.darts or self.takeout or not self.memory.shown_visit.is_fresh:
            self._teller.cleared(None)
        self._hand.in_view = self._readiness.unwatched = False
        self._move("new_sequence", "new_sequence")
        return told

    def set_status(self, *, ready: bool, calibrating: bool, now: float, failed: bool = False) -> list[JournalledEvent]:
        """Say whether any camera is ready, whether the board is being calibrated, and whether all cameras have failed."""
        told = self._teller.turn(now)
        self._readiness.set_cameras(ready=ready, calibrating=calibrating, failed=failed)
        self._announce(self.state, "cameras")
        return told

    def restore(self, events: Iterable[tuple[JournalledEvent, float]], now: float) -> None:
        """Become what the journal tells, each event with its media time; limits that ran start anew at `now`."""
        self._teller = Teller(BoardMemory())
        self.memory.fold(events)
        self._readiness = Readiness(stopped=self.status == "stopped")
        self._readiness.unwatched = True
        self._motion_at = now
        self._hand = Hand()
        self._hand.seen(now)
        self._hand.compared = self.memory.overdue_told

    # Motion and what came of it.

    def _on_moving(self, seen: OngoingMotion) -> None:
        if self._hand.stirs_s is None:
            self._hand.stirs_s = self._teller.now
        if seen.hand:
            self._see_hand()
        elif self.state != "throw_detected":
            self._motion_at = self._teller.now
            self._move("motion", "motion")

    def _on_observation(self, seen: Observation) -> None:
        hand_was_in = self._hand.in_view or seen.hand
        self._hand.stirs_s = None
        if seen.hand:
            self._see_hand()
        else:
            self._hand.in_view = False
            self._teller.moved(seen.moved)
        self._hand.board_empty = seen.empty
        if self.takeout:
            self._judge_takeout(seen, hand_was_in=hand_was_in)
        elif seen.hand:  # at a board with nothing to take
            self._rest("hand")
        else:
            self._judge_fall(seen)
            self._judge_throw(seen, hand_was_in=hand_was_in)
        self._readiness.unwatched &= seen.hand

    def _judge_fall(self, seen: Observation) -> None:
        """Judge what went without a hand.

        One dart fell, and so did several that a throw knocked out. Several at once without a throw, one for which something moved longer
        than a fall takes, or any while nobody looked, were taken by a hand that no camera knew for one.
        """
        gone = self._gone(seen)
        stuck = bool(seen.darts) or seen.unlocalised
        taken = (len(gone) > 1 and not (stuck or seen.flight)) or (seen.lingered and not stuck)
        if gone and (self._readiness.unwatched or taken):
            self._start_takeout("hand_unseen")
            self._take_out(gone)
            if not self.darts:
                self._finish_takeout("board_emptied", "takeout_finished")
            return
        for dart in gone:
            self._teller.bounce_out(dart)

    def _judge_throw(self, seen: Observation, *, hand_was_in: bool) -> None:
        """Count what landed, or tell of a miss: a flight of which nothing came, and that was no hand either."""
        flew = seen.flight and seen.everywhere  # who waves beside the board is not before all cameras, and shakes none
        missed = flew and not (seen.darts or seen.unlocalised or seen.gone or hand_was_in or self.takeout)
        if (seen.darts or seen.unlocalised or missed) and self.memory.visit.free_number is None and not self.darts:
            # All three were thrown, none stands and nobody came to take any: the next throw opens the next visit.
            self.memory.begin_visit(self.memory.next_visit_id)
        for landing in seen.darts:
            self._teller.landing(landing)
        if seen.unlocalised:
            self._teller.unscored()
        if missed:
            self._teller.miss(seen, timeout_ms=self.times.throw_timeout_ms, takes_slot=self.times.count_misses)
        if not self.takeout:
            self._rest("settled")

    def _rest(self, reason: str) -> None:
        stands = bool(self.darts) or self.memory.visit.has_unseen
        self._move("still_with_darts" if stands else "still_without_darts", reason)

    # Takeouts.

    def _see_hand(self) -> None:
        self._hand.in_view = True
        self._hand.seen(self._teller.now)
        if not self.takeout and (self.darts or self.memory.visit.slots):
            self._start_takeout("hand")

    def _start_takeout(self, reason: str) -> None:
        self._hand.comes(self._teller.now)
        self._teller.takeout_started()
        self._move("hand", reason)

    def _judge_takeout(self, seen: Observation, *, hand_was_in: bool) -> None:
        """Judge a board in takeout.

        Where the hand took nothing the takeout was none, and what landed meanwhile is a throw. What lands in the same episode in which a
        hand took darts does not count: hands leave marks that look like darts. Once a dart is out the visit is over as soon as the board
        is empty, so a dart that lands before that is extra.
        """
        gone = self._gone(seen)
        if gone:
            self._take_out(gone)
        if seen.hand:
            return
        if hand_was_in:
            self._hand.seen(self._teller.now)
            self._hand.board_empty = seen.empty
        if self._took_nothing(seen):
            self._teller.false_takeout()
            self._move("hand_left", "false_takeout")
            self._judge_throw(seen, hand_was_in=True)
            return
        if not self.darts:
            self._finish_takeout("board_emptied", "takeout_finished")
        if not hand_was_in:
            self._judge_throw(seen, hand_was_in=True)

    def _took_nothing(self, seen: Observation) -> bool:
        if self.memory.part_taken:
            return False
        stands = bool(self.darts or seen.darts) or seen.unlocalised
        return stands or (self.memory.visit.has_unseen and seen.empty is False)

    def _on_takeout_timeout(self, due: float) -> None:
        if self._hand.in_view and not self._hand.compared:
            self._hand.give_up(due)
        elif self._hand.compared:
            self._finish_takeout("adopt_timeout", "takeout_adopted")
        else:
            self._hand.compared = True
            if self._hand.board_empty and self.darts:
                self._take_out(self.darts)
            if not self.darts:
                self._finish_takeout("board_emptied", "takeout_finished")
            elif not self.memory.overdue_told:
                self._teller.takeout_overdue()
                self._move("pull_out_timeout", "takeout_overdue")

    def _gone(self, seen: Observation) -> tuple[StandingDart, ...]:
        """Name the darts that went: all of them where one surely did, or a hand came, and the board looks like the empty one."""
        gone = tuple(dart for dart in self.darts if dart.dart_id in seen.gone)
        looks_empty = seen.empty is True and not (seen.hand or seen.darts or seen.unlocalised)
        return self.darts if looks_empty and (gone or self.takeout) else gone

    def _take_out(self, gone: tuple[StandingDart, ...]) -> None:
        self._teller.removed(gone)
        self._move("darts_taken", "dart_removed")

    def _finish_takeout(self, given: ThrowInput, reason: str) -> None:
        self._teller.takeout_finished()
        self._move(given, reason)

    # The table and what follows from it.

    def _move(self, given: ThrowInput, reason: str) -> None:
        self._announce(next_state(self.state, given), reason)

    def _announce(self, state: ThrowState, reason: str) -> None:
        self._teller.changed(state, self._readiness.status(state), reason)
