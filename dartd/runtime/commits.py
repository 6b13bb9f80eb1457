"""Decisions on their way to the disk: committed in order, retried while the disk refuses, and never more than memory bounds."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dartd.backoff import Backoff
from dartd.decision import Step
from dartd.errors import StoreError
from dartd.metrics import Metrics
from dartd.runtime.clock import Clock
from dartd.runtime.decider import Deciders
from dartd.runtime.queued import QueuedInput, cancel
from dartd.store.journal import CommitHook, Journal
from schemas.events import BoardStateChanged, Envelope, JournalledEvent, Snapshot

_log = logging.getLogger(__name__)

RETRY_FIRST_S = 0.1  # after a refused commit
RETRY_MAX_S = 1.0  # as long as the disk refuses: a try a second costs nothing, and the board goes on at once
HELD_EVENTS = 4096  # in memory, about 8 MB; beyond it inputs wait, which holds up the cameras (`block`)

_REASON_CHARACTERS = 300

Decided = tuple[Sequence[QueuedInput], Step]


@dataclass
class Decision:
    """What was decided together: its groups with their steps, the events to journal at wall time `at_s`, what is written with them.

    `snapshot` is the board after it. `orders_sent`: the cameras have their orders already.
    """

    decided: Sequence[Decided]
    events: Sequence[JournalledEvent]
    hooks: Sequence[CommitHook]
    at_s: float
    snapshot: Snapshot
    orders_sent: bool = False

    @property
    def must_be_settled(self) -> bool:
        """Whether there is something to write, or somebody to answer."""
        return bool(self.events or self.hooks) or any(queued.answer for group, _ in self.decided for queued in group)


class Commits:
    """Commits decisions to the journal, each with the time at which it was made; `stalled_reason` says why nothing can be written."""

    def __init__(self, journal: Journal, deciders: Deciders, clock: Clock, metrics: Metrics) -> None:
        self._journal = journal
        self._deciders = deciders
        self._clock = clock
        self._metrics = metrics
        self._waiting: deque[Decision] = deque()
        self._held_events = 0
        self._backoff = Backoff(RETRY_FIRST_S, max_s=RETRY_MAX_S, jitter=0)
        self._retry_at_s = 0.0
        self._stalled_at_s = 0.0
        self.stalled_reason: str | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether no more decisions may be made until the disk takes those that wait."""
        return self._held_events >= HELD_EVENTS

    @property
    def retry_at_s(self) -> float | None:
        """Return the media time of the next try, None when nothing waits."""
        return self._retry_at_s if self._waiting else None

    def add(self, decision: Decision) -> None:
        """Queue a decision behind those that wait."""
        self._waiting.append(decision)
        self._held_events += len(decision.events)

    def cancel(self) -> None:
        """Cancel the callers of what waits: it is not written."""
        for decision in self._waiting:
            for group, _ in decision.decided:
                cancel(group)
        self._waiting.clear()

    async def flush(self, committed: Callable[[Decision, tuple[Envelope, ...]], None]) -> bool:
        """Commit what waits, in order, and call `committed` after each; return False where the disk refuses, until the next try is due.

        The memories of the deciders are stored with the last decision, for they have seen all. When a stall ends it is journalled itself,
        behind the events that waited for it.
        """
        if self.stalled_reason is not None and self._clock.now() < self._retry_at_s:
            return False
        while self._waiting:
            decision = self._waiting[0]
            try:
                envelopes = await self._append(decision, is_last=len(self._waiting) == 1)
            except StoreError as error:
                self._stall(error)
                return False
            self._waiting.popleft()
            self._held_events -= len(decision.events)
            if not self._waiting:
                self._recover()
            committed(decision, envelopes)
        return True

    async def _append(self, decision: Decision, *, is_last: bool) -> tuple[Envelope, ...]:
        stall = self._stall_events(decision.snapshot) if is_last else ()
        if not (decision.events or decision.hooks or stall):
            return ()
        began_s = self._clock.now()
        memories = self._deciders.memories(self._clock.wall(began_s) - began_s) if is_last else {}
        envelopes = await self._journal.append([*decision.events, *stall], at_s=decision.at_s, memories=memories, hooks=decision.hooks)
        if is_last:
            self._deciders.changed.clear()
        self._metrics.count_commit(self._clock.now() - began_s)
        return envelopes

    def _stall_events(self, now: Snapshot) -> tuple[BoardStateChanged, ...]:
        """Return the events of a stall that ends with this very commit: the board's status was error and is what it is again."""
        if self.stalled_reason is None:
            return ()
        lasted_s = self._clock.now() - self._stalled_at_s
        reason = f"the journal could not be written for {lasted_s:.1f} s: {self.stalled_reason}"
        there = BoardStateChanged(
            state=now.state, previous_state=now.state, status="error", previous_status=now.status, reason=reason[:_REASON_CHARACTERS]
        )
        back = BoardStateChanged(
            state=now.state, previous_state=now.state, status=now.status, previous_status="error", reason="the journal can be written"
        )
        return there, back

    def hold(self, error: StoreError, now: Snapshot, at_s: float) -> None:
        """Hold everything until it is known whether a write without an answer was carried out; `now` is the board."""
        self.add(Decision((), (), (), at_s, now))
        self._stall(error)

    def _stall(self, error: StoreError) -> None:
        self._metrics.journal_errors.inc()
        if self.stalled_reason is None:
            self._stalled_at_s = self._clock.now()
            _log.error("the journal cannot be written, events wait: %s", error)
        self.stalled_reason = error.message
        self._retry_at_s = self._clock.now() + self._backoff.next(0)

    def _recover(self) -> None:
        if self.stalled_reason is not None:
            _log.warning("the journal can be written again, what waited is published")
            self.stalled_reason = None
            self._backoff.reset()
