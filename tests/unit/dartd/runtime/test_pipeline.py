"""The pipeline: decided, journalled, published, in this order."""

import asyncio
import functools
import resource
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from blockbuster import BlockBuster
from sqlalchemy.exc import IntegrityError

from dartd.decision import Input, Order, Step, WorkerChange
from dartd.errors import CommandRefusedError, PipelineFullError, StoreError, StoreUnconfirmedError
from dartd.log import trace_id
from dartd.metrics import Metrics
from dartd.runtime.clock import LiveClock
from dartd.runtime.pipeline import Pipeline
from dartd.runtime.queued import QueuedInput
from dartd.store.journal import Journal, Outcome, Write
from dartd.store.tables import metadata
from schemas.base import BoardId, CameraId, DartId, VisitId
from schemas.commands import ResetBoard, StartBoard
from schemas.events import (
    BoardCoordinates,
    BoardReset,
    BoardStateChanged,
    CameraSnapshot,
    CameraStateChanged,
    DartHit,
    EntityAdded,
    Envelope,
    Fusion,
    JournalledEvent,
    PolarCoordinates,
    Score,
    Snapshot,
    TakeoutOverdue,
    VisitSnapshot,
)
from schemas.pipe.from_worker import SequenceStarted
from schemas.pipe.to_worker import StoreImages, ToWorker, UpdateBoard
from tests.support.deciders import Forgetful
from tests.support.postgres import file_of, last_seq_of
from tests.support.waiting import DEADLINE_S, Waiting

BOARD = BoardId("main")
VISIT = VisitId("v1")


class Echo(Forgetful):
    """A board that answers each input with one event, refuses to start, and has one deadline."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.decided = 0
        self.due_s: float | None = None
        self.settled_s: dict[DartId, float] = {}

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Answer each input."""
        self.batches.append(len(inputs))
        events: list[JournalledEvent] = []
        refusals = {}
        if self.due_s is not None and now >= self.due_s:
            self.due_s = None
            events.append(TakeoutOverdue(visit_id=VISIT, count_remaining=1))
        for k, item in enumerate(inputs):
            match item:
                case StartBoard():
                    refusals[k] = CommandRefusedError("it runs already")
                case ResetBoard():
                    events.append(BoardReset(visit_id=VISIT, user_id=item.user_id))
                case WorkerChange():
                    events.append(CameraStateChanged(camera_id=item.camera_id, state=item.state, previous_state="starting"))
                case SequenceStarted():
                    events.append(_hit())
                    self.settled_s[DartId("d1")] = item.t_s
                case _:
                    pass
        self.decided += len(events)
        orders: list[Order] = [(None, UpdateBoard())] if events else []
        orders += [(CameraId("cam1"), StoreImages(dart_id=e.dart_id, episode=3)) for e in events if isinstance(e, DartHit)]
        settled_s = {item_id: at_s for item_id, at_s in self.settled_s.items() if item_id in {getattr(e, "dart_id", None) for e in events}}
        return Step(events=tuple(events), orders=tuple(orders), refusals=refusals, settled_s=settled_s)

    def deadline(self) -> float | None:
        """Return when the board is due."""
        return self.due_s

    def snapshot(self) -> Snapshot:
        """Return how many events the board has decided, as the visit's total."""
        return Snapshot(
            board_id=BOARD,
            last_seq=-1,
            state="wait_for_throw",
            status="throw",
            visit=VisitSnapshot(visit_id=VISIT, total=self.decided),
            cameras=tuple(CameraSnapshot(camera_id=CameraId(name), state="ready") for name in ("cam0", "cam1")),
        )


def _hit() -> DartHit:
    return DartHit(
        dart_id=DartId("d1"),
        visit_id=VISIT,
        dart_number=1,
        board_coordinates=BoardCoordinates(x_mm=0.0, y_mm=0.0),
        polar_coordinates=PolarCoordinates(radius_mm=0.0, angle_rad=0.0, angle_deg=0.0),
        score=Score(base=25, multiplier=2, total=50, ring="bull", sector=None, label="BULL"),
        fusion=Fusion(confidence=1.0, uncertainty_mm=1.0, cameras_used=(), num_cameras=3, wire_distance_mm=6.0, residual_mm=0.1),
    )


class PipelineSystem:
    """A pipeline on a real journal, with what it published kept in lists."""

    def __init__(self, path: Path, guard: BlockBuster) -> None:
        self.guard = guard
        self.board = Echo()
        self.journal = Journal.open(path, BOARD)
        self.rates: dict[CameraId, float] = {}
        self.published: list[Envelope] = []
        self.durable: list[int] = []
        self.orders: list[tuple[CameraId | None, ToWorker]] = []
        self.clock = LiveClock()
        self.metrics = Metrics()
        self.pipeline = Pipeline(
            self.board,
            self.journal,
            publish=self._publish,
            order=lambda camera_id, message: self.orders.append((camera_id, message)),
            clock=self.clock,
            metrics=self.metrics,
            camera_rates=lambda: self.rates,
        )

    def _publish(self, envelopes: Sequence[Envelope]) -> None:
        """Keep what is published, and what another process would find on the disk at that moment."""
        self.guard.deactivate()
        last = last_seq_of(file_of(self.journal.database))
        self.guard.activate()
        for envelope in envelopes:
            self.durable.append(last)
            self.published.append(envelope)


@pytest.fixture
def system(tmp_path: Path, event_loop_is_never_blocked: BlockBuster) -> Iterator[PipelineSystem]:
    """Build a pipeline on a fresh store."""
    built = PipelineSystem(tmp_path / "dartd.db", event_loop_is_never_blocked)
    yield built
    built.journal.close()


def _change(k: int = 0) -> WorkerChange:
    return WorkerChange(at_s=0.0, camera_id=CameraId(f"cam{k}"), state="ready")


async def test_nothing_is_published_before_it_is_on_the_disk(system: PipelineSystem, waiting: Waiting) -> None:
    """At the moment an event is published, another connection reads it from the store."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        for k in range(5):
            await system.pipeline.deliver(_change(k))
        await waiting.soon(lambda: len(system.published) == 5)
        running.cancel()

    assert [e.seq for e in system.published] == [1, 2, 3, 4, 5]
    assert all(durable >= e.seq for durable, e in zip(system.durable, system.published, strict=True))
    assert system.orders[0] == (None, UpdateBoard())


async def test_command_is_answered_with_its_own_events(system: PipelineSystem) -> None:
    """The caller gets the events of its command, although cameras sent messages at the same time; a refusal raises."""
    async with asyncio.TaskGroup() as tasks:
        await system.pipeline.deliver(_change(0))
        first = tasks.create_task(system.pipeline.submit(ResetBoard(user_id="ann")))
        second = tasks.create_task(system.pipeline.submit(ResetBoard(user_id="bob")))
        await asyncio.sleep(0)
        await system.pipeline.deliver(_change(1))
        running = tasks.create_task(system.pipeline.run())
        answers = [await first, await second]
        with pytest.raises(CommandRefusedError, match="runs already"):
            await system.pipeline.submit(StartBoard())
        running.cancel()

    asked = [[(e.seq, e.event.user_id) for e in answer if isinstance(e.event, BoardReset)] for answer in answers]
    assert asked == [[(2, "ann")], [(3, "bob")]]
    assert [e.seq for e in system.published] == [1, 2, 3, 4]
    assert system.board.batches[:4] == [1, 1, 1, 1]


async def test_what_is_kept_of_a_command_is_in_the_commit_of_its_events(system: PipelineSystem) -> None:
    """The command's own transaction sees its events, and no other connection yet; of a refused command nothing is kept."""
    seen: list[tuple[list[int], int, int, int]] = []

    def keep(connection: sa.Connection, envelopes: tuple[Envelope, ...], snapshot: Snapshot) -> None:
        here = connection.exec_driver_sql("SELECT max(seq) FROM events").scalar_one()
        there = last_seq_of(file_of(system.journal.database))
        seen.append(([envelope.seq for envelope in envelopes], snapshot.last_seq, here, there))

    async with asyncio.TaskGroup() as tasks:
        await system.pipeline.deliver(_change(0))
        asking = [tasks.create_task(system.pipeline.submit(ResetBoard(), keep)) for _ in range(2)]
        await asyncio.sleep(0)
        running = tasks.create_task(system.pipeline.run())
        await asyncio.gather(*asking)
        with pytest.raises(CommandRefusedError):
            await system.pipeline.submit(StartBoard(), keep)
        running.cancel()

    assert seen == [([2], 3, 3, 0), ([3], 3, 3, 0)]


def _added(name: str) -> EntityAdded:
    return EntityAdded(entity_type="player", entity_id=name, payload={}, user_id="ann")


async def test_change_and_its_event_are_one_commit(system: PipelineSystem) -> None:
    """A row is there with the event that reports it, or neither is; one write that fails affects no other."""

    def write(name: str, *more: str) -> Write:
        def insert(connection: sa.Connection) -> Outcome:
            connection.execute(sa.insert(metadata).values(key=name, value=""))
            return Outcome(1, [_added(each) for each in (name, *more)])

        return insert

    def faulty(connection: sa.Connection) -> Outcome:
        connection.execute(sa.insert(metadata).values(key="lost", value=""))
        return Outcome(connection.exec_driver_sql("SELECT * FROM nowhere"))

    writes = (write("a"), write("a"), faulty, write("b", "c"))
    async with asyncio.TaskGroup() as tasks:
        await system.pipeline.deliver(_change(0))
        running = tasks.create_task(system.pipeline.run())
        done = await asyncio.gather(*map(system.pipeline.write, writes), return_exceptions=True)
        running.cancel()
    kept = await system.journal.database.read(
        lambda connection: connection.exec_driver_sql("SELECT key FROM metadata WHERE key != 'stream_id' ORDER BY key").fetchall()
    )

    assert [done[0], type(done[1]), type(done[2]), done[3]] == [1, IntegrityError, StoreError, 1]
    assert kept == [("a",), ("b",)]
    assert [(e.seq, e.topic) for e in system.published] == [(1, "camera:cam0"), (2, "player:a"), (3, "player:b"), (4, "player:c")]
    assert system.pipeline.snapshot().last_seq == 4
    assert not system.pipeline.is_holding


async def test_slow_change_is_logged_with_the_request_that_asked(
    tmp_path: Path, system: PipelineSystem, caplog: pytest.LogCaptureFixture
) -> None:
    """Its trace id leads from the log line to the request."""
    journal = await asyncio.to_thread(functools.partial(Journal.open, tmp_path / "slow.db", BOARD, slow_query_s=0.0))
    pipeline = Pipeline(Echo(), journal, publish=system.published.extend, order=lambda *_: None, clock=system.clock, metrics=system.metrics)

    async def ask(name: str) -> None:
        trace_id.set(f"trace-{name}")
        await pipeline.write(lambda _: Outcome(None, [_added(name)]))

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(pipeline.run())
        await asyncio.gather(ask("a"), ask("b"))
        running.cancel()
    await asyncio.to_thread(journal.close)

    assert {getattr(record, "trace_id", "") for record in caplog.records if "slow query" in record.message} >= {"trace-a", "trace-b"}


async def test_time_alone_moves_the_board(system: PipelineSystem, waiting: Waiting) -> None:
    """When the board's deadline passes, it is stepped with nothing."""
    system.board.due_s = system.clock.now() + 0.01
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        await waiting.soon(lambda: len(system.published) == 1)
        running.cancel()

    assert system.board.batches == [0]
    assert isinstance(system.published[0].event, TakeoutOverdue)


async def test_hit_holds_when_it_settled_and_how_long_it_took(system: PipelineSystem, waiting: Waiting) -> None:
    """Media time becomes a timestamp, and the latency counts from the first still frame."""
    settled_s = system.clock.now() - 0.2
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        await system.pipeline.deliver(SequenceStarted(camera_id=CameraId("cam0"), t_s=settled_s, sequence_id="s"))
        await waiting.soon(lambda: len(system.published) == 1)
        running.cancel()

    (envelope,) = system.published
    assert isinstance(envelope.event, DartHit)
    assert 200 <= envelope.event.timing.latency_ms < 1000
    assert envelope.event.timing.settled_at < envelope.timestamp
    assert envelope.event.image_paths == tuple(
        f"/api/v1/throws/d1/images/cam1/{kind}" for kind in ("before", "after", "difference", "annotated")
    )
    assert system.pipeline.last_detection_at == envelope.timestamp


async def test_snapshot_is_never_ahead_of_the_journal(system: PipelineSystem) -> None:
    """What the board has decided shows in the snapshot only with the seq of its event."""
    before = system.pipeline.snapshot()
    await system.pipeline.process([], system.clock.now())
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        await system.pipeline.submit(ResetBoard())
        running.cancel()
    after = system.pipeline.snapshot()

    assert (before.last_seq, before.visit.total) == (0, 0)
    assert (after.last_seq, after.visit.total) == (1, 1)


async def test_full_inbox_refuses_commands(system: PipelineSystem) -> None:
    """A command that finds the inbox full is refused at once, and does nothing."""
    system.pipeline._inbox.capacity = 100
    for _ in range(100):
        await system.pipeline.deliver(_change())

    with pytest.raises(PipelineFullError):
        await system.pipeline.submit(ResetBoard())

    assert system.board.batches == []


@pytest.mark.sqlite
async def test_disk_full_holds_everything_and_goes_on(system: PipelineSystem, waiting: Waiting) -> None:
    """While the disk is full nothing is published or lost, commands are refused and the status says error; with space it goes on."""
    many = [BoardReset(visit_id=VISIT, user_id="x" * 1000) for _ in range(2200)]  # more than the log holds without growing
    await system.journal.append(many, at_s=1.0)
    wal = file_of(system.journal.database).with_name("dartd.db-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size, hard))
        try:
            for k in range(3):
                await system.pipeline.deliver(_change(k))
            await waiting.soon(lambda: system.pipeline.is_holding)
            held = (list(system.published), system.pipeline.snapshot().status, system.pipeline.is_stuck())
            with pytest.raises(PipelineFullError, match="journal cannot be written"):
                await system.pipeline.submit(ResetBoard())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await waiting.soon(lambda: len(system.published) == 5)
        running.cancel()

    there, back = (e.event for e in system.published[3:])
    assert held == ([], "error", False)
    assert [e.seq for e in system.published] == [2201, 2202, 2203, 2204, 2205]
    assert isinstance(there, BoardStateChanged)
    assert isinstance(back, BoardStateChanged)
    assert (there.previous_status, there.status, back.previous_status, back.status) == ("throw", "error", "error", "throw")
    assert there.reason.startswith("the journal could not be written for ")
    assert not system.pipeline.is_holding
    assert system.pipeline.snapshot().status == "throw"


@pytest.mark.sqlite
async def test_board_decides_on_while_the_disk_refuses(system: PipelineSystem, waiting: Waiting) -> None:
    """Each message is decided when it comes, cameras get their orders, and events are journalled with the time of their decision."""
    many = [BoardReset(visit_id=VISIT, user_id="x" * 1000) for _ in range(2200)]  # more than the log holds without growing
    await system.journal.append(many, at_s=1.0)
    wal = file_of(system.journal.database).with_name("dartd.db-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size, hard))
        try:
            for k in range(3):
                await system.pipeline.deliver(_change(k))
                await waiting.soon(lambda k=k: system.board.decided == k + 1)  # type: ignore[misc]
            held = (list(system.published), len(system.orders))
            shown = system.pipeline.snapshot().visit.total
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await waiting.soon(lambda: len(system.published) == 5)
        await system.pipeline.settle()
        running.cancel()

    times = [envelope.at_s for envelope in system.published]
    assert (held, shown) == (([], 3), 0)
    assert times == sorted(times)
    assert (system.pipeline.snapshot().visit.total, len(system.orders)) == (3, 3)
    assert [envelope.seq for envelope in system.published] == list(range(2201, 2206))


@pytest.mark.parametrize("was_made", [True, False])
async def test_write_without_an_answer(system: PipelineSystem, waiting: Waiting, *, was_made: bool) -> None:
    """Its caller must be refused; the board goes on, and once it is known that the write was made its event is published, before others."""
    backend = system.journal.database.backend
    whole = backend.control

    def control(statement: str) -> None:
        if statement != "COMMIT":
            whole(statement)
            return
        whole("COMMIT" if was_made else "ROLLBACK")
        backend.control = whole  # type: ignore[method-assign]
        raise StoreUnconfirmedError("the connection was lost")

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        backend.control = control  # type: ignore[method-assign]
        with pytest.raises(StoreError, match="was lost"):
            await system.pipeline.write(lambda _: Outcome(1, [_added("ann")]))
        held = system.pipeline.is_holding
        await system.pipeline.deliver(_change(0))
        await waiting.soon(lambda: not system.pipeline.is_holding)
        await system.pipeline.settle()
        running.cancel()

    kinds = [type(e.event) for e in system.published]
    assert held
    assert [e.seq for e in system.published] == list(range(1, len(kinds) + 1))
    assert kinds.count(EntityAdded) == (1 if was_made else 0)
    assert (kinds[0] is EntityAdded) == was_made
    assert system.durable[-1] == len(kinds)
    assert system.pipeline.snapshot().status == "throw"


@pytest.mark.sqlite
async def test_held_events_are_bounded(system: PipelineSystem, monkeypatch: pytest.MonkeyPatch, waiting: Waiting) -> None:
    """Beyond the bound inputs wait, and nothing is lost."""
    monkeypatch.setattr("dartd.runtime.commits.HELD_EVENTS", 2)
    many = [BoardReset(visit_id=VISIT, user_id="x" * 1000) for _ in range(2200)]
    await system.journal.append(many, at_s=1.0)
    wal = file_of(system.journal.database).with_name("dartd.db-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size, hard))
        try:
            for k in range(5):
                await system.pipeline.deliver(_change(k % 2))
                await asyncio.sleep(0.05)
            held = (system.board.decided, system.pipeline.figures().inbox)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await waiting.soon(lambda: len(system.published) == 7)
        running.cancel()

    assert held == (2, 3)
    assert system.board.decided == 5


class Diary(Echo):
    """A board that notes when it was asked, and wants to be asked half a second after each camera's word."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, float]] = []

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Note the time."""
        self.asked.append((len(inputs), round(now, 3)))
        step = super().step(inputs, now)
        if inputs:
            self.due_s = now + 0.5
        return step


async def test_what_waited_for_the_disk_is_lived_through_as_it_came(system: PipelineSystem) -> None:
    """After a stall each message is decided as of its own time, with the limits between, as if nothing had held it up."""
    board = Diary()
    pipeline = Pipeline(
        board, system.journal, publish=system.published.extend, order=lambda *_: None, clock=system.clock, metrics=system.metrics
    )
    waited = [QueuedInput(_change(k), at_s) for k, at_s in enumerate((100.0, 100.1, 102.0))]
    await pipeline.process(waited, 110.0)

    assert board.asked == [(1, 100.0), (1, 100.1), (0, 100.6), (1, 102.0)]
    assert [e.event.__struct_config__.tag for e in system.published] == [
        "camera_state_changed",
        "camera_state_changed",
        "takeout_overdue",
        "camera_state_changed",
    ]


async def test_what_came_just_now_is_decided_together(system: PipelineSystem) -> None:
    """Without a stall all that waits is one step."""
    board = Diary()
    pipeline = Pipeline(
        board, system.journal, publish=system.published.extend, order=lambda *_: None, clock=system.clock, metrics=system.metrics
    )
    await pipeline.process([QueuedInput(_change(k), 99.95) for k in range(3)], 100.0)

    assert board.asked == [(3, 100.0)]


async def test_waiting_callers_are_cancelled_at_the_end(system: PipelineSystem) -> None:
    """A command that was not decided when the pipeline ends is cancelled, not left waiting."""
    running = asyncio.ensure_future(system.pipeline.run())
    await asyncio.sleep(0)
    asking = asyncio.ensure_future(system.pipeline.submit(ResetBoard()))
    await asyncio.sleep(0)
    running.cancel()

    results = await asyncio.wait_for(asyncio.gather(running, asking, return_exceptions=True), DEADLINE_S)

    assert [type(result) for result in results] == [asyncio.CancelledError, asyncio.CancelledError]


async def test_snapshot_holds_how_fast_the_cameras_are(system: PipelineSystem) -> None:
    """The rates are those of the moment, not of the last event."""
    system.rates[CameraId("cam0")] = 29.96

    cameras = system.pipeline.snapshot().cameras

    assert [(camera.camera_id, camera.fps) for camera in cameras] == [("cam0", 30.0), ("cam1", 0.0)]


async def test_writes_and_commands_keep_their_order(system: PipelineSystem) -> None:
    """What was asked first is journalled first, whether a person's write or a command; the deciders get the events of writes."""
    order: list[str] = []

    async def write() -> None:
        await system.pipeline.write(lambda _: Outcome(None, [_added("ann")]))
        order.append("write")

    async def reset() -> None:
        await system.pipeline.submit(ResetBoard())
        order.append("reset")

    async with asyncio.TaskGroup() as tasks:
        asking = []
        for ask in (write, reset, write, write, reset):
            asking.append(tasks.create_task(ask()))
            await asyncio.sleep(0)
        running = tasks.create_task(system.pipeline.run())
        await asyncio.gather(*asking)
        running.cancel()

    assert [e.event.__struct_config__.tag for e in system.published] == ["ADDED", "board_reset", "ADDED", "ADDED", "board_reset"]
    assert order == ["write", "reset", "write", "write", "reset"]
    assert system.board.batches == [1, 1, 2, 1]


async def test_a_fault_in_what_is_written_about_a_command_is_its_callers(system: PipelineSystem) -> None:
    """The events are journalled and published, the journal is not held, and the caller gets the exception."""

    def hook(connection: sa.Connection, *_: object) -> None:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(system.pipeline.run())
        with pytest.raises(StoreError, match="nowhere"):
            await system.pipeline.submit(ResetBoard(), hook)
        running.cancel()

    assert [e.seq for e in system.published] == [1]
    assert not system.pipeline.is_holding
