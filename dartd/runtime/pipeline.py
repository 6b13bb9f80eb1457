"""The pipeline: the single writer. What waits is decided, journalled, told, in this order and by nobody else."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import Context, copy_context
from typing import Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import Connection

from dartd.backoff import Backoff
from dartd.board.inputs import Input, Order, Step
from dartd.errors import CommandRefusedError, PipelineFullError, StoreError
from dartd.metrics import Metrics, PipelineFigures
from dartd.runtime.clock import Clock
from dartd.runtime.inbox import CAPACITY, Inbox
from dartd.store.images import KINDS, image_path
from dartd.store.journal import Also, Change, Journal
from dartd.store.timestamps import timestamp_of
from schemas.base import CameraId, DartId
from schemas.commands import BoardCommand
from schemas.events import BoardStateChanged, DartHit, Envelope, JournalledEvent, Snapshot, Timing
from schemas.pipe.to_worker import StoreImages, ToWorker

_log = logging.getLogger(__name__)

RETRY_FIRST_S = 0.1  # after a refused commit
RETRY_MAX_S = 1.0  # for as long as the disk refuses: a try a second costs nothing, and the board goes on at once
PROMPT_S = 0.1  # what has waited no longer is decided together, as of now
STUCK_S = 10.0  # a turn that takes longer, the disk not being to blame, is no turn any more

_REASON_CHARACTERS = 300

Answer = asyncio.Future[Any]
Keep = Callable[[Connection, tuple[Envelope, ...], Snapshot], None]  # what is kept of a command, in the commit of its events


class Deciding(Protocol):
    """The board as the pipeline needs it."""

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Decide what the inputs mean at media time `now`."""

    def deadline(self) -> float | None:
        """Give the earliest media time at which `step` must be called although nothing came."""

    def snapshot(self) -> Snapshot:
        """Tell how the board stands."""


class Waiting(NamedTuple):
    """An input before the board, when it came (media time), who waits for its outcome (commands only), and what he wants kept of it."""

    item: Input
    at_s: float
    answer: Answer | None = None
    keep: Keep | None = None


class Wish(NamedTuple):
    """A change of what people keep, in the context of the request that asks for it: the board has no say in it."""

    change: Change
    answer: Answer
    context: Context


class Pipeline:
    """Takes what waits in the inbox, asks the board, writes the journal, tells the hub and the cameras."""

    def __init__(
        self,
        board: Deciding,
        journal: Journal,
        *,
        publish: Callable[[Sequence[Envelope]], None],
        order: Callable[[CameraId | None, ToWorker], None],
        clock: Clock,
        metrics: Metrics,
        camera_rates: Callable[[], Mapping[CameraId, float]] = dict,
        capacity: int = CAPACITY,
    ) -> None:
        self._board = board
        self._journal = journal
        self._publish = publish
        self._order = order
        self._clock = clock
        self._metrics = metrics
        self._camera_rates = camera_rates
        self._inbox: Inbox[Waiting | Wish] = Inbox(capacity)
        self._idle = asyncio.Event()
        self._turn_began_s: float | None = None
        self._snapshot = msgspec.structs.replace(board.snapshot(), last_seq=journal.last_seq)
        self.started_at_s = clock.wall(clock.now())
        self.last_detection_at: str | None = None
        self.stalled_reason: str | None = None
        self._stalled_at_s = 0.0

    @property
    def last_seq(self) -> int:
        """Number of the last event that was journalled and told."""
        return self._snapshot.last_seq

    @property
    def stream_id(self) -> str:
        """Name of the stream that the numbers count in."""
        return self._journal.stream_id

    @property
    def is_holding(self) -> bool:
        """Say whether the journal cannot be written, so that everything waits for it; `stalled_reason` says why."""
        return self.stalled_reason is not None

    def snapshot(self) -> Snapshot:
        """Tell how the board stood after event `last_seq`, never ahead of what was journalled, and how fast its cameras are now."""
        rates = self._camera_rates()
        cameras = tuple(msgspec.structs.replace(each, fps=round(rates.get(each.camera_id, 0.0), 1)) for each in self._snapshot.cameras)
        return msgspec.structs.replace(self._snapshot, cameras=cameras)

    def figures(self) -> PipelineFigures:
        """Tell how full the inbox is and how far the journal."""
        return PipelineFigures(inbox=len(self._inbox), inbox_limit=self._inbox.capacity, last_seq=self.last_seq, stalled=self.is_holding)

    def is_stuck(self) -> bool:
        """Say whether a turn has taken impossibly long; waiting for a full disk is not being stuck."""
        began_s = self._turn_began_s
        return self.stalled_reason is None and began_s is not None and self._clock.now() - began_s > STUCK_S

    async def deliver(self, item: Input) -> None:
        """Put what a camera says before the board; waits while the inbox is full, which holds up that camera's pipe."""
        self._idle.clear()
        await self._inbox.put(Waiting(item, self._clock.now()))

    async def settle(self) -> None:
        """Wait until `run` has decided and told everything that was delivered before."""
        await self._idle.wait()

    async def submit(self, command: BoardCommand, keep: Keep | None = None) -> tuple[Envelope, ...]:
        """Ask something of the board and give the events that came of it, journalled; `keep` writes in their commit.

        Raises:
            CommandRefusedError: the board cannot do that now.
            PipelineFullError: too much waits, or the journal cannot be written; nothing was done.
        """
        try:
            envelopes: tuple[Envelope, ...] = await self._ask(lambda answer: Waiting(command, self._clock.now(), answer, keep))
        except PipelineFullError:
            self._metrics.commands.labels("full").inc()
            raise
        except CommandRefusedError:
            self._metrics.commands.labels("refused").inc()
            raise
        self._metrics.commands.labels("done").inc()
        return envelopes

    async def change(self, change: Change) -> Any:
        """Change what people keep and tell it, in one commit and in the one order of all events; gives what came of the change.

        Raises:
            PipelineFullError: too much waits, or the journal cannot be written; nothing was done.
            StoreError: the disk refuses. Whatever the change raises: nothing was done.
        """
        return await self._ask(lambda answer: Wish(change, answer, copy_context()))

    async def run(self) -> None:
        """Take turns for ever; whoever still waits for an answer when it ends is told so."""
        try:
            while True:
                if not len(self._inbox):
                    self._idle.set()
                await self._inbox.wait(self._patience_s())
                await self.turn(self._inbox.take_all(), self._clock.now())
        finally:
            for waiting in self._inbox.take_all():
                if waiting.answer is not None:
                    waiting.answer.cancel()

    async def turn(self, waiting: Sequence[Waiting | Wish], now: float) -> None:
        """Decide about everything that waits, or about time alone when nothing does; journal it, then tell it; then do what people wish."""
        self._turn_began_s = self._clock.now()
        wishes = [each for each in waiting if isinstance(each, Wish)]
        try:
            if len(wishes) < len(waiting) or not waiting:
                await self._let_decide([each for each in waiting if isinstance(each, Waiting)], now)
            await self._fulfil(wishes)
        except BaseException:
            for lost in waiting:
                if lost.answer is not None:
                    lost.answer.cancel()
            raise
        finally:
            self._turn_began_s = None

    async def _let_decide(self, waiting: Sequence[Waiting], now: float) -> None:
        decided = [(batch, self._decide(batch, now)) for batch in _batches(waiting)]
        image_paths = _image_paths(order for _, step in decided for order in step.orders)
        events = self._stamped((event for _, step in decided for event in step.events), image_paths)
        self._tell(decided, await self._append(events, self._kept(decided)))

    async def _fulfil(self, wishes: Sequence[Wish]) -> None:
        """Make people's changes, each with the event that tells it; the disk commits them together, and what fails fails alone."""
        at_s, loop = self._clock.wall(self._clock.now()), asyncio.get_running_loop()
        changing = [loop.create_task(self._journal.change(wish.change, at_s=at_s), context=wish.context) for wish in wishes]
        done = await asyncio.gather(*changing, return_exceptions=True)
        envelopes = sorted((each[1] for each in done if not isinstance(each, BaseException)), key=lambda envelope: envelope.seq)
        if envelopes:
            self._publish(envelopes)
            self._metrics.count(envelopes)
            self._snapshot = msgspec.structs.replace(self._snapshot, last_seq=self._journal.last_seq)
        for wish, each in zip(wishes, done, strict=True):
            if wish.answer.done():
                continue
            if isinstance(each, BaseException):
                wish.answer.set_exception(each)
            else:
                wish.answer.set_result(each[0])

    async def _ask(self, asking: Callable[[Answer], Waiting | Wish]) -> Any:
        if self.stalled_reason is not None:
            raise PipelineFullError(f"the journal cannot be written: {self.stalled_reason}", reason=self.stalled_reason)
        self._idle.clear()
        answer: Answer = asyncio.get_running_loop().create_future()
        self._inbox.offer(asking(answer))
        return await answer

    def _decide(self, batch: Sequence[Waiting], now: float) -> Step:
        if not batch or now - batch[0].at_s < PROMPT_S:
            return self._board.step([waiting.item for waiting in batch], now)
        return self._live_through(batch)

    def _kept(self, decided: Sequence[tuple[Sequence[Waiting], Step]]) -> Also | None:
        """Give what writes, in the commit of all events, what is kept of each command that was not refused."""
        keeping: list[tuple[Keep, slice]] = []
        told = 0
        for batch, step in decided:
            keep = batch[0].keep if batch and not step.refusals else None  # a command is a batch of its own
            if keep is not None:
                keeping.append((keep, slice(told, told + len(step.events))))
            told += len(step.events)
        if not keeping:
            return None
        snapshot = self._board.snapshot()

        def also(connection: Connection, envelopes: tuple[Envelope, ...]) -> None:
            last_seq = envelopes[-1].seq if envelopes else self._journal.last_seq
            for keep, mine in keeping:
                keep(connection, envelopes[mine], msgspec.structs.replace(snapshot, last_seq=last_seq))

        return also

    def _live_through(self, batch: Sequence[Waiting]) -> Step:
        """Decide about each item as of when it came, and about the limits that ended before: what waited for a disk are many happenings."""
        steps: list[tuple[int, Step]] = []
        at_s = batch[0].at_s
        for k, waiting in enumerate(batch):
            at_s = max(at_s, waiting.at_s)
            steps += [(k, step) for step in self._pass_until(at_s)]
            steps.append((k, self._board.step([waiting.item], at_s)))
        return Step(
            events=tuple(event for _, step in steps for event in step.events),
            orders=tuple(order for _, step in steps for order in step.orders),
            refusals={k: refusal for k, step in steps for refusal in step.refusals.values()},
        )

    def _pass_until(self, now: float) -> Iterator[Step]:
        """Let the board act on every limit that has ended by then, each at its own time."""
        last_s = None
        while (due_s := self._board.deadline()) is not None and due_s <= now and due_s != last_s:
            last_s = due_s
            yield self._board.step([], due_s)

    def _patience_s(self) -> float | None:
        deadline = self._board.deadline()
        return None if deadline is None else max(0.0, deadline - self._clock.now())

    def _stamped(self, events: Iterator[JournalledEvent], image_paths: Mapping[DartId, tuple[str, ...]]) -> list[JournalledEvent]:
        """Turn the media time at which a dart stood still into wall time, and into the time that deciding took; name its pictures."""
        now = self._clock.now()
        return [_stamp(event, self._clock, now, image_paths) if isinstance(event, DartHit) else event for event in events]

    async def _append(self, events: Sequence[JournalledEvent], also: Also | None) -> tuple[Envelope, ...]:
        """Journal in one commit, trying for as long as the disk refuses: nothing runs ahead of it and nothing is lost.

        When it takes them at last, that it refused is told behind them.
        """
        backoff = Backoff(RETRY_FIRST_S, max_s=RETRY_MAX_S, jitter=0)
        while events or also is not None:
            began_s = self._clock.now()
            try:
                envelopes = await self._journal.append([*events, *self._stall_story()], at_s=self._clock.wall(began_s), also=also)
            except StoreError as error:
                self._metrics.journal_errors.inc()
                self._stall(error)
                await asyncio.sleep(backoff.next(0))
                continue
            self._metrics.journal_appends.inc()
            self._metrics.journal_append.observe(self._clock.now() - began_s)
            self._recover()
            return envelopes
        return ()

    def _stall_story(self) -> tuple[BoardStateChanged, ...]:
        """Tell of an error that is over with this very commit: the board's status went to it and comes back."""
        if self.stalled_reason is None:
            return ()
        now = self._board.snapshot()
        lasted_s = self._clock.now() - self._stalled_at_s
        reason = f"the journal could not be written for {lasted_s:.1f} s: {self.stalled_reason}"
        there = BoardStateChanged(
            state=now.state, previous_state=now.state, status="error", previous_status=now.status, reason=reason[:_REASON_CHARACTERS]
        )
        back = BoardStateChanged(
            state=now.state, previous_state=now.state, status=now.status, previous_status="error", reason="the journal can be written"
        )
        return there, back

    def _stall(self, error: StoreError) -> None:
        if self.stalled_reason is None:
            self._stalled_at_s = self._clock.now()
            _log.error("the journal cannot be written, the board waits: %s", error)
            self._snapshot = msgspec.structs.replace(self._snapshot, status="error")
        self.stalled_reason = error.message

    def _recover(self) -> None:
        if self.stalled_reason is not None:
            _log.warning("the journal can be written again, the board goes on")
            self.stalled_reason = None

    def _tell(self, decided: Sequence[tuple[Sequence[Waiting], Step]], envelopes: tuple[Envelope, ...]) -> None:
        """Tell everybody what is now on the disk: the hub, the cameras, whoever asked."""
        self._publish(envelopes)
        for envelope in envelopes:
            if isinstance(envelope.event, DartHit):
                self.last_detection_at = envelope.timestamp
        self._metrics.count(envelopes)
        self._snapshot = msgspec.structs.replace(self._board.snapshot(), last_seq=self._journal.last_seq)
        told = 0
        for batch, step in decided:
            self._send(step.orders)
            mine = envelopes[told : told + len(step.events)]
            told += len(step.events)
            _answer(batch, step, mine)

    def _send(self, orders: Sequence[Order]) -> None:
        for camera_id, message in orders:
            self._order(camera_id, message)


def _batches(waiting: Sequence[Waiting]) -> Iterator[Sequence[Waiting]]:
    """Cut what waits into what cameras said and single commands, in order, so that each command knows its own events."""
    if not waiting:
        yield ()
    start = 0
    for k, each in enumerate(waiting):
        if each.answer is not None:
            if k > start:
                yield waiting[start:k]
            yield waiting[k : k + 1]
            start = k + 1
    if start < len(waiting):
        yield waiting[start:]


def _answer(batch: Sequence[Waiting], step: Step, envelopes: tuple[Envelope, ...]) -> None:
    for k, (_, _, answer, _) in enumerate(batch):
        if answer is None or answer.done():
            continue
        if k in step.refusals:
            answer.set_exception(step.refusals[k])
        else:
            answer.set_result(envelopes)


def _image_paths(orders: Iterable[Order]) -> dict[DartId, tuple[str, ...]]:
    """Name the pictures that cameras are ordered to keep, by throw."""
    paths: dict[DartId, tuple[str, ...]] = {}
    for camera_id, order in orders:
        if isinstance(order, StoreImages) and camera_id is not None:
            paths[order.dart_id] = paths.get(order.dart_id, ()) + tuple(image_path(order.dart_id, camera_id, kind) for kind in KINDS)
    return paths


def _stamp(hit: DartHit, clock: Clock, now: float, image_paths: Mapping[DartId, tuple[str, ...]]) -> DartHit:
    """Fill in when the first still frame was taken: the board writes that as seconds of media time, people read a timestamp."""
    settled_s = float(hit.timing.settled_at)
    timing = Timing(settled_at=timestamp_of(clock.wall(settled_s)), latency_ms=round(max(0.0, now - settled_s) * 1000, 1))
    return msgspec.structs.replace(hit, timing=timing, image_paths=image_paths.get(hit.dart_id, ()))
