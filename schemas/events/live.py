"""Events of the moment: sent to clients, journalled nowhere, so they carry no `seq`."""

from typing import Any

import msgspec

from schemas.base import BoardId, CameraId, Event, Value
from schemas.day import BoardDay, ZoneDay
from schemas.events.board import BoardStatus, DartOnBoard, ThrowState, VisitSnapshot
from schemas.events.camera import CameraState
from schemas.match import MatchState


class CameraSnapshot(Value, frozen=True, kw_only=True):
    """One camera's state, frame rate, calibration residual and the time of the calibration."""

    camera_id: CameraId
    state: CameraState
    fps: float = 0.0
    reason: str = ""
    residual_px: float | None = None
    residual_mm: float | None = None
    calibrated_at: str | None = None


class Hello(Event, tag="hello", frozen=True, kw_only=True):
    """The first message: version, stream and its last seq, and how long this client waits before it reconnects (clients differ)."""

    version: str
    stream_id: str
    board_id: BoardId
    simulated: bool
    last_seq: int
    protocol: str = "dartd.v1"
    client_id: str = ""
    retry_ms: int = 1000


class Snapshot(Event, tag="snapshot", frozen=True, kw_only=True):
    """Everything that a client needs to show the board now; events after `last_seq` follow.

    `player_id` is who is signed on, `match` the match that is running or paused on the board.
    """

    board_id: BoardId
    last_seq: int
    state: ThrowState
    status: BoardStatus
    darts: tuple[DartOnBoard, ...] = ()
    visit: VisitSnapshot
    player_id: str | None = None
    cameras: tuple[CameraSnapshot, ...] = ()
    match: MatchState | None = None


class Pong(Event, tag="pong", frozen=True, kw_only=True):
    """The answer to a ping."""

    last_seq: int


class ErrorMessage(Event, tag="error", frozen=True, kw_only=True):
    """What was wrong with a client's message; the connection stays."""

    code: str
    message: str
    details: dict[str, Any] = msgspec.field(default_factory=dict)


class Gap(Event, tag="gap", frozen=True, kw_only=True):
    """Events that a client asked for are not kept any more; a snapshot follows."""

    requested: int
    oldest: int
    last_seq: int
    reason: str


class Heartbeat(Event, tag="heartbeat", frozen=True, kw_only=True):
    """Sign of life, every 15 seconds."""

    last_seq: int


class Watcher(Value, frozen=True, kw_only=True):
    """A client that lets others see that it watches."""

    client_id: str
    name: str


class Presence(Event, tag="presence", frozen=True, kw_only=True):
    """Who watches the topic `watched`, sent on `presence:{watched}` a moment after a client came or went."""

    watched: str
    count: int
    watchers: tuple[Watcher, ...] = ()


class MetricsUpdate(Event, tag="metrics_update", frozen=True, kw_only=True):
    """What `GET /metrics/today` answers, on the topic `metrics` every 30 seconds; darts that fell or missed count as well."""

    date: str
    darts: int
    visits: int
    points: int
    bounce_outs: int
    best_visit: int | None
    three_dart_average: str | None
    players: int
    clients: int
    active_players: int = 0
    total_active_seconds: float = 0.0
    total_idle_seconds: float = 0.0
    active_share: float | None = None
    average: str | None = None
    highest_visit: int | None = None
    count_180: int = 0
    matches: int = 0
    boards: tuple[BoardDay, ...] = ()
    zones: tuple[ZoneDay, ...] = ()
    anomalies_count: int = 0
    alerts_count: int = 0


class SystemStatus(Event, tag="system_status", frozen=True, kw_only=True):
    """How the system behind the board does, sent on the topic `system` every 30 seconds; null: not known on this machine."""

    cache_hit_rate: float
    active_webhooks: int
    pending_deliveries: int
    status: BoardStatus = "starting"
    last_seq: int = 0
    uptime_seconds: float = 0.0
    clients: int = 0
    cameras_ready: int = 0
    cameras_total: int = 0
    open_alerts: int = 0
    critical_alerts: int = 0
    cpu_percent: float | None = None
    memory_percent: float | None = None
    temperature_c: float | None = None
    disk_percent: float | None = None


class ActiveSession(Value, frozen=True, kw_only=True):
    """A player who is in a zone."""

    session_id: str
    player_id: str | None
    state: str
    duration_seconds: float


class ZoneOccupancy(Value, frozen=True, kw_only=True):
    """The number of darts in a zone, and the sessions of players in it (none as long as there are no sessions)."""

    count: int
    active_sessions: tuple[ActiveSession, ...] = ()


class ZoneUpdate(Event, tag="zone_update", frozen=True, kw_only=True):
    """The number of darts in a zone has changed, sent on the topic `zone:{zone_id}`."""

    zone_id: str
    data: ZoneOccupancy
