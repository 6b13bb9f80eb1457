"""The pipeline: the single writer. What waits in the inbox is decided, journalled and published, in arrival order and nowhere else.

Messages of cameras, commands and writes of people enter one inbox. What waits is cut into segments of decisions and of writes; each
segment is one durable commit, in arrival order, and is published before the next begins.

While the disk refuses, the board decides on in memory and orders its cameras; nothing is published, and people's commands and writes are
refused. When the disk takes them, the events are journalled and published as they were decided.
"""

import asyncio
import functools
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import copy_context
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection

from dartd.decision import Input, Order, Step
from dartd.errors import CommandRefusedError, PipelineFullError, StoreError, StoreUnconfirmedError
from dartd.figures import PipelineFigures
from dartd.metrics import Metrics
from dartd.runtime.clock import Clock
from dartd.runtime.commits import Commits, Decided, Decision
from dartd.runtime.decider import Decider, Deciders
from dartd.runtime.inbox import Inbox
from dartd.runtime.queued import Answer, CommandHook, Queued, QueuedInput, QueuedWrite, cancel, groups_of, settle
from dartd.store.images import KINDS, image_path
from dartd.store.journal import CommitHook, Journal, Write, Written
from dartd.store.timestamps import timestamp_of
from schemas.base import CameraId, DartId
from schemas.commands import AnyCommand
from schemas.events import DartHit, Envelope, JournalledEvent, RoundChanged, Snapshot, Timing
from schemas.pipe.to_worker import StoreImages, ToWorker

_log = logging.getLogger(__name__)

PROMPT_S = 0.1  # inputs that have waited no longer are decided together, as of now
STUCK_S = 10.0  # a batch that takes longer, the disk not being the cause, is stuck


class BoardDecider(Decider, Protocol):
    """The decider of the board, which can be shown."""

    def snapshot(self) -> Snapshot:
        """Return the board as it stands."""


class Pipeline:
    """Take what waits in the inbox, step the deciders, carry out writes, journal, publish, and send orders to cameras.

    `deciders` are all of them in their order, the board among them; without any, the board is the only one.
    """

    def __init__(
        self,
        board: BoardDecider,
        journal: Journal,
        *,
        publish: Callable[[Sequence[Envelope]], None],
        order: Callable[[CameraId | None, ToWorker], None],
        clock: Clock,
        metrics: Metrics,
        deciders: Sequence[Decider] = (),
        camera_rates: Callable[[], Mapping[CameraId, float]] = dict,
    ) -> None:
        self._board = board
        self._deciders = Deciders(deciders or [board])
        self._journal = journal
        self._publish = publish
        self._order = order
        self._clock = clock
        self._metrics = metrics
        self._camera_rates = camera_rates
        self._inbox: Inbox[Queued] = Inbox()
        self._idle = asyncio.Event()
        self._batch_began_s: float | None = None
        self._snapshot = msgspec.structs.replace(board.snapshot(), last_seq=journal.last_seq)
        self.started_at_s = clock.wall(clock.now())
        self.last_detection_at: str | None = None
        self._commits = Commits(journal, self._deciders, clock, metrics)
        journal.publish_late = self._publish_late

    @property
    def last_seq(self) -> int:
        """Return the position of the last event that was journalled and published."""
        return self._snapshot.last_seq

    @property
    def stream_id(self) -> str:
        """Return the name of the stream that `seq` counts in."""
        return self._journal.stream_id

    @property
    def stalled_reason(self) -> str | None:
        """Return why the journal cannot be written, None when it can."""
        return self._commits.stalled_reason

    @property
    def is_holding(self) -> bool:
        """Whether the journal cannot be written, so that events wait for it; `stalled_reason` says why."""
        return self.stalled_reason is not None

    def snapshot(self) -> Snapshot:
        """Return the board as of event `last_seq`, never ahead of what was journalled, with the present frame rates of its cameras."""
        rates = self._camera_rates()
        cameras = tuple(msgspec.structs.replace(each, fps=round(rates.get(each.camera_id, 0.0), 1)) for each in self._snapshot.cameras)
        return msgspec.structs.replace(self._snapshot, cameras=cameras)

    def figures(self) -> PipelineFigures:
        """Return how full the inbox is and how far the journal is."""
        return PipelineFigures(
            inbox=len(self._inbox),
            inbox_limit=self._inbox.capacity,
            last_seq=self.last_seq,
            stalled=self.is_holding,
            failed_projections=len(self._journal.projection_failures),
            state=self._snapshot.state,
            status=self._snapshot.status,
        )

    def is_stuck(self) -> bool:
        """Whether a batch has taken impossibly long; waiting for a full disk is not being stuck."""
        began_s = self._batch_began_s
        return self.stalled_reason is None and began_s is not None and self._clock.now() - began_s > STUCK_S

    # Input.

    async def deliver(self, item: Input) -> None:
        """Queue a camera's message for the deciders; waits while the inbox is full, which holds up that camera's pipe."""
        self._idle.clear()
        await self._inbox.put(QueuedInput(item, self._clock.now()))

    async def settle(self) -> None:
        """Wait until `run` has decided and published everything that was delivered before."""
        await self._idle.wait()

    async def submit(self, command: AnyCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Pass a command to the deciders and return its journalled events; `hook` writes in their commit.

        Raises:
            CommandRefusedError: it cannot be carried out now.
            PipelineFullError: too much waits, or the journal cannot be written; nothing was done.
            Exception: whatever the hook raised; the command was carried out all the same.
        """
        try:
            envelopes: tuple[Envelope, ...] = await self._ask(lambda answer: QueuedInput(command, self._clock.now(), answer, hook))
        except PipelineFullError:
            self._metrics.commands.labels("full").inc()
            raise
        except CommandRefusedError:
            self._metrics.commands.labels("refused").inc()
            raise
        self._metrics.commands.labels("done").inc()
        return envelopes

    async def write(self, write: Write) -> Any:
        """Carry out a person's write with its events, in one commit and in the one order of all events; return its result.

        Raises:
            PipelineFullError: too much waits, or the journal cannot be written; nothing was done.
            StoreError: the store refuses; nothing was done. Whatever the write raises: the same.
        """
        return await self._ask(lambda answer: QueuedWrite(write, answer, copy_context()))

    async def _ask(self, asking: Callable[[Answer], Queued]) -> Any:
        if self.stalled_reason is not None:
            raise PipelineFullError(f"the journal cannot be written: {self.stalled_reason}", reason=self.stalled_reason)
        self._idle.clear()
        answer: Answer = asyncio.get_running_loop().create_future()
        self._inbox.offer(asking(answer))
        return await answer

    # The loop.

    async def run(self) -> None:
        """Process batches until cancelled; callers that still wait for an answer are cancelled then."""
        try:
            while True:
                if not (self._inbox or self._commits):
                    self._idle.set()
                if self._commits.is_full:
                    await asyncio.sleep(self._patience_s() or 0)
                    await self.process([], self._clock.now())
                else:
                    await self._inbox.wait(self._patience_s())
                    await self.process(self._inbox.take_all(), self._clock.now())
        finally:
            cancel(self._inbox.take_all())
            self._commits.cancel()

    async def process(self, batch: Sequence[Queued], now: float) -> None:
        """Decide and write everything that waits, or decide about time alone when the batch is empty."""
        self._batch_began_s = self._clock.now()
        try:
            await self._flush()
            if not (batch or self._commits.is_full):
                await self._decide_all([], now)
            for is_write, segment in itertools.groupby(batch, lambda queued: isinstance(queued, QueuedWrite)):
                if is_write:
                    await self._write_all([queued for queued in segment if isinstance(queued, QueuedWrite)])
                else:
                    await self._decide_all([queued for queued in segment if isinstance(queued, QueuedInput)], now)
        except BaseException:
            cancel(batch)
            raise
        finally:
            self._batch_began_s = None

    async def _decide_all(self, queued: Sequence[QueuedInput], now: float) -> None:
        decided = [(group, self._decide(group, now)) for group in groups_of(queued)]
        image_paths = _image_paths(order for _, step in decided for order in step.orders)
        events = [self._stamped(event, step, image_paths) for _, step in decided for event in step.events]
        at_s = self._clock.wall(self._clock.now())
        decision = Decision(decided, events, self._hooks(decided), at_s, self._board.snapshot())
        if decision.must_be_settled or not self._commits:
            self._commits.add(decision)
            await self._flush()
        if not decision.orders_sent:  # the cameras must know what stands, whether or not it is written
            self._send_orders(decision)

    async def _flush(self) -> None:
        """Commit and publish what waits; where the disk refuses, show it."""
        if not await self._commits.flush(self._publish_decided):
            self._snapshot = msgspec.structs.replace(self._snapshot, status="error")

    async def _write_all(self, writes: Sequence[QueuedWrite]) -> None:
        """Carry out people's writes in one commit, then let the deciders process the events of them."""
        if self.is_holding:  # what was decided before them is not written yet, and they must not overtake it
            refusal = PipelineFullError(f"the journal cannot be written: {self.stalled_reason}", reason=self.stalled_reason)
            for queued in writes:
                settle(queued.answer, refusal)
            return
        at_s = self._clock.wall(self._clock.now())
        try:
            done = await self._journal.write([each.write for each in writes], at_s=at_s, contexts=[each.context for each in writes])
        except StoreError as error:
            self._metrics.journal_errors.inc()
            done = [error for _ in writes]
            if isinstance(error, StoreUnconfirmedError):
                self._commits.hold(error, self._board.snapshot(), at_s)
        envelopes = [envelope for each in done if isinstance(each, Written) for envelope in each.envelopes]
        self._publish_envelopes(envelopes)
        for queued, outcome in zip(writes, done, strict=True):
            if isinstance(outcome, Written):
                settle(queued.answer, outcome.result)
            else:
                settle(queued.answer, outcome)
        if envelopes:
            now = self._clock.now()
            await self._decide_all([QueuedInput(envelope.event, now) for envelope in envelopes], now)

    def _decide(self, group: Sequence[QueuedInput], now: float) -> Step:
        if not group or now - group[0].at_s < PROMPT_S:
            return self._deciders.step([queued.item for queued in group], now)
        return self._catch_up(group)

    def _catch_up(self, group: Sequence[QueuedInput]) -> Step:
        """Decide about each input as of when it came, and about the deadlines that passed before: what waited for a disk happened apart."""
        steps: list[tuple[int, Step]] = []
        at_s = group[0].at_s
        for k, queued in enumerate(group):
            at_s = max(at_s, queued.at_s)
            steps += [(k, step) for step in self._pass_deadlines(at_s)]
            steps.append((k, self._deciders.step([queued.item], at_s)))
        return Step(
            events=tuple(event for _, step in steps for event in step.events),
            orders=tuple(order for _, step in steps for order in step.orders),
            refusals={k: refusal for k, step in steps for refusal in step.refusals.values()},
            settled_s={dart_id: at_s for _, step in steps for dart_id, at_s in step.settled_s.items()},
        )

    def _pass_deadlines(self, now: float) -> Iterator[Step]:
        """Step at every deadline up to now, each at its own time."""
        last_s = None
        while (due_s := self._deciders.deadline()) is not None and due_s <= now and due_s != last_s:
            last_s = due_s
            yield self._deciders.step([], due_s)

    def _patience_s(self) -> float | None:
        """Return how long to wait for an input at most: until a decider is due, or the next try to write."""
        due = [
            due_s for due_s in (None if self._commits.is_full else self._deciders.deadline(), self._commits.retry_at_s) if due_s is not None
        ]
        return max(0.0, min(due) - self._clock.now()) if due else None

    # Journalling.

    def _hooks(self, decided: Sequence[Decided]) -> list[CommitHook]:
        """Return what is written about each command that was not refused, in the commit of its events."""
        hooks: list[CommitHook] = []
        count = 0
        for group, step in decided:
            if group and group[0].hook is not None and not step.refusals:  # a command is a group of its own
                mine = slice(count, count + len(step.events))
                write = _with_snapshot(group[0].hook, mine, self._board.snapshot(), self._journal)
                fail = functools.partial(settle, group[0].answer)
                hooks.append(CommitHook(write, fail))
            count += len(step.events)
        return hooks

    def _stamped(self, event: JournalledEvent, step: Step, image_paths: Mapping[DartId, tuple[str, ...]]) -> JournalledEvent:
        """Return a hit with its wall time, its latency and the paths of its pictures, and a round with the time at which it began."""
        if isinstance(event, RoundChanged):
            began = timestamp_of(self._clock.wall(self._clock.now()))
            return msgspec.structs.replace(event, data=msgspec.structs.replace(event.data, started_at=began))
        settled_s = step.settled_s.get(event.dart_id) if isinstance(event, DartHit) else None
        if settled_s is None or not isinstance(event, DartHit):
            return event
        latency_ms = round(max(0.0, self._clock.now() - settled_s) * 1000, 1)
        timing = Timing(settled_at=timestamp_of(self._clock.wall(settled_s)), latency_ms=latency_ms)
        return msgspec.structs.replace(event, timing=timing, image_paths=image_paths.get(event.dart_id, ()))

    # Publishing.

    def _publish_decided(self, decision: Decision, envelopes: tuple[Envelope, ...]) -> None:
        """Publish what is now on the disk, send orders to the cameras unless they have them, and answer the callers of commands."""
        self._publish_envelopes(envelopes)
        self._snapshot = msgspec.structs.replace(decision.snapshot, last_seq=self._journal.last_seq)
        if not decision.orders_sent:
            self._send_orders(decision)
        count = 0
        for group, step in decision.decided:
            mine = envelopes[count : count + len(step.events)]
            count += len(step.events)
            for k, queued in enumerate(group):
                settle(queued.answer, step.refusals.get(k) or mine)

    def _publish_late(self, envelopes: tuple[Envelope, ...]) -> None:
        """Publish events of people's writes that were committed without an answer, and queue them for the deciders."""
        self._publish_envelopes(envelopes)
        self._inbox.put_back([QueuedInput(envelope.event, self._clock.now()) for envelope in envelopes])

    def _send_orders(self, decision: Decision) -> None:
        decision.orders_sent = True
        for _, step in decision.decided:
            for camera_id, message in step.orders:
                self._order(camera_id, message)

    def _publish_envelopes(self, envelopes: Sequence[Envelope]) -> None:
        if not envelopes:
            return
        self._publish(envelopes)
        self._metrics.count(envelopes)
        self._snapshot = msgspec.structs.replace(self._snapshot, last_seq=self._journal.last_seq)
        for envelope in envelopes:
            if isinstance(envelope.event, DartHit):
                self.last_detection_at = envelope.timestamp


def _with_snapshot(
    hook: CommandHook, mine: slice, snapshot: Snapshot, journal: Journal
) -> Callable[[Connection, tuple[Envelope, ...]], None]:
    """Return what calls a command's hook with its own events and with the board as of the last event of the commit."""

    def call(connection: Connection, envelopes: tuple[Envelope, ...]) -> None:
        last_seq = envelopes[-1].seq if envelopes else journal.last_seq
        hook(connection, envelopes[mine], msgspec.structs.replace(snapshot, last_seq=last_seq))

    return call


def _image_paths(orders: Iterable[Order]) -> dict[DartId, tuple[str, ...]]:
    """Return the paths of the pictures that cameras are ordered to keep, by throw."""
    paths: dict[DartId, tuple[str, ...]] = {}
    for camera_id, order in orders:
        if isinstance(order, StoreImages) and camera_id is not None:
            paths[order.dart_id] = paths.get(order.dart_id, ()) + tuple(image_path(order.dart_id, camera_id, kind) for kind in KINDS)
    return paths
