"""Whether all is well: `/health` for people and dashboards, `/health/live` and `/health/ready` for those who restart things."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from dartd.errors import DartdError
from dartd.web.host import HostSample
from dartd.web.http.endpoint import Answer, Call, public
from dartd.web.services import CameraFigures, Services
from schemas.base import BoardId, Value
from schemas.events import BoardStatus, Snapshot, ThrowState

Status = Literal["running", "stopped", "degraded"]
Health = Literal["healthy", "degraded", "unhealthy"]

_JOURNAL_LAG = 1000
_SEEING = frozenset({"ready", "calibrating", "starting"})
_BLIND = frozenset({"black", "frozen"})


class CameraHealth(Value, frozen=True, kw_only=True):
    """One camera: its state, the frames per second really seen, and what is wrong with its pictures."""

    state: str
    fps: float
    faults: tuple[str, ...] = ()


class Components(Value, frozen=True, kw_only=True):
    """The parts that can be ill by themselves."""

    database: Literal["ok", "error"]
    cameras: dict[str, CameraHealth]
    host: HostSample


class BoardHealth(Value, frozen=True, kw_only=True):
    """The board as people want to know it."""

    id: BoardId
    name: str
    status: BoardStatus
    state: ThrowState
    simulated: bool


class HealthReport(Value, frozen=True, kw_only=True):
    """The answer of `/health`; `stopped` means that detection is off."""

    status: Status
    health: Health
    reasons: tuple[str, ...]
    db: Literal["ok", "error"]
    timestamp: str
    version: str
    uptime_seconds: float
    last_detection_at: str | None
    board: BoardHealth
    components: Components


class Live(Value, frozen=True, kw_only=True):
    """The answer of `/health/live`."""

    status: Literal["ok"] = "ok"


class Ready(Value, frozen=True, kw_only=True):
    """The answer of `/health/ready`."""

    status: Literal["ready", "not_ready"]
    reasons: tuple[str, ...]


def report(services: Services) -> HealthReport:
    """Judge from what is known already; asks nobody and waits for nothing."""
    snapshot = services.board.snapshot()
    cameras = {str(key): _camera(camera) for key, camera in services.cameras().items()}
    database: Literal["ok", "error"] = "error" if services.board.is_holding else "ok"
    health, reasons = judge(snapshot, cameras, database)
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
        components=Components(database=database, cameras=cameras, host=services.host.latest),
    )


def _camera(camera: CameraFigures) -> CameraHealth:
    return CameraHealth(state=camera.state, fps=round(camera.fps, 1), faults=tuple(camera.faults))


def judge(snapshot: Snapshot, cameras: dict[str, CameraHealth], database: Literal["ok", "error"]) -> tuple[Health, tuple[str, ...]]:
    """Say how well all is, and each reason why it is not better. A board without one camera that sees scores nothing: unhealthy."""
    reasons = [f"camera {key} is {camera.state}" for key, camera in cameras.items() if camera.state != "ready"]
    reasons += [
        f"camera {key}: {', '.join(camera.faults).replace('_', ' ')}"
        for key, camera in cameras.items()
        if camera.state == "ready" and camera.faults
    ]
    seeing = [camera for camera in cameras.values() if camera.state in _SEEING and _BLIND.isdisjoint(camera.faults)]
    grave = []
    if database != "ok":
        grave.append("the journal cannot be written; events are held until it can")
    if not seeing:
        grave.append("no camera sees the board")
    if snapshot.status == "error":
        grave.append("the board is in error")
    if snapshot.status in {"starting", "calibrating"}:
        reasons.append(f"the board is {snapshot.status}")
    health: Health = "unhealthy" if grave else "degraded" if reasons else "healthy"
    return health, (*grave, *reasons)


async def get_health(call: Call) -> HealthReport:
    """Answer `/health`."""
    return report(call.services)


async def get_live(_call: Call) -> Live:
    """Answer `/health/live`: the loop turns, or nobody would answer."""
    return Live()


async def get_ready(call: Call) -> Answer:
    """Answer `/health/ready`: 200 when throws are scored, or will be once detection is on or a camera looked anew; else 503."""
    found, cameras = report(call.services), call.services.board.snapshot().cameras
    # Calibrating anew takes seconds; before the first calibration it is not known whether throws can be scored at all.
    waits = {"starting", "error"} if any(camera.residual_px is not None for camera in cameras) else {"starting", "calibrating", "error"}
    ready = found.health != "unhealthy" and found.board.status not in waits
    return Answer(value=Ready(status="ready" if ready else "not_ready", reasons=found.reasons), status=200 if ready else 503)


async def get_deep(call: Call) -> dict[str, Any]:
    """Answer `/health/deep`: each part is really asked, and how long it took."""
    services = call.services
    found = report(services)
    parts = {
        "database": await _timed(lambda: _ask_database(services)),
        "journal": await _timed(lambda: _ask_journal(services)),
        "cache": await _timed(lambda: _ask_cache(services)),
        "webhooks": await _timed(_ask_webhooks),
        "workers": await _timed(lambda: _ask_workers(found)),
        "disk": await _timed(lambda: _ask_disk(found)),
        "hub": await _timed(lambda: _ask_hub(services)),
    }
    worst: Health = "unhealthy" if any(part["status"] == "error" for part in parts.values()) else found.health
    return {"status": found.status, "health": worst, "timestamp": found.timestamp, **parts}


async def _timed(ask: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    started_s = time.perf_counter()
    try:
        answer = await ask()
    except DartdError as error:
        answer = {"status": "error", "message": error.message}
    return {**answer, "response_time_ms": round((time.perf_counter() - started_s) * 1000, 3)}


async def _ask_database(services: Services) -> dict[str, Any]:
    await services.journal.read(max(0, services.hub.last_seq - 1), 1)
    return {"status": "error" if services.board.is_holding else "ok"}


async def _ask_journal(services: Services) -> dict[str, Any]:
    last = await services.journal.read(services.hub.last_seq, _JOURNAL_LAG)
    return {"status": "ok", "last_seq": services.hub.last_seq, "lag": len(last)}


async def _ask_cache(services: Services) -> dict[str, Any]:
    """Tell how often callers were known without a look into the database: the only cache that there is."""
    return {"status": "ok", "hit_rate": round(services.accounts.hit_rate, 4)}


async def _ask_webhooks() -> dict[str, Any]:
    """Tell how many webhooks are told of events, and how many could not be: this dartd has none."""
    return {"status": "ok", "active_count": 0, "failed_count": 0}


async def _ask_workers(found: HealthReport) -> dict[str, Any]:
    cameras = found.components.cameras
    ready = sum(camera.state == "ready" for camera in cameras.values())
    return {"status": "ok" if ready == len(cameras) else "error" if ready == 0 else "degraded", "ready": ready, "total": len(cameras)}


async def _ask_disk(found: HealthReport) -> dict[str, Any]:
    used = found.components.host.disk
    return {"status": "degraded" if used is not None and used > 95 else "ok", "used_percent": used}


async def _ask_hub(services: Services) -> dict[str, Any]:
    statistics = services.hub.statistics()
    return {"status": "ok", "clients": services.clients.connected, "lagging": statistics.lagging, "ring_bytes": statistics.ring_bytes}


ENDPOINTS = [
    public("/health", get_health, "Whether all is well, from what is known already", "health", answer=HealthReport),
    public("/health/live", get_live, "Whether dartd answers at all", "health", answer=Live),
    public("/health/ready", get_ready, "Whether throws are scored; 503 and why when not", "health", answer=Ready, statuses=(503,)),
    public("/health/deep", get_deep, "Whether each part is well, asked now", "health", answer=dict[str, Any]),
]
