"""The composition root: builds all parts, runs them in one task group, and stops them within seconds."""

import asyncio
import functools
import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import anyio
import anyio.abc
import msgspec

from dartd.addresses import invitation, local_host, network_host, url_of
from dartd.auth.rate_limits import RateLimiter
from dartd.background_tasks import background_tasks
from dartd.config import Config
from dartd.deciders import build_alerts, build_board, build_sessions, build_tournaments
from dartd.first_start import Announce, open_accounts, webhook_key
from dartd.listening import open_sockets, server_context
from dartd.metrics import Metrics
from dartd.neighbours import Neighbours
from dartd.outlets.background import run_in_background
from dartd.outlets.webhooks.webhooks import Webhooks
from dartd.play.board_with_match import BoardWithMatch
from dartd.play.corrections import CorrectionDecider
from dartd.play.decider import MatchDecider
from dartd.release import version
from dartd.reload import Reload, rate_classes
from dartd.runtime.arenas import share_arenas
from dartd.runtime.clock import LiveClock
from dartd.runtime.decider import Decider
from dartd.runtime.fault_injection import FaultInjector
from dartd.runtime.hub.hub import Hub
from dartd.runtime.outlet_states import OutletStates
from dartd.runtime.pipeline import Pipeline
from dartd.runtime.recovery import recover, recover_tournaments
from dartd.runtime.results_cache import ResultsCache
from dartd.runtime.scheduled_backups import ScheduledBackups
from dartd.runtime.workers.configure import Configurations
from dartd.runtime.workers.previews import Previews
from dartd.runtime.workers.rig import CameraRig
from dartd.runtime.workers.supervisor import Supervisor, WorkerInput
from dartd.store.calibrations import Calibrations
from dartd.store.cameras import CameraCredentials, all_cameras
from dartd.store.journal import Journal
from dartd.store.limits import load_limits
from dartd.store.metadata import remembered
from dartd.systemd import sd_notify, watchdog_interval_s
from dartd.web.app import build_app
from dartd.web.connections.clients import Clients
from dartd.web.connections.connection_limit import raise_descriptor_limit
from dartd.web.connections.server_options import ServerLimits
from dartd.web.figures import camera_figures, host_usage, hub_figures
from dartd.web.host import HostFigures
from dartd.web.server import serve
from dartd.web.services import Services
from dartd.web.v1.cache import warm_at_start
from dartd.web.v1.cameras import source_of
from schemas.base import CameraId
from schemas.events import DartHit, JournalledEvent
from schemas.faults import Scenario
from schemas.pipe.from_worker import Calibrated, CameraFault, Picture, WorkerHeartbeat

_log = logging.getLogger(__name__)

LAG_PERIOD_S = 0.25


class Daemon:
    """A running dartd. Created outside the event loop; all resources are opened and closed in `run`.

    `reread` is called on SIGHUP for the configuration as it is then.
    `on_terminal`: what is announced is read by a person and stored nowhere, so that secrets may be shown.
    """

    def __init__(
        self,
        config: Config,
        *,
        reread: Callable[[], Config] | None = None,
        environ: Mapping[str, str] = os.environ,
        announce: Announce = print,
        on_terminal: bool = False,
        scenario: Scenario | None = None,
    ) -> None:
        self._config = config
        self._reread = reread or (lambda: config)
        self._on_terminal = on_terminal
        self._environ = environ
        self._announce = announce
        self._faults = FaultInjector(scenario)
        self._clock = LiveClock(wall=self._faults.wall)
        self._sessions = build_sessions(config, self._clock)
        self._alerts = build_alerts(config, self._clock)
        self._version = version()
        self._metrics = Metrics(self._version, process=True)
        self._results = ResultsCache.of(config.cache, self._clock.now)
        self._rig = CameraRig([camera.source for camera in config.cameras])
        self._credentials = CameraCredentials(config.state_path)

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT.

        Raises:
            DartdError: something required at the start is missing; the message contains the remedy.
            ExceptionGroup: a part has failed; the daemon stops.
        """
        raise_descriptor_limit()
        share_arenas()
        async with AsyncExitStack() as stack:
            sockets = await asyncio.to_thread(open_sockets, self._config, self._environ)
            for each in sockets:
                stack.callback(each.close)
            journal = await asyncio.to_thread(self._open_journal)
            stack.push_async_callback(asyncio.to_thread, journal.close)
            hub = Hub(
                read=journal.read, last_seq=journal.last_seq, queue_size=self._config.ws.queue_size, ring_bytes=self._config.ws.ring_bytes
            )
            await hub.load()
            calibrations = Calibrations(journal.database)
            await calibrations.load()
            supervisor, pipeline, matches = await self._build_pipeline(journal, hub, calibrations)
            services = await self._services(journal, hub, calibrations, supervisor, pipeline, matches)
            await self._run_parts(sockets, supervisor, pipeline, services)

    # -- building

    async def _simulation_epoch_s(self, journal: Journal) -> float:
        """Return the media time at which the simulated scene began, the same after a restart."""
        now = self._clock.now()
        offset_s = self._clock.wall(now) - now
        return float(await remembered(journal.database, "simulation_epoch_s", repr(now + offset_s))) - offset_s

    def _open_journal(self) -> Journal:
        store = self._config.store
        return Journal.open(
            self._config.store_location, self._config.board.board_id, readers=store.pool_size, slow_query_s=store.slow_query_ms / 1000
        )

    async def _include_stored_cameras(self, journal: Journal) -> None:
        """Include the cameras that were added over the API."""
        rows = await journal.database.read(all_cameras)
        userinfos = await asyncio.to_thread(self._credentials.read)
        for row in rows:
            if CameraId(row.camera_id) not in self._rig.configured:
                self._rig.include(source_of(row, userinfos.get(row.camera_id, "")))

    async def _build_pipeline(self, journal: Journal, hub: Hub, calibrations: Calibrations) -> tuple[Supervisor, Pipeline, MatchDecider]:
        """Build supervisor, board and pipeline, and restore their state."""
        config, clock, rig = self._config, self._clock, self._rig
        await self._include_stored_cameras(journal)
        board = build_board(config, list(rig.sources), images=config.images_path is not None)
        matches = MatchDecider(config.board.board_id, sign_after_s=config.corrections.sign_after_match_s, bot_pause_s=config.bot.pause_s)
        corrections = CorrectionDecider(matches, board.correctable, confirm=config.corrections.confirm)
        commands, tournaments = build_tournaments(config, clock, matches, corrections)
        pending: list[JournalledEvent] = []
        deciders: tuple[Decider, ...] = (corrections, board, matches, self._sessions, self._alerts)
        for decider in deciders:
            pending += [event for event in await recover(decider, journal, clock) if event not in pending]
        await recover_tournaments(tournaments.state, journal)
        self._faults.start()
        epoch_s = await self._simulation_epoch_s(journal)
        configurations = Configurations(config, rig, board, calibrations, self._faults, began_s=clock.now(), epoch_s=epoch_s)

        async def deliver(_camera_id: CameraId, item: WorkerInput) -> None:
            if isinstance(item, Calibrated):
                at_s = clock.wall(item.t_s)
                item = msgspec.structs.replace(item, calibration=calibrations.dated(item.calibration, at_s=at_s))
                await calibrations.keep(item.calibration, at_s=at_s)
            elif isinstance(item, CameraFault):
                self._metrics.count_fault(item)
            elif isinstance(item, WorkerHeartbeat) and item.fps > 0:
                rig.note_frames(item.camera_id, clock.wall(item.t_s))
            elif isinstance(item, Picture):
                self._previews.deliver(item)
                return
            await pipeline.deliver(item)

        supervisor = Supervisor(list(rig.sources), configurations.of_camera, deliver)
        shown = BoardWithMatch(board, matches)
        pipeline = Pipeline(
            shown,
            journal,
            publish=self._results.before(hub.publish_all),
            order=supervisor.send,
            clock=clock,
            metrics=self._metrics,
            deciders=[commands, corrections, shown, matches, tournaments, self._sessions, self._alerts],
            camera_rates=lambda: {camera_id: health.fps for camera_id, health in supervisor.cameras().items()},
        )
        rig.connect(supervisor, pipeline.deliver)
        self._previews = Previews(supervisor.send, clock.now)
        pipeline.last_detection_at = await journal.last_timestamp(DartHit)
        for event in pending:
            await pipeline.deliver(event)
        return supervisor, pipeline, matches

    async def _services(
        self, journal: Journal, hub: Hub, calibrations: Calibrations, supervisor: Supervisor, pipeline: Pipeline, matches: MatchDecider
    ) -> Services:
        """Build the dependencies of the web, and register the metrics."""
        config = self._config
        clients = Clients(config.ws.max_clients)
        limits = RateLimiter(rate_classes(config), admin_factor=config.limits.admin_factor)
        limits.take_over(await journal.database.query(lambda connection: load_limits(connection, limits.wall())))
        host = HostFigures(config.state_path)
        backups = ScheduledBackups.of(config)
        outlets = OutletStates(lambda: hub.last_seq, self._clock.now)
        self._metrics.watch(
            cameras=lambda: camera_figures(supervisor, pipeline.snapshot()),
            hub=lambda: hub_figures(hub, clients),
            pipeline=pipeline.figures,
            host=lambda: host_usage(host.latest),
            cache=lambda: self._results.figures,
            alerts=self._alerts.open_alerts,
            backups=lambda: backups.figures,
            outlets=outlets.figures,
        )
        return Services(
            config=config,
            version=self._version,
            board=pipeline,
            hub=hub,
            journal=journal,
            cameras=supervisor.cameras,
            calibrations=calibrations,
            metrics=self._metrics,
            database=journal.database,
            accounts=await open_accounts(config, journal.database, announce=self._announce, on_terminal=self._on_terminal),
            limits=limits,
            clients=clients,
            host=host,
            webhooks=Webhooks(
                journal.database,
                hub,
                pipeline,
                settings=config.webhooks,
                secret=await webhook_key(config),
                metrics=self._metrics,
                results=self._results,
                now=lambda: self._clock.wall(self._clock.now()),
            ),
            outlets=outlets,
            rig=self._rig,
            previews=self._previews,
            camera_credentials=self._credentials,
            matches=matches,
            results=self._results,
            alerts=self._alerts.open_alerts,
            backups=backups,
            sessions=lambda: self._sessions.open_sessions(self._clock.now()),
            started_at_s=self._clock.now(),
            now=self._clock.now,
        )

    # -- running

    async def _run_parts(self, sockets: Sequence[socket.socket], supervisor: Supervisor, pipeline: Pipeline, services: Services) -> None:
        config = self._config
        tls = await asyncio.to_thread(server_context, config)
        reload = Reload(config, self._reread, services.limits, self._alerts, tls)
        serving = functools.partial(serve, limits=ServerLimits.of(config), tls=tls)
        neighbours = Neighbours(services, _port_of(sockets, config))
        async with neighbours.opened(), anyio.create_task_group() as tasks:
            await tasks.start(_wait_for_signals, tasks.cancel_scope, reload)
            tasks.start_soon(pipeline.run)
            tasks.start_soon(self._faults.run, config.store_location)
            tasks.start_soon(warm_at_start, services)
            host = lambda: self._faults.host(host_usage(services.host.latest))  # noqa: E731 - it is passed on
            own = background_tasks(services, pipeline, supervisor.cameras, host, self._measure_lag)
            for name, run in (own | neighbours.tasks).items():
                tasks.start_soon(run_in_background, name, run)
            await neighbours.serve(tasks)
            await tasks.start(serving, build_app(services, neighbours.around), sockets)
            self._welcome(sockets, services)
            await tasks.start(supervisor.run)
            gc.freeze()  # what is loaded by now stays; looking through it held the event loop up for 100 ms at a time
            sd_notify("READY=1", f"STATUS={_status(supervisor, pipeline)}", environ=self._environ)
            _log.info("ready: %s", _status(supervisor, pipeline))
            await self._report_alive(supervisor, pipeline)

    def _welcome(self, sockets: Sequence[socket.socket], services: Services) -> None:
        ports = sorted({each.getsockname()[1] for each in sockets if each.family != socket.AF_UNIX})
        cameras = ", on a simulated board" if services.simulated else "" if services.rig.sources else "board to set up its cameras"
        scheme = "https" if self._config.server.tls_cert else "http"
        host = self._config.server.host
        elsewhere = network_host(host)
        for port in ports:
            self._announce(
                f"dartd {services.version} listens on {url_of(scheme, local_host(host), port, self._config.server.root_path)}{cameras}"
            )
            if elsewhere is not None:
                for text in invitation(url_of(scheme, elsewhere, port, self._config.server.root_path), with_code=self._on_terminal):
                    self._announce(text)
        _log.info("dartd %s listens, process %s", services.version, os.getpid())

    async def _measure_lag(self) -> None:
        """Measure the delay of scheduled callbacks of the event loop."""
        while True:
            due_s = self._clock.now() + LAG_PERIOD_S
            await asyncio.sleep(LAG_PERIOD_S)
            self._metrics.loop_lag.observe(max(0.0, self._clock.now() - due_s))

    async def _report_alive(self, supervisor: Supervisor, pipeline: Pipeline) -> None:
        """Notify systemd's watchdog as long as the pipeline makes progress."""
        interval_s = watchdog_interval_s(self._environ)
        if interval_s is None:
            await anyio.sleep_forever()
        while True:
            if pipeline.is_stuck():
                _log.critical("the pipeline makes no progress; the watchdog is not notified")
            else:
                sd_notify("WATCHDOG=1", f"STATUS={_status(supervisor, pipeline)}", environ=self._environ)
            await asyncio.sleep(interval_s or 0)


async def _wait_for_signals(scope: anyio.CancelScope, reload: Reload, *, task_status: anyio.abc.TaskStatus[None]) -> None:
    """Cancel everything on SIGTERM or SIGINT, a second signal ends the process at once; read the configuration anew on SIGHUP."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        task_status.started()
        async for each in signals:
            if each == signal.SIGHUP:
                sd_notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
                await reload.apply()
                sd_notify("READY=1")
                continue
            _log.info("%s: stopping", signal.Signals(each).name)
            sd_notify("STOPPING=1")
            scope.cancel()
            return


def _port_of(sockets: Sequence[socket.socket], config: Config) -> int:
    """Return the port that the daemon listens on."""
    return next((int(each.getsockname()[1]) for each in sockets if each.family != socket.AF_UNIX), config.server.port)


def _status(supervisor: Supervisor, pipeline: Pipeline) -> str:
    cameras = supervisor.cameras()
    ready = sum(health.ready for health in cameras.values())
    held = f"; the journal cannot be written: {pipeline.stalled_reason}" if pipeline.is_holding else ""
    answering = f"{ready} of {len(cameras)} cameras answer" if cameras else "no cameras yet"
    return f"{answering}, {pipeline.last_seq} events{held}"
