"""Periodic tasks: write the usage of rate limits and keys, publish the metrics of today and the system status."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, Protocol

import anyio

from dartd.auth.accounts import Accounts
from dartd.auth.rate_limits import RateLimiter
from dartd.config import Config
from dartd.errors import DartdError, StoreError
from dartd.outlets.occupancy import SnapshotSource
from dartd.runtime.hub.hub import Hub
from dartd.runtime.results_cache import ResultsCache
from dartd.store.calibrations import Calibrations
from dartd.store.database import Database
from dartd.store.days import Days
from dartd.store.limits import keep_limits
from dartd.store.play_metrics import Present, read_update
from schemas.alert import Alert
from schemas.base import CameraId, Event
from schemas.events import SystemStatus
from schemas.session import Session

_log = logging.getLogger(__name__)

PERIOD_S = 1.0
METRICS_S = 30.0


class ClientCount(Protocol):
    """The number of connected clients."""

    @property
    def connected(self) -> int:
        """Return the number of connected clients."""


class WebhookCounts(Protocol):
    """The counts of webhooks and their deliveries."""

    @property
    def active_count(self) -> int:
        """Return the number of active webhooks."""

    @property
    def pending_count(self) -> int:
        """Return the number of deliveries that are waiting."""


class CameraStateHolder(Protocol):
    """The state of a camera process."""

    @property
    def state(self) -> str:
        """Return the state of the camera."""


class HostNow(Protocol):
    """The usage of the host in percent and its temperature in °C; None: not known."""

    @property
    def cpu(self) -> float | None:
        """Return the usage of the processor."""

    @property
    def memory(self) -> float | None:
        """Return the usage of the memory."""

    @property
    def temperature(self) -> float | None:
        """Return the temperature of the hottest sensor."""

    @property
    def disk(self) -> float | None:
        """Return the usage of the disk of the state directory."""


class HostSource(Protocol):
    """The samples of the host."""

    @property
    def latest(self) -> HostNow:
        """Return the latest sample."""


class PeriodicServices(Protocol):
    """The dependencies of the periodic tasks. `now` is in monotonic seconds."""

    @property
    def config(self) -> Config:
        """Return the configuration."""

    @property
    def board(self) -> SnapshotSource:
        """Return the board."""

    @property
    def sessions(self) -> Callable[[], Sequence[Session]]:
        """Return the open sessions."""

    @property
    def calibrations(self) -> Calibrations:
        """Return the calibrations of the cameras."""

    @property
    def accounts(self) -> Accounts:
        """Return the accounts, whose key usage is written."""

    @property
    def limits(self) -> RateLimiter:
        """Return the rate limiter, whose usage is written."""

    @property
    def database(self) -> Database:
        """Return the open store."""

    @property
    def hub(self) -> Hub:
        """Return the hub."""

    @property
    def clients(self) -> ClientCount:
        """Return the connected clients."""

    @property
    def results(self) -> ResultsCache:
        """Return the results cache."""

    @property
    def webhooks(self) -> WebhookCounts:
        """Return the counts of webhooks."""

    @property
    def cameras(self) -> Callable[[], Mapping[CameraId, CameraStateHolder]]:
        """Return the states of the cameras."""

    @property
    def alerts(self) -> Callable[[], Sequence[Alert]]:
        """Return the alerts that are not resolved."""

    @property
    def host(self) -> HostSource:
        """Return the samples of the host."""

    @property
    def started_at_s(self) -> float:
        """Return when the daemon started, on the monotonic clock."""

    @property
    def now(self) -> Callable[[], float]:
        """Return the monotonic clock."""

    def encode(self, event: Event) -> bytes:
        """Encode an event that is not journalled."""


async def write_behind(services: PeriodicServices) -> NoReturn:
    """Write usage every second and once more on cancellation, so that a restart loses nothing; publish figures every METRICS_S."""
    published_s = services.now()
    try:
        while True:
            await anyio.sleep(PERIOD_S)
            await flush(services)
            if services.now() - published_s >= METRICS_S:
                published_s = services.now()
                await publish_today(services)
                publish_status(services)
    finally:
        with anyio.CancelScope(shield=True):
            await flush(services)


async def flush(services: PeriodicServices) -> None:
    """Write changed usage; log an error of the store and continue."""
    try:
        if changed := services.limits.changed():
            wall_s = services.limits.wall()
            await services.database.change(lambda connection: keep_limits(connection, changed, wall_s))
        await services.accounts.flush()
    except StoreError as error:
        _log.warning("the usage of rate limits and keys could not be written: %s", error)


async def publish_today(services: PeriodicServices) -> None:
    """Publish the figures of today on `metrics`; the day is that of `server.timezone`."""
    present = Present(
        services.board.snapshot(),
        services.sessions(),
        services.calibrations.of,
        Days(services.config.server.timezone),
        services.accounts.now(),
    )
    clients = services.clients.connected
    try:
        event = await services.database.query(lambda connection: read_update(connection, present, clients))
    except DartdError as error:
        _log.warning("the figures of today could not be read: %s", error)
        return
    services.hub.publish_unjournalled("metrics", services.encode(event))


def publish_status(services: PeriodicServices) -> None:
    """Publish the system status on `system`."""
    webhooks, board, host, alerts = services.webhooks, services.board.snapshot(), services.host.latest, services.alerts()
    states = [camera.state for camera in services.cameras().values()]
    event = SystemStatus(
        cache_hit_rate=round(services.results.figures.hit_rate, 4),
        active_webhooks=webhooks.active_count,
        pending_deliveries=webhooks.pending_count,
        status=board.status,
        last_seq=board.last_seq,
        uptime_seconds=round(services.now() - services.started_at_s, 3),
        clients=services.clients.connected,
        cameras_ready=states.count("ready"),
        cameras_total=len(states),
        open_alerts=len(alerts),
        critical_alerts=sum(alert.severity == "critical" for alert in alerts),
        cpu_percent=host.cpu,
        memory_percent=host.memory,
        temperature_c=host.temperature,
        disk_percent=host.disk,
    )
    services.hub.publish_unjournalled("system", services.encode(event))
