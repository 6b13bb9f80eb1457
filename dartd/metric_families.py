"""Figures of a scrape as families of Prometheus metrics."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from typing import Final, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from dartd.figures import BackupUsage, CacheUsage, CameraFigures, HostUsage, HubFigures, OutletFigures, PipelineFigures
from schemas.alert import Alert, Severity
from schemas.base import CameraId
from schemas.events import BoardStatus, DartHit, ThrowState
from schemas.pipe.from_worker import FaultKind

RECENT_DARTS: Final = 100  # that averages, rates and biases are computed from: an evening's last half hour


def camera_families(cameras: Sequence[CameraFigures]) -> Iterator[Metric]:
    """Yield the families of the cameras."""
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


def detection_families(darts: Sequence[DartHit], cameras: Sequence[CameraId]) -> Iterator[Metric]:
    """Yield what the last darts say of the latency and of each camera."""
    average = GaugeMetricFamily("dartd_detection_latency_average_seconds", f"Mean detection latency of the last {RECENT_DARTS} darts")
    rate = GaugeMetricFamily(
        "dartd_camera_detection_rate", f"Share of the last {RECENT_DARTS} darts that the camera detected", labels=("camera",)
    )
    rejected = GaugeMetricFamily(
        "dartd_camera_rejected_rate", "Share of the camera's detections of them that were not used", labels=("camera",)
    )
    # As the rules of alerts: where the point is along its line a camera alone does not know.
    bias = GaugeMetricFamily(
        "dartd_camera_bias_mm",
        "Mean distance of the camera's line from the fused point, with its sign: how far the camera has moved",
        labels=("camera",),
    )
    distance = GaugeMetricFamily("dartd_camera_deviation_mm", "Mean distance of the camera's line from the fused point", labels=("camera",))
    if darts:
        average.add_metric((), sum(dart.timing.latency_ms for dart in darts) / 1000 / len(darts))
    for camera in cameras:
        found = [detection for dart in darts for detection in dart.detections if detection.camera_id == camera]
        if darts:
            rate.add_metric((camera,), len(found) / len(darts))
        if found:
            rejected.add_metric((camera,), sum(not each.used for each in found) / len(found))
        across_mm = [each.across_mm for each in found if each.across_mm is not None]
        if across_mm:
            bias.add_metric((camera,), statistics.fmean(across_mm))
            distance.add_metric((camera,), statistics.fmean(map(abs, across_mm)))
    yield from (average, rate, rejected, bias, distance)


def hub_families(hub: HubFigures) -> Iterator[Metric]:
    """Yield the families of the hub."""
    yield GaugeMetricFamily("dartd_clients", "Connected clients", hub.clients)
    yield GaugeMetricFamily("dartd_clients_lagging", "Clients served from the ring or the journal", hub.lagging)
    yield GaugeMetricFamily("dartd_ws_queue_depth", "Messages in the queues of all clients", hub.queued)
    yield CounterMetricFamily("dartd_hub_published", "Events published", hub.published)
    yield CounterMetricFamily("dartd_ws_messages", "Events sent to clients", hub.deliveries)
    yield CounterMetricFamily("dartd_ws_refused", "Clients rejected by the connection limit", hub.refused)
    yield CounterMetricFamily("dartd_ws_stalled", "Clients disconnected because they read nothing", hub.stalled)
    yield CounterMetricFamily("dartd_ws_lags", "Times a client overflowed its queue", hub.lags)
    yield CounterMetricFamily("dartd_hub_journal_reads", "Reads of the journal for lagging clients", hub.journal_reads)


def pipeline_families(pipeline: PipelineFigures) -> Iterator[Metric]:
    """Yield the families of the pipeline."""
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


def cache_families(cache: CacheUsage) -> Iterator[Metric]:
    """Yield the families of the results cache."""
    requests = CounterMetricFamily("dartd_cache_requests", "Requests to the results cache", labels=("outcome",))
    requests.add_metric(("hit",), cache.hits)
    requests.add_metric(("miss",), cache.misses)
    yield requests
    yield CounterMetricFamily("dartd_cache_evicted", "Answers removed from the results cache for want of space", cache.evicted)
    yield GaugeMetricFamily("dartd_cache_entries", "Answers in the results cache", cache.entries)
    yield GaugeMetricFamily("dartd_cache_bytes", "Size of the results cache", cache.size_bytes)


def alerts_family(alerts: Sequence[Alert]) -> Metric:
    """Return the alerts that are not resolved, by severity."""
    family = GaugeMetricFamily("dartd_alerts", "Alerts that are not resolved", labels=("severity",))
    for severity in get_args(Severity):
        family.add_metric((severity,), sum(alert.severity == severity for alert in alerts))
    return family


def backup_families(backups: BackupUsage) -> Iterator[Metric]:
    """Yield the families of the backups."""
    made = CounterMetricFamily("dartd_backups", "Backups of the database by outcome", labels=("outcome",))
    made.add_metric(("done",), backups.done)
    made.add_metric(("failed",), backups.failed)
    yield made
    yield GaugeMetricFamily("dartd_backups_kept", "Backups in their directory", backups.kept)
    last = GaugeMetricFamily("dartd_backup_last_timestamp_seconds", "When the newest backup was made, in seconds since 1970")
    if backups.last_at_s is not None:
        last.add_metric((), backups.last_at_s)
    yield last


def host_families(host: HostUsage) -> Iterator[Metric]:
    """Yield the families of the host."""
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


def outlet_families(outlets: Sequence[OutletFigures]) -> Iterator[Metric]:
    """Yield the families of the outlets."""
    gauges: tuple[tuple[str, str, Callable[[OutletFigures], float]], ...] = (
        ("dartd_outlet_connected", "Whether the outlet is connected to its server", lambda each: float(each.connected)),
        ("dartd_outlet_waiting", "Events of the journal that the outlet has not passed on yet", lambda each: each.waiting),
    )
    counters: tuple[tuple[str, str, Callable[[OutletFigures], float]], ...] = (
        ("dartd_outlet_published", "Events that the server of the outlet has taken", lambda each: each.published),
        (
            "dartd_outlet_dropped",
            "Events that the server did not get: deleted by age before, or too large",
            lambda each: each.dropped,
        ),
    )
    for name, text, figure in gauges:
        gauge = GaugeMetricFamily(name, text, labels=("outlet",))
        for each in outlets:
            gauge.add_metric((each.name,), figure(each))
        yield gauge
    for name, text, figure in counters:
        counter = CounterMetricFamily(name, text, labels=("outlet",))
        for each in outlets:
            counter.add_metric((each.name,), figure(each))
        yield counter
