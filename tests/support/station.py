"""A whole daemon without cameras: real pipeline, journal, hub and web server; the board does what the test says happened."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast, get_args

import anyio
import anyio.abc
import msgspec
from starlette.types import ASGIApp

from dartd.auth.accounts import Accounts
from dartd.auth.rate_limits import RateLimiter
from dartd.auth.tokens import Signer
from dartd.config import AuthConfig, CameraConfig, Config
from dartd.deciders import build_alerts, build_sessions, build_tournaments
from dartd.decision import Input, Refused, Step
from dartd.errors import CommandRefusedError
from dartd.metrics import Metrics
from dartd.neighbours import Neighbours
from dartd.outlets.background import run_in_background
from dartd.outlets.occupancy import watch_zones
from dartd.outlets.periodic import write_behind
from dartd.outlets.webhooks.webhooks import Webhooks
from dartd.play.board_with_match import BoardWithMatch
from dartd.play.corrections import CorrectionDecider
from dartd.play.decider import MatchDecider
from dartd.reload import rate_classes
from dartd.runtime.clock import LiveClock
from dartd.runtime.hub.hub import Hub
from dartd.runtime.outlet_states import OutletStates
from dartd.runtime.pipeline import BoardDecider, Pipeline
from dartd.runtime.recovery import recover, recover_tournaments
from dartd.runtime.results_cache import ResultsCache
from dartd.runtime.scheduled_backups import ScheduledBackups
from dartd.runtime.workers.previews import Previews
from dartd.runtime.workers.rig import CameraRig
from dartd.store.calibrations import Calibrations
from dartd.store.cameras import CameraCredentials
from dartd.store.journal import Journal
from dartd.store.limits import load_limits
from dartd.web.app import build_app
from dartd.web.connections.clients import Clients
from dartd.web.connections.server_options import ServerLimits
from dartd.web.figures import hub_figures
from dartd.web.host import HostFigures
from dartd.web.server import serve
from dartd.web.services import Services
from schemas.base import CameraId, DartId, VisitId
from schemas.commands import CalibrateBoard, OrientCamera, ResetBoard, SignOnPlayer, StartBoard, StopBoard, TakeCalibration
from schemas.correction import CorrectionCommand
from schemas.events import (
    BoardEvent,
    BoardReset,
    BoardStateChanged,
    BoardStatus,
    CalibrationChanged,
    CameraSnapshot,
    DartHit,
    DartOnBoard,
    DartRemoved,
    EntityDeleted,
    EntityEvent,
    Envelope,
    JournalledEvent,
    PlayerSignedOn,
    Snapshot,
    TakeoutFinished,
    VisitCompleted,
    VisitSnapshot,
    VisitThrow,
)
from schemas.match_commands import MatchCommand
from schemas.pipe.from_worker import Picture
from schemas.pipe.to_worker import SendPictures, ToWorker
from schemas.tournament_commands import TournamentCommand
from tests.support.deciders import Forgetful
from tests.support.new_store import put_new_store
from tests.support.waiting import DEADLINE_S

TOKEN = "a-token-for-the-operator"  # noqa: S105  a test's
SIGNING_KEY = "a-key-that-signs-logins"
CONFIG = Config(
    auth=AuthConfig(token=TOKEN),
    cameras=tuple(CameraConfig(id=f"cam{k}", url=f"sim:?camera={k}") for k in range(3)),
)


_THROWN = (DartHit, VisitCompleted)


class Happening(NamedTuple):
    """What the test says happened at the board: no input of other deciders."""

    event: JournalledEvent


class ScriptedBoard(Forgetful):
    """A board whose inputs are its events; it keeps darts and visit as the snapshot shows them."""

    def __init__(self) -> None:
        self._darts: tuple[DartOnBoard, ...] = ()
        self._visit = VisitSnapshot(visit_id=VisitId("visit-0"))
        self._status: BoardStatus = "throw"
        self._player_id: str | None = None

    def step(self, inputs: Sequence[Input | Happening], now: float) -> Step:  # noqa: C901, PLR0912 - one case for each input
        """Return events as they are, and an event for each command."""
        events: list[JournalledEvent] = []
        refusals: dict[int, CommandRefusedError] = {}
        for k, given in enumerate(inputs):
            item: Any = given.event if isinstance(given, Happening) else given
            match item:
                case SignOnPlayer():
                    events.append(PlayerSignedOn(player_id=item.player_id, previous_player_id=self._player_id, user_id=item.user_id))
                case ResetBoard():
                    events.append(BoardReset(visit_id=VisitId(f"visit-{now}"), user_id=item.user_id))
                case CalibrateBoard() if item.camera_id is not None:
                    events.append(CalibrationChanged(camera_id=item.camera_id, state="calibrating"))
                case TakeCalibration():
                    events.append(CalibrationChanged(camera_id=item.calibration.camera_id, state="calibrating"))
                case OrientCamera():
                    events.append(CalibrationChanged(camera_id=item.camera_id, state="calibrating"))
                case StartBoard() | StopBoard():
                    wanted: BoardStatus = "throw" if isinstance(item, StartBoard) else "stopped"
                    if wanted == self._status:
                        refusals[k] = CommandRefusedError(f"the board is {wanted} already", status=wanted)
                    else:
                        events.append(self._changed(wanted))
                case EntityDeleted() if item.entity_id == self._player_id:
                    events.append(PlayerSignedOn(player_id=None, previous_player_id=self._player_id, user_id=item.user_id))
                case msgspec.Struct() if isinstance(item, EntityEvent):
                    pass  # journalled already, with the write that it is of
                case msgspec.Struct() if isinstance(item, JournalledEvent) and not isinstance(given, Happening):
                    pass  # of a decider before it
                case msgspec.Struct() if isinstance(item, JournalledEvent):
                    events.append(msgspec.structs.replace(item, player_id=self._player_id) if isinstance(item, _THROWN) else item)
                case msgspec.Struct() if isinstance(item, MatchCommand | CorrectionCommand | TournamentCommand | Refused):
                    pass  # the decider of matches carries it out
                case _:
                    refusals[k] = CommandRefusedError("this board cannot do that")
            for event in events[-1:]:
                self.happen(event)
                if isinstance(event, DartHit | BoardReset | TakeoutFinished):
                    events[-1] = msgspec.structs.replace(event, visit=self._visit)
        return Step(events=tuple(events), refusals=refusals)

    def deadline(self) -> float | None:
        """Wait for nothing."""
        return None

    def snapshot(self) -> Snapshot:
        """Show the board."""
        cameras = tuple(CameraSnapshot(camera_id=camera.camera_id, state="ready", fps=20) for camera in CONFIG.cameras)
        return Snapshot(
            board_id=CONFIG.board.board_id,
            last_seq=0,
            state="wait_for_throw",
            status=self._status,
            darts=self._darts,
            visit=self._visit,
            player_id=self._player_id,
            cameras=cameras,
        )

    def happen(self, event: JournalledEvent) -> None:
        """Take an event into what the snapshot shows."""
        match event:
            case DartHit():
                self._land(event)
            case TakeoutFinished():
                self._darts = ()
            case BoardReset():
                self._darts, self._visit = (), VisitSnapshot(visit_id=event.visit_id)
            case DartRemoved():
                self._darts = tuple(dart for dart in self._darts if dart.dart_id not in event.removed_dart_ids)
            case VisitCompleted():
                self._visit = VisitSnapshot(visit_id=event.visit_id, throws=event.throws, total=event.total, completed=True)
            case BoardStateChanged():
                self._status = event.status
            case PlayerSignedOn():
                self._player_id = event.player_id
            case _:
                pass

    def _land(self, event: DartHit) -> None:
        dart = DartOnBoard(
            dart_id=event.dart_id,
            dart_number=event.dart_number,
            board_coordinates=event.board_coordinates,
            score=event.score,
            uncertainty_mm=event.fusion.uncertainty_mm,
        )
        throw = VisitThrow(dart_number=event.dart_number, dart_id=event.dart_id, label=event.score.label, points=event.score.total)
        before = self._visit.throws if self._visit.visit_id == event.visit_id else ()
        self._darts = (*self._darts, dart)
        self._visit = VisitSnapshot(
            visit_id=event.visit_id, throws=(*before, throw), total=sum(each.points for each in before) + throw.points
        )

    def _changed(self, status: BoardStatus) -> BoardStateChanged:
        return BoardStateChanged(
            state="wait_for_throw", previous_state="wait_for_throw", status=status, previous_status=self._status, reason="asked"
        )


def _previews() -> Previews:
    """Return the pictures of cameras that answer each request soon."""

    def send(camera_id: CameraId, message: ToWorker) -> None:
        assert isinstance(message, SendPictures)
        picture = Picture(camera_id=camera_id, t_s=0.0, overlay=message.overlay, jpeg=b"a picture")
        asyncio.get_running_loop().call_later(0.01, previews.deliver, picture)

    previews = Previews(send, time.monotonic)
    return previews


@dataclass
class Station:
    """A running daemon."""

    services: Services
    pipeline: Pipeline
    hub: Hub
    journal: Journal
    port: int
    cameras: dict[CameraId, Any]

    @property
    def http(self) -> str:
        """Return the address of its pages."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Return the address of its WebSocket."""
        return f"ws://127.0.0.1:{self.port}{self.services.config.server.ws_path}"

    async def happen(self, *events: JournalledEvent) -> tuple[Envelope, ...]:
        """Publish events, and return them as they were journalled."""
        envelopes: list[Envelope] = []
        for event in events:
            envelopes += await self.pipeline.submit(cast("Any", Happening(event)))
        return tuple(envelopes)


@asynccontextmanager
async def running_station(
    directory: Path,
    *,
    config: Config = CONFIG,
    port: int = 0,
    hub_bytes: int = 1 << 20,
    board: BoardDecider | None = None,
    around: Callable[[ASGIApp, Pipeline], ASGIApp] = lambda app, _pipeline: app,
    input_timeout_s: float = 20.0,
    with_sessions: bool = False,
) -> AsyncIterator[Station]:
    """Run a daemon on a loopback port; what it journals in the directory is there for the next one.

    `board` takes the place of the scripted one; `around` may put something before the application. Sessions of players are opened only
    `with_sessions`: else the journal has just what the test says happened.
    """
    config = msgspec.structs.replace(config, state_dir=str(directory))

    # A busy machine makes queries slow: their warning is none of what tests expect in the log, or expect not to be there.
    def opened() -> Journal:
        return Journal.open(put_new_store(directory / "dartd.db"), config.board.board_id, slow_query_s=DEADLINE_S)

    journal = await asyncio.to_thread(opened)
    board = board or await _remembering(journal)
    clock, matches = (
        LiveClock(),
        MatchDecider(config.board.board_id, sign_after_s=config.corrections.sign_after_match_s, bot_pause_s=config.bot.pause_s),
    )
    visits = getattr(board, "correctable", lambda: ((), DartId("main-d900000")))
    corrections = CorrectionDecider(matches, visits, confirm=config.corrections.confirm)
    await recover(matches, journal, clock)
    await recover(corrections, journal, clock)
    commands, tournaments = build_tournaments(config, clock, matches, corrections)
    await recover_tournaments(tournaments.state, journal)
    sessions, alerts = build_sessions(config, clock), build_alerts(config, clock)
    await recover(sessions, journal, clock)
    await recover(alerts, journal, clock)
    hub = Hub(read=journal.read, last_seq=journal.last_seq, ring_bytes=hub_bytes)
    await hub.load()
    metrics = Metrics("0.0")
    results = ResultsCache.of(config.cache, time.monotonic)
    shown = BoardWithMatch(board, matches)
    pipeline = Pipeline(
        shown,
        journal,
        publish=results.before(hub.publish_all),
        order=lambda *_: None,
        clock=clock,
        metrics=metrics,
        deciders=[commands, corrections, shown, matches, tournaments, *([sessions] if with_sessions else []), alerts],
    )
    cameras: dict[CameraId, Any] = {camera.camera_id: SimpleNamespace(state="ready", fps=20.0, faults=()) for camera in config.cameras}
    auth = config.auth
    accounts = Accounts(
        journal.database,
        Signer(SIGNING_KEY),
        anonymous_reads=auth.anonymous_reads,
        access_ttl_s=auth.access_ttl_s,
        refresh_ttl_s=auth.refresh_ttl_s,
        logins_per_minute=config.limits.login,
    )
    await accounts.ensure_operator_key(auth.token or TOKEN)
    limits = RateLimiter(rate_classes(config), admin_factor=config.limits.admin_factor)
    limits.take_over(await journal.database.query(lambda connection: load_limits(connection, limits.wall())))
    services = Services(
        config=config,
        version="0.0",
        board=pipeline,
        hub=hub,
        journal=journal,
        cameras=lambda: cameras,
        calibrations=Calibrations(journal.database),
        metrics=metrics,
        database=journal.database,
        accounts=accounts,
        limits=limits,
        clients=Clients(config.ws.max_clients),
        host=HostFigures(directory),
        webhooks=Webhooks(
            journal.database,
            hub,
            pipeline,
            settings=config.webhooks,
            secret=SIGNING_KEY,
            metrics=metrics,
            results=results,
            now=accounts.now,
        ),
        outlets=OutletStates(lambda: hub.last_seq, time.monotonic),
        rig=CameraRig([camera.source for camera in config.cameras]),
        previews=_previews(),
        camera_credentials=CameraCredentials(directory),
        matches=matches,
        results=results,
        alerts=alerts.open_alerts,
        backups=ScheduledBackups(journal.database.path, config.backup_path, every_hours=0, keep=1),
        sessions=lambda: sessions.open_sessions(clock.now()),
        started_at_s=time.monotonic(),
        now=time.monotonic,
    )
    metrics.watch(
        cameras=list,
        hub=lambda: hub_figures(hub, services.clients),
        pipeline=pipeline.figures,
        cache=lambda: results.figures,
        alerts=alerts.open_alerts,
    )
    server_limits = msgspec.structs.replace(ServerLimits.of(config), input_timeout_s=input_timeout_s)
    listener = _listen(port)
    try:
        neighbours = Neighbours(services, listener.getsockname()[1])
        async with neighbours.opened(), anyio.create_task_group() as group:
            group.start_soon(pipeline.run)
            group.start_soon(write_behind, services)
            group.start_soon(watch_zones, services)
            for name, run in {"the delivery of webhooks": services.webhooks.run, **neighbours.tasks}.items():
                group.start_soon(run_in_background, name, run)
            await neighbours.serve(group)
            await _start(group, around(build_app(services, neighbours.around), pipeline), server_limits, listener)
            try:
                yield Station(services, pipeline, hub, journal, listener.getsockname()[1], cameras)
            finally:
                group.cancel_scope.cancel()
    finally:
        listener.close()
        await asyncio.to_thread(journal.close)


@asynccontextmanager
async def lasting_station(directory: Path, *, config: Config = CONFIG, with_sessions: bool = False) -> AsyncIterator[Station]:
    """Run a daemon in a task of its own, for fixtures: they begin and end in different ones, and a task group may not."""
    begun: asyncio.Future[Station] = asyncio.get_running_loop().create_future()
    leave = asyncio.Event()

    async def run() -> None:
        async with running_station(directory, config=config, with_sessions=with_sessions) as station:
            begun.set_result(station)
            await leave.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run())
        yield await begun
        leave.set()


async def _remembering(journal: Journal) -> ScriptedBoard:
    board = ScriptedBoard()
    for past in await journal.history(0, get_args(BoardEvent)):
        if past.event is not None:
            board.happen(past.event)
    return board


async def _start(group: anyio.abc.TaskGroup, app: ASGIApp, limits: ServerLimits, listener: socket.socket) -> None:
    async def run(*, task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        await serve(app, [listener], limits=limits, task_status=task_status)

    await group.start(run)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(4096)
    return listener
