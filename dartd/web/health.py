"""Health of the daemon: `/health` for people and dashboards, `/health/live` and `/health/ready` for supervisors."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from dartd.errors import DartdError
from dartd.web.host import HostSample
from dartd.web.http.endpoint import Answer, Call, public
from dartd.web.services import CameraStatus, Services
from schemas.base import BoardId, Value
from schemas.events import BoardStatus, Snapshot, ThrowState

Status = Literal["running", "stopped", "degraded"]
Health = Literal["healthy", "degraded", "unhealthy"]

_JOURNAL_LAG = 1000
_WORKING = frozenset({"ready", "calibrating", "starting"})
_WAITING = frozenset({"calibrating", "error"})  # states whose reason says what is to be done
_BLINDING = frozenset({"black", "frozen"})


class CameraReport(Value, frozen=True, kw_only=True):
    """One camera: its state, its measured frames per second, and its faults."""

    state: str
    fps: float
    faults: tuple[str, ...] = ()


class HealthComponents(Value, frozen=True, kw_only=True):
    """The components whose health is reported separately."""

    database: Literal["ok", "error"]
    cameras: dict[str, CameraReport]
    host: HostSample


class BoardHealth(Value, frozen=True, kw_only=True):
    """The board: identity, status and state."""

    id: BoardId
    name: str
    status: BoardStatus
    state: ThrowState
    simulated: bool


class OutletHealth(Value, frozen=True, kw_only=True):
    """An outlet to a server elsewhere, such as a broker: whether it is connected, events that wait for it, and those given up by age."""

    name: str
    connected: bool
    waiting: int
    dropped: int


class HealthReport(Value, frozen=True, kw_only=True):
    """The response of `/health`; status `stopped` means that detection is off.

    `compat` names the interfaces of other boards that are on, `outlets` are the connections to servers elsewhere.
    """

    status: Status
    health: Health
    reasons: tuple[str, ...]
    db: Literal["ok", "error"]
    timestamp: str
    version: str
    uptime_seconds: float
    last_detection_at: str | None
    board: BoardHealth
    components: HealthComponents
    compat: tuple[str, ...] = ()
    outlets: tuple[OutletHealth, ...] = ()


class Liveness(Value, frozen=True, kw_only=True):
    """The response of `/health/live`."""

    status: Literal["ok"] = "ok"


class Readiness(Value, frozen=True, kw_only=True):
    """The response of `/health/ready`."""

    status: Literal["ready", "not_ready"]
    reasons: tuple[str, ...]


class ComponentHealth(Value, frozen=True, kw_only=True):
    """A component that was checked: its status, how long the check took, and what is wrong; the figures are absent after an error."""

    status: Literal["ok", "degraded", "error"]
    response_time_ms: float = 0.0
    message: str | UnsetType = UNSET


class JournalHealth(ComponentHealth, frozen=True, kw_only=True):
    """The journal: the position of the last event, and how many are not published yet."""

    last_seq: int | UnsetType = UNSET
    lag: int | UnsetType = UNSET


class CacheHealth(ComponentHealth, frozen=True, kw_only=True):
    """The results cache: the share of requests that it answered since the start, and its size."""

    hit_rate: float | UnsetType = UNSET
    entries: int | UnsetType = UNSET
    size_bytes: int | UnsetType = UNSET


class WebhooksHealth(ComponentHealth, frozen=True, kw_only=True):
    """The webhooks: how many are active, and how many deliveries have finally failed."""

    active_count: int | UnsetType = UNSET
    failed_count: int | UnsetType = UNSET


class OutletsHealth(ComponentHealth, frozen=True, kw_only=True):
    """The outlets: how many are connected, of how many."""

    connected: int | UnsetType = UNSET
    total: int | UnsetType = UNSET


class AlertsHealth(ComponentHealth, frozen=True, kw_only=True):
    """The alerts that are not resolved, and those of them that are critical."""

    open_count: int | UnsetType = UNSET
    critical_count: int | UnsetType = UNSET


class WorkersHealth(ComponentHealth, frozen=True, kw_only=True):
    """The camera processes: how many are ready, of how many."""

    ready: int | UnsetType = UNSET
    total: int | UnsetType = UNSET


class DiskHealth(ComponentHealth, frozen=True, kw_only=True):
    """The disk of the state directory; None: its usage is not known."""

    used_percent: float | UnsetType | None = UNSET


class HubHealth(ComponentHealth, frozen=True, kw_only=True):
    """The hub: connected clients, those that lag, and the bytes of events in memory."""

    clients: int | UnsetType = UNSET
    lagging: int | UnsetType = UNSET
    ring_bytes: int | UnsetType = UNSET


class DeepHealth(Value, frozen=True, kw_only=True):
    """The response of `/health/deep`: each component as it was checked for this response."""

    status: Status
    health: Health
    timestamp: str
    database: ComponentHealth
    journal: JournalHealth
    cache: CacheHealth
    webhooks: WebhooksHealth
    outlets: OutletsHealth
    alerts: AlertsHealth
    workers: WorkersHealth
    disk: DiskHealth
    hub: HubHealth


C = TypeVar("C", bound=ComponentHealth)


def report(services: Services) -> HealthReport:
    """Return the health report from values in memory, without I/O."""
    snapshot = services.board.snapshot()
    cameras = {str(key): _camera(camera) for key, camera in services.cameras().items()}
    database: Literal["ok", "error"] = "error" if services.board.is_holding or services.journal.file_fault else "ok"
    warnings = [*store_warnings(services), *disk_warnings(services), *backup_warnings(services), *venue_warnings(services)]
    health, reasons = assess(snapshot, cameras, database, services.journal.projection_failures, warnings)
    return HealthReport(
        status="stopped" if snapshot.status == "stopped" else "running" if health == "healthy" else "degraded",
        health=health,
        reasons=reasons,
        db=database,
        timestamp=services.timestamp(),
        version=services.version,
        uptime_seconds=round(services.now() - services.started_at_s, 3),
        last_detection_at=services.board.last_detection_at,
        board=BoardHealth(
            id=services.config.board.board_id,
            name=services.config.board.name,
            status=snapshot.status,
            state=snapshot.state,
            simulated=services.simulated,
        ),
        components=HealthComponents(database=database, cameras=cameras, host=services.host.latest),
        compat=tuple(f"{name} on port {port or services.config.server.port}" for name, port in services.config.compat.surfaces.items()),
        outlets=tuple(
            OutletHealth(name=each.name, connected=each.connected, waiting=each.waiting, dropped=each.dropped)
            for each in services.outlets.figures()
        ),
    )


def _camera(camera: CameraStatus) -> CameraReport:
    return CameraReport(state=camera.state, fps=round(camera.fps, 1), faults=tuple(camera.faults))


def store_warnings(services: Services) -> list[str]:
    """Return what is wrong with the files of the store though it can be written."""
    damaged = services.journal.damaged_log
    if damaged is None:
        return []
    return [f"the log of the store was damaged at the start and is kept as {damaged}: events that were written last may be missing"]


def disk_warnings(services: Services) -> list[str]:
    """Return a warning where less of the disk is free than pictures must leave."""
    free_mb, keep_mb = services.host.latest.disk_free_mb, services.config.images.keep_free_mb
    if free_mb is None or free_mb >= keep_mb:
        return []
    return [f"the disk of the state directory is nearly full ({free_mb:.0f} MB free): pictures of throws are deleted, and none is stored"]


def backup_warnings(services: Services) -> list[str]:
    """Return what is wrong with the backups."""
    problem = services.backups.problem
    return [] if problem is None else [problem]


def venue_warnings(services: Services) -> list[str]:
    """Return what is wrong with the link to the venue."""
    problem = services.venue.problem(services.now(), services.hub.last_seq)
    return [] if problem is None else [problem]


def assess(
    snapshot: Snapshot,
    cameras: dict[str, CameraReport],
    database: Literal["ok", "error"],
    incomplete: Mapping[str, str],
    warnings: Sequence[str] = (),
) -> tuple[Health, tuple[str, ...]]:
    """Return the health and the reasons if it is not healthy. Without a camera that sees the board it is unhealthy."""
    reasons = [f"camera {key} is {camera.state}" for key, camera in cameras.items() if camera.state != "ready"]
    reasons += [f"camera {each.camera_id}: {each.reason}" for each in snapshot.cameras if each.state in _WAITING and each.reason]
    reasons += [
        f"camera {key}: {', '.join(camera.faults).replace('_', ' ')}"
        for key, camera in cameras.items()
        if camera.state == "ready" and camera.faults
    ]
    working = [camera for camera in cameras.values() if camera.state in _WORKING and _BLINDING.isdisjoint(camera.faults)]
    errors = []
    if database != "ok":
        errors.append("the journal cannot be written; events are held until it can")
    if not cameras:
        errors.append("no cameras yet: add them on the page /board")
    elif not working:
        errors.append("no camera sees the board")
    if snapshot.status == "error":
        errors.append("the board is in error")
    if cameras and snapshot.status in {"starting", "calibrating"}:
        reasons.append(f"the board is {snapshot.status}")
    reasons += [f"the table {name} misses an event ({failure}): run dartd rebuild" for name, failure in incomplete.items()]
    reasons += warnings
    health: Health = "unhealthy" if errors else "degraded" if reasons else "healthy"
    return health, (*errors, *reasons)


async def get_health(call: Call) -> HealthReport:
    """Return the health report."""
    return report(call.services)


async def get_live(_call: Call) -> Liveness:
    """Return a constant: a response shows that the event loop runs."""
    return Liveness()


async def get_ready(call: Call) -> Answer:
    """Return 200 if throws are scored, or will be once detection is on or a camera has recalibrated; else 503."""
    found, cameras = report(call.services), call.services.board.snapshot().cameras
    # A recalibration takes seconds; before the first calibration it is not known whether throws can be scored at all.
    waits = {"starting", "error"} if any(camera.residual_px is not None for camera in cameras) else {"starting", "calibrating", "error"}
    ready = found.health != "unhealthy" and found.board.status not in waits
    return Answer(value=Readiness(status="ready" if ready else "not_ready", reasons=found.reasons), status=200 if ready else 503)


async def get_deep(call: Call) -> DeepHealth:
    """Check each component and return its status and response time."""
    services = call.services
    found = report(services)
    deep = DeepHealth(
        status=found.status,
        health=found.health,
        timestamp=found.timestamp,
        database=await _timed(ComponentHealth, lambda: _check_database(services)),
        journal=await _timed(JournalHealth, lambda: _check_journal(services)),
        cache=await _timed(CacheHealth, lambda: _check_cache(services)),
        webhooks=await _timed(WebhooksHealth, lambda: _check_webhooks(services)),
        outlets=await _timed(OutletsHealth, lambda: _check_outlets(services)),
        alerts=await _timed(AlertsHealth, lambda: _check_alerts(services)),
        workers=await _timed(WorkersHealth, lambda: _check_workers(found)),
        disk=await _timed(DiskHealth, lambda: _check_disk(found)),
        hub=await _timed(HubHealth, lambda: _check_hub(services)),
    )
    parts = (deep.database, deep.journal, deep.cache, deep.webhooks, deep.workers, deep.disk, deep.hub)
    is_faulty = any(part.status == "error" for part in parts)
    return msgspec.structs.replace(deep, health="unhealthy") if is_faulty else deep


async def _timed(kind: type[C], ask: Callable[[], Awaitable[C]]) -> C:
    started_s = time.perf_counter()
    try:
        answer = await ask()
    except DartdError as error:
        answer = kind(status="error", message=error.message)
    return msgspec.structs.replace(answer, response_time_ms=round((time.perf_counter() - started_s) * 1000, 3))


async def _check_database(services: Services) -> ComponentHealth:
    await services.journal.read(max(0, services.hub.last_seq - 1), 1)
    return ComponentHealth(status="error" if services.board.is_holding or services.journal.file_fault else "ok")


async def _check_journal(services: Services) -> JournalHealth:
    last = await services.journal.read(services.hub.last_seq, _JOURNAL_LAG)
    return JournalHealth(status="ok", last_seq=services.hub.last_seq, lag=len(last))


async def _check_cache(services: Services) -> CacheHealth:
    figures = services.results.figures
    return CacheHealth(status="ok", hit_rate=round(figures.hit_rate, 4), entries=figures.entries, size_bytes=figures.size_bytes)


async def _check_webhooks(services: Services) -> WebhooksHealth:
    webhooks = services.webhooks
    return WebhooksHealth(status="ok", active_count=webhooks.active_count, failed_count=webhooks.failed_count)


async def _check_outlets(services: Services) -> OutletsHealth:
    outlets = services.outlets.figures()
    connected = sum(each.connected for each in outlets)
    return OutletsHealth(status="ok" if connected == len(outlets) else "degraded", connected=connected, total=len(outlets))


async def _check_alerts(services: Services) -> AlertsHealth:
    alerts = services.alerts()
    critical = sum(alert.severity == "critical" for alert in alerts)
    worst = {alert.severity for alert in alerts} & {"high", "critical"}
    return AlertsHealth(status="degraded" if worst else "ok", open_count=len(alerts), critical_count=critical)


async def _check_workers(found: HealthReport) -> WorkersHealth:
    cameras = found.components.cameras
    ready = sum(camera.state == "ready" for camera in cameras.values())
    return WorkersHealth(status="ok" if ready == len(cameras) else "error" if ready == 0 else "degraded", ready=ready, total=len(cameras))


async def _check_disk(found: HealthReport) -> DiskHealth:
    used = found.components.host.disk
    return DiskHealth(status="degraded" if used is not None and used > 95 else "ok", used_percent=used)


async def _check_hub(services: Services) -> HubHealth:
    statistics = services.hub.statistics()
    return HubHealth(status="ok", clients=services.clients.connected, lagging=statistics.lagging, ring_bytes=statistics.ring_bytes)


ENDPOINTS = [
    public("/health", get_health, "Health of the daemon, from values in memory", "health", answer=HealthReport),
    public("/health/live", get_live, "Whether the daemon responds", "health", answer=Liveness),
    public("/health/ready", get_ready, "Whether throws are scored; 503 with reasons if not", "health", answer=Readiness, statuses=(503,)),
    public("/health/deep", get_deep, "Health of each component, checked now", "health", answer=DeepHealth),
]
