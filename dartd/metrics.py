"""Prometheus metrics: counters in memory, and figures collected without I/O at each scrape."""

import math
import platform
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from schemas.alert import Alert, Severity
from schemas.base import CameraId, EventId, Value
from schemas.board import Ring
from schemas.events import AlertChanged, BoardStatus, DartHit, Envelope, JournalledEvent, ThrowState
from schemas.pipe.from_worker import CameraFault, Counters, FaultKind

DETECTION_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
JOURNAL_BUCKETS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 1.0, 2.5, 5.0, 10.0)
LOOP_LAG_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 5.0, 10.0)
UNCERTAINTY_BUCKETS_MM = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
RECENT_COMMITS = 100
RECENT_DARTS = 100  # that averages, rates and biases are computed from: an evening's last half hour


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
        yield from _camera_families(figures.cameras)
        yield from _detection_families(figures.recent, [camera.camera_id for camera in figures.cameras])
        yield from _hub_families(figures.hub)
        yield from _pipeline_families(figures.pipeline)
        yield from _host_families(figures.host)
        yield from _cache_families(figures.cache)
        yield _alerts_family(figures.alerts)
        yield from _backup_families(figures.backups)


def _camera_families(cameras: Sequence[CameraFigures]) -> Iterator[Metric]:
    gauges: tuple[tuple[str, str, Callable[[CameraFigures], float | None]], ...] = (
        ("dartd_camera_up", "Whether the camera delivers frames", lambda c: float(c.up)),
        ("dartd_camera_frames_per_second", "Frames per second of the camera", lambda c: c.fps),
        ("dartd_camera_reference_age_seconds", "Age of the reference image", lambda c: c.reference_age_s),
        ("dartd_camera_calibration_residual_px", "Residual of the calibration, in pixels", lambda c: c.residual_px),
        ("dartd_camera_calibration_residual_mm", "Residual of the calibration, in millimetres on the board", lambda c: c.residual_mm),
        ("dartd_camera_memory_bytes", "Resident memory of the camera process", lambda c: c.memory_bytes),
    )
    counters: tuple[tuple[str, str, Callable[[CameraFigures], float | None]], ...] = (
        ("dartd_camera_cpu_seconds", "CPU time of the camera process", lambda c: c.cpu_s),
        ("dartd_camera_restarts", "Restarts of the camera process", lambda c: c.restarts),
        ("dartd_camera_frames", "Frames read", lambda c: c.counters.frames_read),
        ("dartd_camera_frames_bad", "Frames that could not be decoded", lambda c: c.counters.frames_bad),
        ("dartd_camera_frames_dropped", "Frames skipped in favour of newer ones", lambda c: c.counters.frames_dropped),
        ("dartd_camera_frames_held", "Frames repeated by the source", lambda c: c.counters.frames_held),
        ("dartd_camera_decode_seconds", "Time spent decoding", lambda c: c.counters.decode_s),
        ("dartd_camera_diff_seconds", "Time spent comparing", lambda c: c.counters.diff_s),
        ("dartd_camera_locate_seconds", "Time spent locating darts", lambda c: c.counters.locate_s),
        ("dartd_camera_locates", "Images in which darts were located", lambda c: c.counters.locates),
        ("dartd_camera_images_kept", "Throws whose images were stored", lambda c: c.counters.images_kept),
        (
            "dartd_camera_images_lost",
            "Throws whose images were not stored: the disk was full or too slow",
            lambda c: c.counters.images_lost,
        ),
    )
    for name, text, figure in gauges:
        gauge = GaugeMetricFamily(name, text, labels=("camera",))
        for camera in cameras:
            if (value := figure(camera)) is not None:
                gauge.add_metric((camera.camera_id,), value)
        yield gauge
    for name, text, figure in counters:
        counter = CounterMetricFamily(name, text, labels=("camera",))
        for camera in cameras:
            if (value := figure(camera)) is not None:
                counter.add_metric((camera.camera_id,), value)
        yield counter

    faults = GaugeMetricFamily("dartd_camera_fault", "Whether the camera has this fault", labels=("camera", "fault"))
    for camera in cameras:
        for fault in get_args(FaultKind):
            faults.add_metric((camera.camera_id, fault), float(fault in camera.faults))
    yield faults


def _detection_families(darts: Sequence[DartHit], cameras: Sequence[CameraId]) -> Iterator[Metric]:
    """Yield what the last darts say of the latency and of each camera."""
    average = GaugeMetricFamily("dartd_detection_latency_average_seconds", f"Mean detection latency of the last {RECENT_DARTS} darts")
    rate = GaugeMetricFamily(
        "dartd_camera_detection_rate", f"Share of the last {RECENT_DARTS} darts that the camera detected", labels=("camera",)
    )
    rejected = GaugeMetricFamily(
        "dartd_camera_rejected_rate", "Share of the camera's detections of them that were not used", labels=("camera",)
    )
    bias = GaugeMetricFamily("dartd_camera_bias_mm", "Mean deviation from the fused point: x to the right, y up", labels=("camera", "axis"))
    distance = GaugeMetricFamily("dartd_camera_deviation_mm", "Mean distance from the fused point", labels=("camera",))
    if darts:
        average.add_metric((), sum(dart.timing.latency_ms for dart in darts) / 1000 / len(darts))
    for camera in cameras:
        found = [detection for dart in darts for detection in dart.detections if detection.camera_id == camera]
        if darts:
            rate.add_metric((camera,), len(found) / len(darts))
        if found:
            rejected.add_metric((camera,), sum(not each.used for each in found) / len(found))
            bias.add_metric((camera, "x"), sum(each.deviation_mm.x for each in found) / len(found))
            bias.add_metric((camera, "y"), sum(each.deviation_mm.y for each in found) / len(found))
            distance.add_metric((camera,), sum(math.hypot(each.deviation_mm.x, each.deviation_mm.y) for each in found) / len(found))
    yield from (average, rate, rejected, bias, distance)


def _hub_families(hub: HubFigures) -> Iterator[Metric]:
    yield GaugeMetricFamily("dartd_clients", "Connected clients", hub.clients)
    yield GaugeMetricFamily("dartd_clients_lagging", "Clients served from the ring or the journal", hub.lagging)
    yield GaugeMetricFamily("dartd_ws_queue_depth", "Messages in the queues of all clients", hub.queued)
    yield CounterMetricFamily("dartd_hub_published", "Events published", hub.published)
    yield CounterMetricFamily("dartd_ws_messages", "Events sent to clients", hub.deliveries)
    yield CounterMetricFamily("dartd_ws_refused", "Clients rejected by the connection limit", hub.refused)
    yield CounterMetricFamily("dartd_ws_stalled", "Clients disconnected because they read nothing", hub.stalled)
    yield CounterMetricFamily("dartd_ws_lags", "Times a client overflowed its queue", hub.lags)
    yield CounterMetricFamily("dartd_hub_journal_reads", "Reads of the journal for lagging clients", hub.journal_reads)


def _pipeline_families(pipeline: PipelineFigures) -> Iterator[Metric]:
    yield GaugeMetricFamily("dartd_inbox_depth", "Inputs waiting for the pipeline", pipeline.inbox)
    yield GaugeMetricFamily("dartd_inbox_limit", "Maximum number of inputs waiting for the pipeline", pipeline.inbox_limit)
    yield GaugeMetricFamily("dartd_journal_last_seq", "seq of the last event", pipeline.last_seq)
    yield GaugeMetricFamily("dartd_projections_failed", "Derived tables with an event missing", pipeline.failed_projections)
    yield GaugeMetricFamily("dartd_pipeline_stalled", "Whether the journal cannot be written", float(pipeline.stalled))
    for name, text, values, value in (
        ("dartd_board_state", "State of the throws: 1 for the present one", get_args(ThrowState), pipeline.state),
        ("dartd_board_status", "Status of the board: 1 for the present one", get_args(BoardStatus), pipeline.status),
    ):
        states = GaugeMetricFamily(name, text, labels=(name.removeprefix("dartd_board_"),))
        for each in values:
            states.add_metric((each,), float(each == value))
        yield states


def _cache_families(cache: CacheUsage) -> Iterator[Metric]:
    requests = CounterMetricFamily("dartd_cache_requests", "Requests to the results cache", labels=("outcome",))
    requests.add_metric(("hit",), cache.hits)
    requests.add_metric(("miss",), cache.misses)
    yield requests
    yield CounterMetricFamily("dartd_cache_evicted", "Answers removed from the results cache for want of space", cache.evicted)
    yield GaugeMetricFamily("dartd_cache_entries", "Answers in the results cache", cache.entries)
    yield GaugeMetricFamily("dartd_cache_bytes", "Size of the results cache", cache.size_bytes)


def _alerts_family(alerts: Sequence[Alert]) -> Metric:
    family = GaugeMetricFamily("dartd_alerts", "Alerts that are not resolved", labels=("severity",))
    for severity in get_args(Severity):
        family.add_metric((severity,), sum(alert.severity == severity for alert in alerts))
    return family


def _backup_families(backups: BackupUsage) -> Iterator[Metric]:
    made = CounterMetricFamily("dartd_backups", "Backups of the database by outcome", labels=("outcome",))
    made.add_metric(("done",), backups.done)
    made.add_metric(("failed",), backups.failed)
    yield made
    yield GaugeMetricFamily("dartd_backups_kept", "Backups in their directory", backups.kept)
    last = GaugeMetricFamily("dartd_backup_last_timestamp_seconds", "When the newest backup was made, in seconds since 1970")
    if backups.last_at_s is not None:
        last.add_metric((), backups.last_at_s)
    yield last


def _host_families(host: HostUsage) -> Iterator[Metric]:
    for name, text, value in (
        ("dartd_host_cpu_percent", "CPU usage of the host", host.cpu_percent),
        ("dartd_host_memory_percent", "Memory usage of the host", host.memory_percent),
        ("dartd_host_temperature_celsius", "Temperature of the hottest sensor", host.temperature),
        ("dartd_disk_used_percent", "Usage of the disk of the state directory", host.disk_percent),
        ("dartd_disk_free_bytes", "Free space on the disk of the state directory", host.disk_free_bytes),
    ):
        family = GaugeMetricFamily(name, text)
        if value is not None:
            family.add_metric((), value)
        yield family
