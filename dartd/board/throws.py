"""The throw state machine: from the observations of all cameras to the events of throws, visits and takeouts.

Rules for changing it:

- Everything that moves the state stands in the table of transitions.py. What is not in it raises TransitionError and changes nothing.
- The machine decides, BoardMemory remembers. A decision is an event, and the event changes the memory; attributes of the machine
  are for the moment only (is a hand in view, since when), nothing that has to survive a crash.
- Time is an argument. A timeout is an input too: `tick` at `deadline`.
"""

import math
from collections.abc import Iterable
from typing import assert_never

from dartd.board.emitter import EventEmitter
from dartd.board.falls import Falls
from dartd.board.hand import Hand
from dartd.board.memory import BoardMemory, RememberedEvent
from dartd.board.standing import StandingDart
from dartd.board.status import BoardReadiness
from dartd.board.transitions import ThrowInput, next_state
from dartd.fusion.observation import Observation, OngoingMotion
from schemas.base import BoardId, DartId, Value
from schemas.commands import CorrectDart, ResetBoard, SignOnPlayer, StartBoard, StopBoard
from schemas.events import BoardEvent, BoardStatus, ThrowState, VisitSnapshot

# Seconds, after a dart that went without a hand: another one that goes by then, with no throw between them, is pulled out too. Players pull
# three darts within two seconds and seldom need four; of darts that fall by themselves hardly two do in a visit.
PULLED_S = 4.0


class ThrowTimes(Value, frozen=True, kw_only=True):
    """The time limits of throws and takeouts, and whether a miss takes a slot.

    `settled_timeout_ms` bounds how long cameras may take to settle; it is used where the observations are made. `bounce_out_check_ms` is
    how long the absence of a dart is uncertain: another dart or a hand within that time shows that a hand took it.
    """

    settled_timeout_ms: int = 500
    throw_timeout_ms: int = 2000
    bounce_out_check_ms: int = 1000
    pull_out_timeout_ms: int = 5000
    takeout_adopt_ms: int = 10000
    count_misses: bool = True


class ThrowMachine:
    """Decides the events of throws, visits and takeouts of one board.

    Every method that takes an input returns its events, in the order in which they are to be journalled.
    """

    def __init__(self, times: ThrowTimes, board_id: BoardId) -> None:
        self.times = times
        self._board_id = board_id
        self._emitter = EventEmitter(BoardMemory(board_id))
        self._readiness = BoardReadiness()
        self._motion_at = 0.0  # when the motion of throw_detected began
        self._hand = Hand()
        self._falls = Falls()
        self._fell_s = -math.inf  # when the last dart fell since one stuck

    # Reading.

    @property
    def memory(self) -> BoardMemory:
        """Return all that survives a crash."""
        return self._emitter.memory

    def take_settled(self) -> dict[DartId, float]:
        """Return the capture times of the darts that hit since the last call, in media time."""
        settled_s, self._emitter.settled_s = self._emitter.settled_s, {}
        return settled_s

    @property
    def state(self) -> ThrowState:
        """Return the state of the table."""
        return self.memory.state

    @property
    def status(self) -> BoardStatus:
        """Return the status that people see."""
        return self.memory.status

    @property
    def darts(self) -> tuple[StandingDart, ...]:
        """Return the darts that stand in the board, in the order in which they came."""
        return self.memory.darts

    @property
    def standing(self) -> tuple[StandingDart, ...]:
        """Return the darts that the cameras can see: without those that went for a reason that is not known yet."""
        return tuple(dart for dart in self.darts if dart.dart_id not in self._falls)

    @property
    def visit(self) -> VisitSnapshot:
        """Return the running visit, or the last one until the next dart."""
        return self.memory.shown_visit.snapshot()

    @property
    def takeout(self) -> bool:
        """Whether a takeout is open."""
        return self.memory.takeout

    def deadline(self) -> float | None:
        """Return the time at which `tick` has something to do, None when nothing runs."""
        if self.state == "throw_detected":
            return self._motion_at + self.times.throw_timeout_ms / 1000
        times = self.times
        if self.state != "pull_out_started":
            return self._falls.due_s(times.bounce_out_check_ms / 1000)
        return self._hand.due_s(times.pull_out_timeout_ms / 1000, times.takeout_adopt_ms / 1000, times.throw_timeout_ms / 1000)

    # Inputs.

    def observe(self, seen: OngoingMotion | Observation, now: float) -> list[BoardEvent]:
        """Process an observation; it does not count while the board is stopped or being calibrated."""
        events = self._emitter.begin(now)
        if not self._readiness.is_watching:
            return events
        match seen:
            case OngoingMotion():
                self._on_moving(seen)
            case Observation():
                self._on_observation(seen)
            case _:
                assert_never(seen)
        return events

    def tick(self, now: float) -> list[BoardEvent]:
        """Act on every time limit that has passed."""
        events = self._emitter.begin(now)
        while (due := self.deadline()) is not None and due <= now:
            if self.state == "throw_detected":
                self._rest("throw_timeout")
            elif self.takeout:
                self._on_takeout_timeout(due)
            else:
                self._confirm_falls()
                self._rest("bounce_out")
        return events

    def command(self, command: ResetBoard | StartBoard | StopBoard | CorrectDart | SignOnPlayer, now: float) -> list[BoardEvent]:
        """Carry out a person's command.

        Raises:
            CommandRefusedError: the correction names no dart, no bed or no free slot; nothing is changed then.
        """
        events = self._emitter.begin(now)
        match command:
            case ResetBoard():
                self._falls = Falls()
                self._emitter.cleared(command.user_id)
                self._hand.in_view = self._readiness.unwatched = False
                self._move("reset", "reset")
            case StartBoard():
                self._readiness.start()
                self._move("start", "start")
            case StopBoard():
                self._readiness.stopped = True
                self._move("stop", "stop")
            case CorrectDart():
                self._emitter.correct(command)
                self._move("correct", "correct")
            case SignOnPlayer():
                self._emitter.sign_on(command)
                self._move("sign_on", "sign_on")
            case _:
                assert_never(command)
        return events

    def new_sequence(self, now: float) -> list[BoardEvent]:
        """Begin with an empty board and a fresh visit, as the next sequence of a recording does."""
        events = self._emitter.begin(now)
        self._confirm_falls()
        if self.darts or self.takeout or not self.memory.shown_visit.is_fresh:
            self._emitter.cleared(None)
        self._hand.in_view = self._readiness.unwatched = False
        self._move("new_sequence", "new_sequence")
        return events

    def set_status(self, *, ready: bool, calibrating: bool, now: float, failed: bool = False) -> list[BoardEvent]:
        """Set whether any camera is ready, whether the board is being calibrated, and whether all cameras have failed."""
        events = self._emitter.begin(now)
        self._readiness.set_cameras(ready=ready, calibrating=calibrating, failed=failed)
        self._announce(self.state, "cameras")
        return events

    def taken_unwatched(self, now: float) -> list[BoardEvent]:
        """Take out all darts: the board was seen empty, and no camera watched when they went."""
        events = self._emitter.begin(now)
        if self.darts:
            if not self.takeout:
                self._start_takeout("hand_unseen")
            self._take_out(self.darts)
            self._finish_takeout("board_emptied", "takeout_finished")
        return events

    def restore(self, memory: BoardMemory, events: Iterable[tuple[RememberedEvent, float]], now: float) -> None:
        """Take over a memory and apply the events behind it, each with its media time; limits that ran start anew at `now`."""
        self._emitter = EventEmitter(memory)
        self.memory.fold(events)
        self._readiness = BoardReadiness(stopped=self.status == "stopped")
        self._readiness.unwatched = True
        self._motion_at = now
        self._hand = Hand()
        self._hand.seen(now)
        self._hand.compared = self.memory.overdue
        self._falls = Falls()

    # Motion and its outcome.

    def _on_moving(self, seen: OngoingMotion) -> None:
        if self._hand.stirs_s is None:
            self._hand.stirs_s = self._emitter.now
        if seen.hand:
            self._see_hand()
        elif self.state != "throw_detected":
            self._motion_at = self._emitter.now
            self._move("motion", "motion")

    def _on_observation(self, seen: Observation) -> None:
        hand_was_in = self._hand.in_view or seen.hand
        self._hand.stirs_s = None
        if seen.hand:
            self._see_hand()
        else:
            self._hand.in_view = False
            self._emitter.moved(seen.moved)
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
        """Judge darts that went without a hand.

        Darts that went when something stuck were knocked out, and one that went when something flew was seen to fall. One that went
        unseen fell, unless another one or a hand follows soon. Several without a throw that stuck, one soon after another one, one during
        motion that lasted longer than a fall, or any while no camera watched, were taken by a hand that no camera recognised: a dart that
        is pulled out looks like one that flies.
        """
        gone = self._gone(seen)
        stuck = bool(seen.darts) or seen.unlocalised
        if stuck or (seen.flight and not gone):
            self._confirm_falls()
        if stuck:
            self._fell_s = -math.inf
        together = len(gone) + len(self._falls) > 1 or self._emitter.now - self._fell_s < PULLED_S
        taken = (together or seen.lingered) and not stuck
        if gone and (self._readiness.unwatched or taken):
            self._start_takeout("hand_unseen")
            self._take_out(gone)
            if not self.darts:
                self._finish_takeout("board_emptied", "takeout_finished")
            return
        self._falls.add(gone, self._emitter.now)
        if stuck or seen.flight:
            self._confirm_falls()

    def _confirm_falls(self) -> None:
        """Emit the darts that went without a hand as fallen."""
        falls, self._falls = self._falls, Falls()
        for dart in self.darts:
            if dart.dart_id in falls:
                self._fell_s = falls.at_s[dart.dart_id]
                self._emitter.bounce_out(dart, falls.at_s[dart.dart_id])

    def _judge_throw(self, seen: Observation, *, hand_was_in: bool) -> None:
        """Count what landed, or emit a miss: a flight after which nothing new stands, and that was no hand either."""
        flew = seen.flight and seen.everywhere  # a person next to the board is not in view of all cameras, and shakes none
        missed = flew and not (seen.darts or seen.unlocalised or seen.gone or hand_was_in or self.takeout)
        if (seen.darts or seen.unlocalised or missed) and self.memory.visit.free_number is None and not self.darts:
            # All three were thrown, none stands and no hand came to take any: the next throw opens the next visit.
            self.memory.begin_visit(self.memory.next_visit_id)
        for landing in seen.darts:
            self._emitter.landing(landing)
        if seen.unlocalised:
            self._emitter.unscored()
        if missed:
            self._emitter.miss(seen, timeout_ms=self.times.throw_timeout_ms, takes_slot=self.times.count_misses)
        if not self.takeout:
            self._rest("settled")

    def _rest(self, reason: str) -> None:
        stands = bool(self.darts) or self.memory.visit.has_unseen
        self._move("still_with_darts" if stands else "still_without_darts", reason)

    # Takeouts.

    def _see_hand(self) -> None:
        self._hand.in_view = True
        self._hand.seen(self._emitter.now)
        if not self.takeout and (self.darts or self.memory.visit.slots):
            self._start_takeout("hand")

    def _start_takeout(self, reason: str) -> None:
        self._hand.comes(self._emitter.now)
        self._emitter.takeout_started()
        self._move("hand", reason)
        taken, self._falls = tuple(dart for dart in self.darts if dart.dart_id in self._falls), Falls()
        if taken:
            self._take_out(taken)

    def _judge_takeout(self, seen: Observation, *, hand_was_in: bool) -> None:
        """Judge a board in takeout.

        Where the hand took nothing the takeout was false, and what landed meanwhile is a throw. What lands in the same episode in which
        a hand took darts does not count: hands leave marks that look like darts. Once a dart is out the visit is over as soon as the
        board is empty, so a dart that lands before that is extra.
        """
        gone = self._gone(seen)
        if gone:
            self._take_out(gone)
        if seen.hand:
            return
        if hand_was_in:
            self._hand.seen(self._emitter.now)
            self._hand.board_empty = seen.empty
        if self._took_nothing(seen):
            self._emitter.false_takeout()
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
            elif not self.memory.overdue:
                self._emitter.takeout_overdue()
                self._move("pull_out_timeout", "takeout_overdue")

    def _gone(self, seen: Observation) -> tuple[StandingDart, ...]:
        """Return the darts that went: all of them where one surely did, or a hand came, and the board looks like the empty one."""
        gone = tuple(dart for dart in self.darts if dart.dart_id in seen.gone)
        looks_empty = seen.empty is True and not (seen.hand or seen.darts or seen.unlocalised)
        return self.darts if looks_empty and (gone or self.takeout) else gone

    def _take_out(self, gone: tuple[StandingDart, ...]) -> None:
        self._emitter.removed(gone)
        self._move("darts_taken", "dart_removed")

    def _finish_takeout(self, given: ThrowInput, reason: str) -> None:
        self._emitter.takeout_finished()
        self._move(given, reason)

    # The table and its consequences.

    def _move(self, given: ThrowInput, reason: str) -> None:
        self._announce(next_state(self.state, given), reason)

    def _announce(self, state: ThrowState, reason: str) -> None:
        self._emitter.changed(state, self._readiness.status(state), reason)
