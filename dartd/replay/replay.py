"""Play a recording through the same camera processes, board, journal and pipeline as live cameras."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import anyio

from dartd.config import Config
from dartd.decision import Input
from dartd.metrics import Metrics
from dartd.replay.lockstep import Lockstep
from dartd.replay.playlist import Playlist
from dartd.runtime.clock import Clock, LiveClock, RecordingClock
from dartd.runtime.pipeline import BoardDecider, Pipeline
from dartd.runtime.queued import QueuedInput
from dartd.runtime.workers.process import DEFAULT_TARGET
from dartd.runtime.workers.supervisor import Supervisor, WorkerInput
from dartd.store.journal import Journal
from schemas.base import CameraId, Value
from schemas.codec import encode_json
from schemas.events import Envelope
from schemas.pipe.from_worker import CameraFault
from schemas.pipe.to_worker import Configure, ToWorker

STREAM_ID = "replay"  # fixed, so that two runs print the same lines
LEAD_S = 2.0  # in real time the recording begins so many seconds after its processes are started

BuildBoard = Callable[[Sequence[CameraId]], BoardDecider]


class ReplayedEvent(Value, frozen=True, kw_only=True):
    """A journalled event, with its sequence and its time in the recording."""

    sequence_id: str | None
    t_ms: float
    envelope: Envelope

    def json_line(self) -> bytes:
        """Return it as one line of JSON, without the newline."""
        return self.envelope.wire[:-1] + b"," + encode_json({"sequence_id": self.sequence_id, "t_ms": self.t_ms})[1:]


class ReplayOutcome(Value, frozen=True, kw_only=True):
    """The outcome of a replay: its events, and the reasons why camera processes crashed, by camera."""

    events: tuple[ReplayedEvent, ...]
    crashed: dict[CameraId, str]


class Replay:
    """One run of one recording, on a store of its own that is gone afterwards.

    `on_event` is called with every event once it is journalled, `on_progress` with the time in the recording, in seconds. Each camera
    writes the pictures behind its messages into a folder of `explain_dir` named by its number among the recording's cameras.
    """

    def __init__(
        self,
        playlist: Playlist,
        config: Config,
        build_board: BuildBoard,
        *,
        on_event: Callable[[ReplayedEvent], None] = lambda _: None,
        on_progress: Callable[[float], None] = lambda _: None,
        explain_dir: Path | None = None,
        target: str = DEFAULT_TARGET,
    ) -> None:
        self._playlist = playlist
        self._config = config
        self._board = build_board([source.camera_id for source in playlist.sources])
        self._on_event = on_event
        self._on_progress = on_progress
        self._explain_dir = explain_dir
        self._target = target
        self._events: list[ReplayedEvent] = []
        self._clock: Clock = RecordingClock()
        self._start_s = 0.0

    async def run(self, *, realtime: bool = False) -> ReplayOutcome:
        """Play it from the first frame to the last: in lockstep as fast as the machine allows, or in real time.

        Raises:
            StoreError: the temporary store cannot be made.
        """
        async with anyio.TemporaryDirectory(prefix="dartd-replay-") as folder:
            path = Path(folder) / "replay.db"
            journal = await asyncio.to_thread(Journal.open, path, self._config.board.board_id, stream_id=STREAM_ID)
            try:
                crashed = await (self._run_realtime(journal) if realtime else self._run_lockstep(journal))
            finally:
                await asyncio.to_thread(journal.close)
        return ReplayOutcome(events=tuple(self._events), crashed=crashed)

    # -- in lockstep, on the recording's clock

    async def _run_lockstep(self, journal: Journal) -> dict[CameraId, str]:
        clock = RecordingClock()
        self._clock = clock
        async with Lockstep(
            [self._configure(source.camera_id, lockstep=True) for source in self._playlist.sources], target=self._target
        ) as cameras:
            pipeline = self._pipeline(journal, cameras.send)
            await self._process(pipeline, clock, await cameras.open(), 0.0)
            while (next_s := cameras.next_s) is not None:
                await self._pass_time(pipeline, clock, next_s)
                await self._process(pipeline, clock, await cameras.advance(next_s), next_s)
                self._on_progress(next_s)
            await self._pass_time(pipeline, clock, self._playlist.duration_s)
        return cameras.crashed

    async def _process(self, pipeline: Pipeline, clock: RecordingClock, inputs: Sequence[Input], now: float) -> None:
        clock.now_s = now
        due_s = self._board.deadline()
        if inputs or (due_s is not None and due_s <= now):
            await pipeline.process([QueuedInput(item, now) for item in inputs], now)

    async def _pass_time(self, pipeline: Pipeline, clock: RecordingClock, until_s: float) -> None:
        """Step the pipeline at each deadline of the board before the next frame."""
        while (due_s := self._board.deadline()) is not None and due_s < until_s:
            clock.now_s = max(clock.now_s, due_s)
            await pipeline.process([], clock.now_s)
            if self._board.deadline() == due_s:
                return  # the board waits for a time that has passed: the next frame brings more

    # -- in real time, as live

    async def _run_realtime(self, journal: Journal) -> dict[CameraId, str]:
        self._clock = LiveClock()
        self._start_s = time.monotonic() + LEAD_S
        playing = {source.camera_id for source in self._playlist.sources}
        over = asyncio.Event()

        async def deliver(camera_id: CameraId, item: WorkerInput) -> None:
            await pipeline.deliver(item)
            if isinstance(item, CameraFault) and item.fault == "ended" and item.active:
                playing.discard(camera_id)
                if not playing:
                    over.set()

        supervisor = Supervisor(sorted(playing), lambda camera_id: self._configure(camera_id, lockstep=False), deliver, target=self._target)
        pipeline = self._pipeline(journal, supervisor.send)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pipeline.run)
            tasks.start_soon(supervisor.run)
            tasks.start_soon(self._report_progress)
            await over.wait()
            await asyncio.sleep(max(0.0, self._start_s + self._playlist.duration_s - time.monotonic()))
            await supervisor.stop()
            await pipeline.settle()
            tasks.cancel_scope.cancel()
        return {}

    async def _report_progress(self) -> None:
        while True:
            self._on_progress(max(0.0, time.monotonic() - self._start_s))
            await asyncio.sleep(0.2)

    # -- both

    def _pipeline(self, journal: Journal, order: Callable[[CameraId | None, ToWorker], None]) -> Pipeline:
        return Pipeline(self._board, journal, publish=self._publish_all, order=order, clock=self._clock, metrics=Metrics())

    def _configure(self, camera_id: CameraId, *, lockstep: bool) -> Configure:
        number = [source.camera_id for source in self._playlist.sources].index(camera_id)
        return Configure(
            source=self._playlist.sources[number],
            board=self._config.board.spec,
            lockstep=lockstep,
            start_s=self._start_s,
            explain_dir=None if self._explain_dir is None else str(self._explain_dir / str(number)),
        )

    def _publish_all(self, envelopes: Sequence[Envelope]) -> None:
        """Report the events with their position in the recording."""
        at_s = self._clock.now() - self._start_s
        sequence_id, t_ms = self._playlist.position(at_s)
        for envelope in envelopes:
            event = ReplayedEvent(sequence_id=sequence_id, t_ms=t_ms, envelope=envelope)
            self._events.append(event)
            self._on_event(event)
