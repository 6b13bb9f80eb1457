"""All configuration keys with their defaults, bounds and descriptions."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from dartd.config.club import CatalogConfig, QueryConfig
from dartd.config.database_url import DatabaseUrl
from dartd.config.neighbours import CompatConfig, MdnsConfig, MqttConfig, NatsConfig
from dartd.config.section import Network, Section
from schemas.alert import Measure, Severity
from schemas.base import BoardId, CameraId
from schemas.board import BoardSpec
from schemas.pipe.to_worker import CameraControls, KnownLens, SourceSpec

_Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}\Z", description="1 to 32 letters, digits, - or _")]
_Origin = Annotated[
    str, Meta(pattern=r"^(\*|[a-z][a-z0-9+.-]*://[^/\s]+)\Z", description="an origin such as https://darts.example without a path, or *")
]
_Milliseconds = Annotated[int, Meta(ge=1, le=600_000, description="milliseconds")]
_PerMinute = Annotated[int, Meta(ge=1, le=1_000_000, description="requests per minute")]
_Millimetres = Annotated[float, Meta(gt=0, le=1000, description="millimetres from the centre of the bull")]
_Adjustment = Annotated[float, Meta(ge=-65_536, le=65_536, description="in the camera's own unit, see v4l2-ctl --list-ctrls")]


class ServerConfig(Section, frozen=True, kw_only=True):
    """The HTTP server."""

    host: Annotated[str, Meta(min_length=1, description="the address to listen on")] = "0.0.0.0"  # noqa: S104  scoreboards run on other devices
    port: Annotated[int, Meta(ge=0, le=65_535, description="the TCP port, 0 takes any free one")] = 8000
    ws_path: Annotated[str, Meta(pattern=r"^/[\w/.-]*[\w.-]\Z", description="the path of the WebSocket, such as /ws")] = "/ws"
    cors_origins: tuple[_Origin, ...] = ()
    cors_methods: tuple[str, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    cors_headers: tuple[str, ...] = (
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "Last-Event-ID",
        "X-API-Key",
        "X-CSRF-Token",
        "X-Request-ID",
    )
    cors_credentials: bool = False
    debug: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    root_path: Annotated[
        str, Meta(pattern=r"^((/[A-Za-z0-9._~-]+)+)?\Z", description="a path such as /darts, without a slash at its end; empty: none")
    ] = ""
    frame_origins: tuple[_Origin, ...] = ()
    max_connections_per_address: Annotated[
        int, Meta(ge=1, le=1_000_000, description="open connections from one address, three quarters of all at most")
    ] = 1_000_000
    tls_cert: str | None = None
    tls_key: str | None = None
    timezone: (
        Annotated[str, Meta(min_length=1, max_length=64, description="such as Europe/Berlin; default: that of the machine")] | None
    ) = None


class WsConfig(Section, frozen=True, kw_only=True):
    """The WebSocket: connection limits, queues and timeouts."""

    max_clients: Annotated[int, Meta(ge=1, le=1_000_000, description="maximum number of clients, further ones are rejected")] = 10_000
    queue_size: Annotated[int, Meta(ge=1, le=65_536, description="messages queued for one client before it lags")] = 256
    stall_timeout_s: Annotated[
        float, Meta(ge=1, le=3600, description="seconds after which a client that reads nothing is disconnected")
    ] = 30
    max_message_bytes: Annotated[int, Meta(ge=128, le=1_048_576, description="maximum size of a client message")] = 65_536
    messages_per_s: Annotated[int, Meta(ge=1, le=1_000_000, description="messages per second from one client")] = 20
    messages_at_once: Annotated[int, Meta(ge=1, le=1_000_000, description="burst of messages from one client")] = 100
    heartbeat_s: Annotated[float, Meta(ge=1, le=3600, description="seconds between two heartbeats")] = 15
    ring_bytes: Annotated[
        int, Meta(ge=65_536, le=1_073_741_824, description="memory for recent events, from which lagging clients catch up")
    ] = 8 * 1024 * 1024


class AuthConfig(Section, frozen=True, kw_only=True):
    """Authentication. Without a configured token one is generated at the first start and stored in the state directory."""

    token: (
        Annotated[str, Meta(pattern=r"^[!-~]{16,}\Z", description="the operator's token, at least 16 characters without spaces")] | None
    ) = None
    anonymous_reads: bool = True
    access_ttl_s: Annotated[int, Meta(ge=60, le=31_536_000, description="lifetime of an access token in seconds")] = 86_400
    refresh_ttl_s: Annotated[int, Meta(ge=60, le=31_536_000, description="seconds for which a login can be refreshed")] = 2_592_000


class LimitsConfig(Section, frozen=True, kw_only=True):
    """Requests per minute of each caller by rate class of the route. Admins have `admin_factor` times the limit."""

    default: _PerMinute = 100
    query: _PerMinute = 20
    metrics: _PerMinute = 200
    login: _PerMinute = 10
    corrections: _PerMinute = 10
    admin_factor: Annotated[int, Meta(ge=1, le=1000, description="factor of the limits for admins")] = 10


class CorrectionsConfig(Section, frozen=True, kw_only=True):
    """Corrections of darts: who must confirm one, and until when a leg can be corrected."""

    confirm: Literal["none", "opponent", "marker"] = "none"
    sign_by_next_leg: bool = True
    sign_after_match_s: Annotated[int, Meta(ge=1, le=86_400, description="seconds after the end of a match until its legs are signed")] = 60


class BotConfig(Section, frozen=True, kw_only=True):
    """Sides that throw by themselves."""

    pause_s: Annotated[float, Meta(ge=0, le=60, description="seconds before each dart of a bot")] = 1.5


class BoardConfig(Section, frozen=True, kw_only=True):
    """The board: id, name, ring radii and time limits of the throw state machine."""

    id: _Id = "main"
    name: Annotated[str, Meta(min_length=1, max_length=100, description="display name of the board")] = "Dartboard"
    bull_mm: _Millimetres = BoardSpec().bull_mm
    single_bull_mm: _Millimetres = BoardSpec().single_bull_mm
    triple_inner_mm: _Millimetres = BoardSpec().triple_inner_mm
    triple_outer_mm: _Millimetres = BoardSpec().triple_outer_mm
    double_inner_mm: _Millimetres = BoardSpec().double_inner_mm
    double_outer_mm: _Millimetres = BoardSpec().double_outer_mm
    edge_mm: _Millimetres = BoardSpec().edge_mm
    settled_timeout_ms: _Milliseconds = 500
    throw_timeout_ms: _Milliseconds = 2000
    pull_out_timeout_ms: _Milliseconds = 5000
    bounce_out_check_ms: _Milliseconds = 1000
    takeout_adopt_ms: _Milliseconds = 10_000

    @property
    def board_id(self) -> BoardId:
        """Return the id as used in events."""
        return BoardId(self.id)

    @property
    def spec(self) -> BoardSpec:
        """Return the radii as used by both processes."""
        return BoardSpec(**{ring: getattr(self, ring) for ring in BoardSpec.__struct_fields__})


class VisitConfig(Section, frozen=True, kw_only=True):
    """Which throws take a slot of a visit."""

    count_misses: bool = True


class ControlsConfig(CameraControls, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Camera controls that are set manually; a key that is left out keeps the camera's own value."""

    exposure_ms: Annotated[float, Meta(gt=0, le=1000, description="exposure time of a frame in milliseconds")] | None = None
    contrast: _Adjustment | None = None
    gamma: _Adjustment | None = None
    gain: _Adjustment | None = None
    white_balance: _Adjustment | None = None
    focus: _Adjustment | None = None


class LensConfig(KnownLens, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Known parameters of a camera's lens, from its maker or a chessboard; a key that is left out is calibrated from the board."""

    focal_px: Annotated[float, Meta(gt=0, le=100_000, description="focal length in pixels")] | None = None
    center_x_px: Annotated[float, Meta(ge=0, le=8192, description="principal point in pixels")] | None = None
    center_y_px: Annotated[float, Meta(ge=0, le=8192, description="principal point in pixels")] | None = None
    k1: Annotated[float, Meta(ge=-1, le=1, description="radial distortion coefficient of OpenCV")] | None = None
    k2: Annotated[float, Meta(ge=-1, le=1, description="radial distortion coefficient of OpenCV")] | None = None
    p1: Annotated[float, Meta(ge=-1, le=1, description="tangential distortion coefficient of OpenCV")] | None = None
    p2: Annotated[float, Meta(ge=-1, le=1, description="tangential distortion coefficient of OpenCV")] | None = None


class CameraConfig(Section, frozen=True, kw_only=True):
    """One camera."""

    id: _Id
    url: Annotated[str, Meta(min_length=1, description="/dev/v4l/by-path/… rtsp:… http:… file:… recording:… or sim:…")]
    width: Annotated[int, Meta(ge=160, le=8192, description="pixels")] = 800
    height: Annotated[int, Meta(ge=120, le=8192, description="pixels")] = 600
    fps: Annotated[float, Meta(ge=1, le=120, description="frames per second")] = 30
    near_sector: (
        Annotated[int, Meta(ge=1, le=20, description="the sector nearest to the camera, left out: found from the image")] | None
    ) = None
    controls: ControlsConfig = ControlsConfig()
    lens: LensConfig = LensConfig()

    @property
    def camera_id(self) -> CameraId:
        """Return the id as used in messages."""
        return CameraId(self.id)

    @property
    def source(self) -> SourceSpec:
        """Return the source specification for the camera process."""
        return SourceSpec(camera_id=self.camera_id, **{key: getattr(self, key) for key in self.__struct_fields__ if key != "id"})


class StoreConfig(Section, frozen=True, kw_only=True):
    """The database."""

    path: Annotated[str, Meta(min_length=1, description="the SQLite file, relative to state_dir")] = "dartd.db"
    url: Annotated[str, Meta(min_length=1, description="a database of PostgreSQL, takes the place of path")] | None = None
    slow_query_ms: Annotated[int, Meta(ge=1, le=60_000, description="queries that take longer are logged")] = 100
    pool_size: Annotated[int, Meta(ge=1, le=64, description="number of reading threads")] = 2
    keep_days: Annotated[float, Meta(ge=1, le=36_500, description="days for events that are not play, and the audit log")] = 90


class BackupConfig(Section, frozen=True, kw_only=True):
    """Copies of the database at regular times."""

    every_hours: Annotated[float, Meta(ge=0, le=8760, description="hours between two backups, 0 makes none")] = 24
    keep: Annotated[int, Meta(ge=1, le=1000, description="number of backups, the oldest are deleted")] = 7
    directory: Annotated[str, Meta(min_length=1, description="their directory, relative to state_dir; better on another disk")] = "backups"


class ImagesConfig(Section, frozen=True, kw_only=True):
    """The retention of images of throws."""

    keep_days: Annotated[float, Meta(ge=0, le=3650, description="days, 0 stores no images")] = 30
    keep_mb: Annotated[int, Meta(ge=1, le=1_000_000, description="megabytes of images, the oldest are deleted first")] = 2000
    keep_free_mb: Annotated[int, Meta(ge=0, le=1_000_000, description="megabytes of the disk that images leave free")] = 500


class WebhooksConfig(Section, frozen=True, kw_only=True):
    """Webhooks: events that are posted to addresses of other programs."""

    allow_private: Annotated[bool, Meta(description="post to addresses of your own network too")] = False
    keep_days: Annotated[float, Meta(ge=0.01, le=365, description="days for which deliveries are kept, and events are tried")] = 7


class CacheConfig(Section, frozen=True, kw_only=True):
    """The results cache: answers that are kept until an event changes them."""

    max_mb: Annotated[float, Meta(ge=0, le=10_000, description="megabytes of answers, 0 keeps none")] = 16
    webhooks_ttl_s: Annotated[float, Meta(ge=0, le=86_400, description="seconds for which the list of webhooks is kept")] = 120
    alerts_ttl_s: Annotated[float, Meta(ge=0, le=86_400, description="seconds for which the summary of alerts is kept")] = 60
    dashboard_ttl_s: Annotated[float, Meta(ge=0, le=86_400, description="seconds for which the dashboard is kept")] = 300
    statistics: Annotated[bool, Meta(description="keep statistics of players")] = True


class AlertRuleConfig(Section, frozen=True, kw_only=True):
    """A rule of alerts: changes of a built-in one, or a new one over a measure."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z", description="a built-in rule such as camera_fps_low, or a new name")]
    enabled: Annotated[bool, Meta(description="false switches the rule off")] = True
    measure: Measure | None = None
    above: (
        Annotated[float, Meta(description="the largest value that is right, or with ratio the largest factor of the usual one")] | None
    ) = None
    below: Annotated[float, Meta(description="the smallest value that is right, or with ratio the smallest factor")] | None = None
    ratio: Annotated[bool, Meta(description="compare with the usual value, as learnt over time")] | None = None
    at_least: Annotated[float, Meta(ge=0, description="with ratio: the smallest value that an alert is raised for")] | None = None
    clear: Annotated[float, Meta(description="the value at which the alert ends, default: the limit")] | None = None
    for_s: Annotated[float, Meta(ge=0, le=86_400, description="seconds until the alert is raised")] | None = None
    resolve_s: Annotated[float, Meta(ge=0, le=86_400, description="seconds until it ends")] | None = None
    severity: Severity | None = None
    message: Annotated[str, Meta(min_length=1, max_length=500, description="what to do")] | None = None


class AlertsConfig(Section, frozen=True, kw_only=True):
    """Alerts: changes of the built-in rules, and rules of your own."""

    rules: tuple[AlertRuleConfig, ...] = ()


class SessionsConfig(Section, frozen=True, kw_only=True):
    """Sessions of players."""

    idle_s: Annotated[float, Meta(ge=1, le=86_400, description="seconds without a dart after which a session is idle")] = 60
    close_s: Annotated[float, Meta(ge=1, le=86_400, description="seconds without a dart after which a session is closed")] = 900


class LogConfig(Section, frozen=True, kw_only=True):
    """Level and format of the log."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"


class Config(Section, frozen=True, kw_only=True):
    """The whole configuration; it does not change after the start."""

    state_dir: Annotated[
        str,
        Meta(
            description="the directory for persistent state; empty: $STATE_DIRECTORY, else /var/lib/dartd if it can be written, "
            "else ~/.local/state/dartd"
        ),
    ] = ""
    server: ServerConfig = ServerConfig()
    ws: WsConfig = WsConfig()
    auth: AuthConfig = AuthConfig()
    limits: LimitsConfig = LimitsConfig()
    corrections: CorrectionsConfig = CorrectionsConfig()
    bot: BotConfig = BotConfig()
    board: BoardConfig = BoardConfig()
    visit: VisitConfig = VisitConfig()
    cameras: tuple[CameraConfig, ...] = ()
    store: StoreConfig = StoreConfig()
    backup: BackupConfig = BackupConfig()
    images: ImagesConfig = ImagesConfig()
    webhooks: WebhooksConfig = WebhooksConfig()
    compat: CompatConfig = CompatConfig()
    mqtt: MqttConfig = MqttConfig()
    mdns: MdnsConfig = MdnsConfig()
    nats: NatsConfig = NatsConfig()
    cache: CacheConfig = CacheConfig()
    query: QueryConfig = QueryConfig()
    catalog: CatalogConfig = CatalogConfig()
    sessions: SessionsConfig = SessionsConfig()
    alerts: AlertsConfig = AlertsConfig()
    log: LogConfig = LogConfig()

    @property
    def state_path(self) -> Path:
        """Return the state directory; a relative path is resolved from the working directory."""
        return Path(self.state_dir)

    @property
    def log_level(self) -> str:
        """Return the level of the log; with `server.debug` it is debug."""
        return "debug" if self.server.debug else self.log.level

    @property
    def images_path(self) -> Path | None:
        """Return the folder of the images of throws; None if none are stored."""
        return self.state_path / "images" if self.images.keep_days else None

    @property
    def backup_path(self) -> Path:
        """Return the directory of the backups."""
        return self.state_path / self.backup.directory

    @property
    def store_path(self) -> Path:
        """Return the path of the database, if it is a file."""
        return self.state_path / self.store.path

    @property
    def store_location(self) -> Path | DatabaseUrl:
        """Return where the database is: a path, or the address of one of PostgreSQL."""
        return self.store_path if self.store.url is None else DatabaseUrl(self.store.url, self.state_path / "postgresql.lock")
