"""Prometheus metrics: counters in memory, and figures collected without I/O at each scrape."""

import platform
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.metrics_core import Metric

from dartd.figures import BackupUsage, CacheUsage, CameraFigures, HostUsage, HubFigures, OutletFigures, PipelineFigures
from dartd.metric_families import (
    RECENT_DARTS,
    alerts_family,
    backup_families,
    cache_families,
    camera_families,
    detection_families,
    host_families,
    hub_families,
    outlet_families,
    pipeline_families,
)
from schemas.alert import Alert
from schemas.base import EventId, Value
from schemas.board import Ring
from schemas.events import AlertChanged, DartHit, Envelope, JournalledEvent
from schemas.pipe.from_worker import CameraFault

DETECTION_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
JOURNAL_BUCKETS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 1.0, 2.5, 5.0, 10.0)
LOOP_LAG_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 5.0, 10.0)
UNCERTAINTY_BUCKETS_MM = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
RECENT_COMMITS = 100


class Metrics:
    """The registry and the counters that are incremented when something happens."""

    def __init__(self, version: str = "0", revision: str = "unknown", *, process: bool = False) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # not annotated by the library
        registry = CollectorRegistry(auto_describe=False)
        self.registry = registry
        build = Gauge("dartd_build_info", "Version, revision and Python version", ("version", "revision", "python"), registry=registry)
        build.labels(version, revision, platform.python_version()).set(1)
        self.events = Counter("dartd_events", "Events journalled", ("event_type",), registry=registry)
        self.detections = Counter("dartd_detections", "Darts that hit, by ring", ("ring",), registry=registry)
        self.camera_detections = Counter(
            "dartd_camera_detections",
            "Darts detected by a camera, by whether the detection was used",
            ("camera", "used"),
            registry=registry,
        )
        self.detection_latency = Histogram(
            "dartd_detection_latency_seconds",
            "Time from the first still frame to the journal",
            buckets=DETECTION_BUCKETS_S,
            registry=registry,
        )
        self.uncertainty = Histogram(
            "dartd_detection_uncertainty_mm", "Uncertainty of the position of a dart", buckets=UNCERTAINTY_BUCKETS_MM, registry=registry
        )
        self.camera_faults = Counter("dartd_camera_faults", "Faults of a camera that began", ("camera", "fault"), registry=registry)
        self.journal_appends = Counter("dartd_journal_appends", "Group commits of the journal", registry=registry)
        self.journal_errors = Counter("dartd_journal_errors", "Commits that failed", registry=registry)
        self.journal_append = Histogram(
            "dartd_journal_append_seconds", "Duration of a group commit", buckets=JOURNAL_BUCKETS_S, registry=registry
        )
        self.commands = Counter("dartd_commands", "Commands to the board by outcome", ("outcome",), registry=registry)
        self.loop_lag = Histogram(
            "dartd_loop_lag_seconds", "Delay of scheduled callbacks of the event loop", buckets=LOOP_LAG_BUCKETS_S, registry=registry
        )
        self.webhook_deliveries = Counter("dartd_webhook_deliveries", "Deliveries of webhooks that ended", ("outcome",), registry=registry)
        self.webhook_dropped = Counter("dartd_webhook_events_dropped", "Events too old to be delivered to a webhook", registry=registry)
        self.alerts_raised = Counter("dartd_alerts_raised", "Alerts raised", ("alert_type",), registry=registry)
        self._commits_s: deque[float] = deque(maxlen=RECENT_COMMITS)
        self._recent: deque[DartHit] = deque(maxlen=RECENT_DARTS)
        self._figures: Callable[[], _Figures] = _Figures
        self._sampled = _Sampled()
        registry.register(self._sampled)
        for event in get_args(JournalledEvent):
            self.events.labels(event.__struct_config__.tag)
        for ring in get_args(Ring):
            self.detections.labels(ring)
        for outcome in ("done", "refused", "full"):
            self.commands.labels(outcome)
        for outcome in ("delivered", "failed"):
            self.webhook_deliveries.labels(outcome)
        if process:
            ProcessCollector(registry=registry)
            GCCollector(registry=registry)

    def count(self, envelopes: Sequence[Envelope]) -> None:
        """Count journalled events."""
        for envelope in envelopes:
            event = envelope.event
            self.events.labels(event.__struct_config__.tag).inc()
            if isinstance(event, DartHit):
                self._count_hit(event, envelope.event_id)
            elif isinstance(event, AlertChanged) and event.alert.status == "pending":
                self.alerts_raised.labels(event.alert.alert_type).inc()

    def count_commit(self, duration_s: float) -> None:
        """Count a commit of the journal."""
        self.journal_appends.inc()
        self.journal_append.observe(duration_s)
        self._commits_s.append(duration_s)

    def take_commits_s(self) -> tuple[float, ...]:
        """Return how long the commits since the last call took, in seconds, the latest `RECENT_COMMITS` at most."""
        taken = tuple(self._commits_s)
        self._commits_s.clear()
        return taken

    def count_fault(self, fault: CameraFault) -> None:
        """Count a fault of a camera that begins."""
        if fault.active:
            self.camera_faults.labels(fault.camera_id, fault.fault).inc()

    def watch(
        self,
        *,
        cameras: Callable[[], Iterable[CameraFigures]],
        hub: Callable[[], HubFigures],
        pipeline: Callable[[], PipelineFigures],
        host: Callable[[], HostUsage] = HostUsage,
        cache: Callable[[], CacheUsage] = CacheUsage,
        alerts: Callable[[], Iterable[Alert]] = tuple,
        backups: Callable[[], BackupUsage] = BackupUsage,
        outlets: Callable[[], Iterable[OutletFigures]] = tuple,
    ) -> None:
        """Set the callables that `sample` calls for the figures of a scrape."""
        self._figures = lambda: _Figures(
            cameras=tuple(cameras()),
            recent=tuple(self._recent),
            hub=hub(),
            pipeline=pipeline(),
            host=host(),
            cache=cache(),
            alerts=tuple(alerts()),
            backups=backups(),
            outlets=tuple(outlets()),
        )

    def sample(self) -> None:
        """Take the figures of the next scrape: on the event loop, which changes what they are taken from while a thread writes the text."""
        self._sampled.figures = self._figures()

    def _count_hit(self, hit: DartHit, event_id: EventId) -> None:
        self._recent.append(hit)
        self.detections.labels(hit.score.ring).inc()
        self.detection_latency.observe(max(0.0, hit.timing.latency_ms / 1000), {"event_id": event_id})
        self.uncertainty.observe(hit.fusion.uncertainty_mm, {"event_id": event_id})
        for detection in hit.detections:
            self.camera_detections.labels(detection.camera_id, "true" if detection.used else "false").inc()


class _Figures(Value, frozen=True, kw_only=True):
    """The figures of everything that is asked at a scrape."""

    cameras: tuple[CameraFigures, ...] = ()
    recent: tuple[DartHit, ...] = ()
    hub: HubFigures = HubFigures()
    pipeline: PipelineFigures = PipelineFigures()
    host: HostUsage = HostUsage()
    cache: CacheUsage = CacheUsage()
    alerts: tuple[Alert, ...] = ()
    backups: BackupUsage = BackupUsage()
    outlets: tuple[OutletFigures, ...] = ()


class _Sampled:
    """A collector that converts the figures that were sampled last into metric families, on the thread of the scrape."""

    def __init__(self) -> None:
        self.figures = _Figures()

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering does not collect."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield all families."""
        figures = self.figures
        yield from camera_families(figures.cameras)
        yield from detection_families(figures.recent, [camera.camera_id for camera in figures.cameras])
        yield from hub_families(figures.hub)
        yield from pipeline_families(figures.pipeline)
        yield from host_families(figures.host)
        yield from cache_families(figures.cache)
        yield alerts_family(figures.alerts)
        yield from backup_families(figures.backups)
        yield from outlet_families(figures.outlets)
