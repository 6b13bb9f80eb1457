"""What is measured of each part at a moment: values that metrics, health and alerts are made of."""

from schemas.base import CameraId, Value
from schemas.events import BoardStatus, ThrowState
from schemas.pipe.from_worker import Counters, FaultKind


class CameraFigures(Value, frozen=True, kw_only=True):
    """The figures of one camera at a scrape."""

    camera_id: CameraId
    up: bool = False
    fps: float = 0.0
    restarts: int = 0
    reference_age_s: float = 0.0
    counters: Counters = Counters()
    faults: tuple[FaultKind, ...] = ()
    residual_px: float | None = None
    residual_mm: float | None = None
    cpu_s: float | None = None
    memory_bytes: int | None = None


class HubFigures(Value, frozen=True, kw_only=True):
    """The figures of the hub at a scrape."""

    clients: int = 0
    lagging: int = 0
    published: int = 0
    deliveries: int = 0
    queued: int = 0
    lags: int = 0
    journal_reads: int = 0
    refused: int = 0
    stalled: int = 0


class PipelineFigures(Value, frozen=True, kw_only=True):
    """The figures of the pipeline at a scrape."""

    inbox: int = 0
    inbox_limit: int = 0
    last_seq: int = 0
    stalled: bool = False
    failed_projections: int = 0
    state: ThrowState = "wait_for_throw"
    status: BoardStatus = "starting"


class HostUsage(Value, frozen=True, kw_only=True):
    """Usage of the host in percent, temperature in °C, and free space of the state directory; None: not available."""

    cpu_percent: float | None = None
    memory_percent: float | None = None
    temperature: float | None = None
    disk_percent: float | None = None
    disk_free_bytes: float | None = None


class CacheUsage(Value, frozen=True, kw_only=True):
    """The counts of the results cache since the start, and its size now."""

    hits: int = 0
    misses: int = 0
    evicted: int = 0
    entries: int = 0
    size_bytes: int = 0
    max_bytes: int = 0

    @property
    def hit_rate(self) -> float:
        """Return the share of requests that were answered from the cache, 0 before the first."""
        total = self.hits + self.misses
        return self.hits / total if total else 0.0


class BackupUsage(Value, frozen=True, kw_only=True):
    """The backups: how many are kept, when the last was made in seconds since 1970, and how many were made and failed since the start."""

    kept: int = 0
    last_at_s: float | None = None
    done: int = 0
    failed: int = 0


class OutletFigures(Value, frozen=True, kw_only=True):
    """An outlet that follows the journal to a server elsewhere, such as a broker; `where` is its address without a login.

    `away_s`: for how long it has not been connected, `waiting`: events of the journal that it has not passed on yet, `published` and
    `dropped`: events since the start that the server has taken, and those that were deleted by age before. `problem`: why it is away.
    """

    name: str
    where: str = ""
    away_s: float = 0.0
    waiting: int = 0
    published: int = 0
    dropped: int = 0
    problem: str = ""

    @property
    def connected(self) -> bool:
        """Return whether it is connected."""
        return not self.away_s
