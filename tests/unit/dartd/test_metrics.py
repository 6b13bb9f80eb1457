"""What Prometheus sees."""

import re
from typing import Any

import msgspec
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from dartd.config.directories import shipped
from dartd.figures import BackupUsage, CacheUsage, CameraFigures, HostUsage, HubFigures, OutletFigures, PipelineFigures
from dartd.metrics import Metrics
from dartd.web.http.timings import Timings
from schemas.base import BoardId, CameraId, EventId, VisitId
from schemas.events import AlertChanged, BoardPoint, BoardReset, Detection, Deviation, Envelope, PixelPoint
from schemas.pipe.from_worker import CameraFault, Counters
from tests.support.alerts import ALERT
from tests.support.throws import hit

_DETECTION = Detection(
    camera_id=CameraId("cam0"),
    pixel=PixelPoint(x=1, y=1),
    board=BoardPoint(x=1, y=1),
    confidence=1,
    used=True,
    weight=1,
    reject_reason=None,
    deviation_mm=Deviation(x=0, y=0),
    across_mm=0.1,
)


def _scrape(metrics: Metrics) -> bytes:
    metrics.sample()
    return generate_latest(metrics.registry)


def _samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = _scrape(metrics).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _envelope() -> Envelope:
    return Envelope(
        seq=1,
        event_id=EventId("s-1"),
        board_id=BoardId("main"),
        topic="board:main",
        at_s=1.0,
        timestamp="",
        event=BoardReset(visit_id=VisitId("v")),
        wire=b"{}",
    )


def test_journalled_events_are_counted_by_type() -> None:
    """Each event type is there from the start at 0, and goes up with its events."""
    metrics = Metrics()
    before = _samples(metrics)

    metrics.count([_envelope(), _envelope()])

    after = _samples(metrics)
    key = ("dartd_events_total", (("event_type", "board_reset"),))
    assert (before[key], after[key]) == (0.0, 2.0)
    assert after["dartd_events_total", (("event_type", "dart_hit"),)] == 0.0


def test_figures_are_asked_for_at_each_scrape() -> None:
    """Cameras, hub and pipeline are exported as they stand at the moment of the scrape, not before."""
    metrics = Metrics()
    asked: list[str] = []

    def cameras() -> list[CameraFigures]:
        asked.append("cameras")
        return [CameraFigures(camera_id=CameraId("cam0"), up=True, fps=29.5, restarts=2, counters=Counters(frames_read=7, frames_bad=1))]

    metrics.watch(cameras=cameras, hub=lambda: HubFigures(clients=3), pipeline=lambda: PipelineFigures(inbox=5, stalled=True))
    registered = list(asked)
    samples = _samples(metrics)

    camera = (("camera", "cam0"),)
    assert registered == []
    assert samples["dartd_camera_up", camera] == 1.0
    assert samples["dartd_camera_frames_total", camera] == 7.0
    assert samples["dartd_camera_frames_bad_total", camera] == 1.0
    assert samples["dartd_camera_restarts_total", camera] == 2.0
    assert (samples["dartd_clients", ()], samples["dartd_inbox_depth", ()], samples["dartd_pipeline_stalled", ()]) == (3.0, 5.0, 1.0)


def test_the_text_is_made_of_what_was_sampled() -> None:
    """Making the text asks for nothing: a thread does it, while the event loop counts darts and clients."""
    metrics = Metrics()
    clients = [1]
    metrics.watch(cameras=list, hub=lambda: HubFigures(clients=clients[0]), pipeline=PipelineFigures)
    metrics.count([_hit(100)])
    metrics.sample()
    clients.append(clients.pop() + 1)
    metrics.count([_hit(300)])

    text = generate_latest(metrics.registry).decode()

    assert "dartd_clients 1.0" in text
    assert "dartd_detection_latency_average_seconds 0.1" in text


def test_every_family_is_named_by_the_rules() -> None:
    """Each family of ours has the prefix and a help text, and none exports when it was created."""
    metrics = Metrics("1.2.3", "abc", process=True)
    metrics.watch(cameras=list, hub=HubFigures, pipeline=PipelineFigures)

    families = list(text_string_to_metric_families(_scrape(metrics).decode()))

    assert all(family.documentation for family in families)
    assert all(family.name.startswith(("dartd_", "process_", "python_")) for family in families)
    assert not [family.name for family in families if family.name.endswith("_created")]


def test_the_table_of_metrics_is_complete() -> None:
    """The page on metrics has each family with its kind and its help, and none that there is not."""
    metrics = Metrics(process=True)
    Timings(metrics.registry)
    families = {f"{each.name}{'_total' * (each.type == 'counter')}": each for each in metrics.registry.collect()}

    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| [^|]* \| (.+) \|$", shipped("docs/metrics.md").read_text(), re.MULTILINE)

    assert sorted(rows) == sorted((name, each.type, each.documentation.rstrip(".")) for name, each in families.items())


def test_faults_of_cameras_are_gauges() -> None:
    """Each fault that a camera may have is exported as on or off, so that an alert can name it; pictures are counted."""
    metrics = Metrics()
    counters = Counters(images_kept=3, images_lost=1)
    camera = CameraFigures(camera_id=CameraId("cam0"), faults=("frozen",), counters=counters)
    metrics.watch(cameras=lambda: [camera], hub=HubFigures, pipeline=PipelineFigures)
    samples = _samples(metrics)

    assert samples["dartd_camera_fault", (("camera", "cam0"), ("fault", "frozen"))] == 1.0
    assert samples["dartd_camera_fault", (("camera", "cam0"), ("fault", "black"))] == 0.0
    assert samples["dartd_camera_images_kept_total", (("camera", "cam0"),)] == 3.0
    assert samples["dartd_camera_images_lost_total", (("camera", "cam0"),)] == 1.0


def _hit(latency_ms: float, *lines: tuple[str, float, bool]) -> Envelope:
    """Return a dart that cameras have measured; each line is so many millimetres off, and its camera puts the point elsewhere along it."""
    detections = tuple(
        msgspec.structs.replace(_DETECTION, camera_id=CameraId(camera), used=used, across_mm=across_mm, deviation_mm=Deviation(x=30, y=-40))
        for camera, across_mm, used in lines
    )
    event = hit("d1")
    timing = msgspec.structs.replace(event.timing, latency_ms=latency_ms)
    return msgspec.structs.replace(_envelope(), event=msgspec.structs.replace(event, detections=detections, timing=timing))


def test_the_last_darts_say_how_each_camera_measures() -> None:
    """How often a camera detects a dart, how often its detection is not used, and how far its lines are off and to which side."""
    metrics = Metrics()
    cameras = [CameraFigures(camera_id=CameraId(name)) for name in ("cam0", "cam1", "cam2")]
    metrics.watch(cameras=lambda: cameras, hub=HubFigures, pipeline=PipelineFigures)
    metrics.count([_hit(9000.0)] * 100)
    metrics.count([_hit(100.0, ("cam0", 0.5, True), ("cam1", 0.0, True))] * 50)
    metrics.count([_hit(300.0, ("cam0", -0.25, False))] * 50)
    samples = _samples(metrics)
    of_cam0 = (("camera", "cam0"),)

    assert samples["dartd_detection_latency_average_seconds", ()] == 0.2
    assert samples["dartd_detection_latency_seconds_bucket", (("le", "10.0"),)] == 200
    assert [samples["dartd_camera_detection_rate", (("camera", name),)] for name in ("cam0", "cam1", "cam2")] == [1.0, 0.5, 0.0]
    assert (samples["dartd_camera_bias_mm", of_cam0], samples["dartd_camera_deviation_mm", of_cam0]) == (0.125, 0.375)
    assert samples["dartd_camera_rejected_rate", of_cam0] == 0.5


def test_one_gauge_of_all_states_is_on() -> None:
    """An alert can name the state, and faults are counted by kind."""
    metrics = Metrics()
    metrics.watch(cameras=list, hub=HubFigures, pipeline=lambda: PipelineFigures(status="takeout", state="pull_out_started"))
    for active in (True, False, True):
        metrics.count_fault(CameraFault(camera_id=CameraId("cam0"), t_s=1, fault="frozen", active=active))
    samples = _samples(metrics)

    assert [key[1] for key, value in samples.items() if key[0].startswith("dartd_board_stat") and value] == [
        (("state", "pull_out_started"),),
        (("status", "takeout"),),
    ]
    assert samples["dartd_camera_faults_total", (("camera", "cam0"), ("fault", "frozen"))] == 2.0


def test_every_family_changes_with_its_cause() -> None:
    """Each family of ours must differ from its start once what it counts has happened: no figure may be a constant."""
    metrics = Metrics()
    figures: dict[str, Any] = {"camera": CameraFigures(camera_id=CameraId("cam0")), "hub": HubFigures(), "pipeline": PipelineFigures()}
    figures |= {
        "host": HostUsage(),
        "cache": CacheUsage(),
        "alerts": (),
        "backups": BackupUsage(),
        "outlet": OutletFigures(name="mqtt", away_s=1),
    }
    metrics.watch(
        cameras=lambda: [figures["camera"]],
        hub=lambda: figures["hub"],
        pipeline=lambda: figures["pipeline"],
        host=lambda: figures["host"],
        cache=lambda: figures["cache"],
        alerts=lambda: figures["alerts"],
        backups=lambda: figures["backups"],
        outlets=lambda: [figures["outlet"]],
    )
    before = _samples(metrics)
    metrics.count([msgspec.structs.replace(_envelope(), event=msgspec.structs.replace(hit("d1"), detections=(_DETECTION,)))])
    metrics.count([msgspec.structs.replace(_envelope(), event=AlertChanged(alert=ALERT))])
    metrics.count_commit(0.01)
    counters_of_webhooks = (metrics.webhook_deliveries.labels("delivered"), metrics.webhook_dropped)
    for counter in (metrics.journal_errors, metrics.commands.labels("done"), *counters_of_webhooks):
        counter.inc()
    metrics.loop_lag.observe(0.01)
    counters = Counters(**dict.fromkeys(Counters.__struct_fields__, 1))
    figures["outlet"] = OutletFigures(name="mqtt", waiting=1, published=1, dropped=1)
    figures["camera"] = CameraFigures(
        camera_id=CameraId("cam0"),
        up=True,
        fps=1,
        restarts=1,
        reference_age_s=1,
        counters=counters,
        faults=("frozen",),
        residual_px=1,
        residual_mm=1,
        cpu_s=1,
        memory_bytes=1,
    )
    metrics.count_fault(CameraFault(camera_id=CameraId("cam0"), t_s=1, fault="frozen", active=True))
    figures["host"] = HostUsage(**dict.fromkeys(HostUsage.__struct_fields__, 1))
    figures["cache"] = CacheUsage(**dict.fromkeys(CacheUsage.__struct_fields__, 1))
    figures["alerts"] = (ALERT,)
    figures["backups"] = BackupUsage(**dict.fromkeys(BackupUsage.__struct_fields__, 1))
    figures["hub"] = HubFigures(**dict.fromkeys(HubFigures.__struct_fields__, 1))
    figures["pipeline"] = PipelineFigures(
        inbox=1, inbox_limit=1, last_seq=1, stalled=True, failed_projections=1, status="throw", state="throw_detected"
    )
    after = _samples(metrics)

    changed = {name for (name, labels), value in after.items() if before.get((name, labels)) != value}
    families = {family.name for family in text_string_to_metric_families(_scrape(metrics).decode())}
    still = {family for family in families if not any(name.startswith(family) for name in changed)}
    assert still == {"dartd_build_info"}
