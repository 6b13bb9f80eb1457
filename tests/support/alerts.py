"""Alerts, darts and figures for tests of alerts."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from dartd.alerts.decider import AlertDecider
from dartd.alerts.rules import BUILTIN, Rule
from dartd.decision import CameraSample, Sample
from dartd.store.timestamps import timestamp_of
from schemas.alert import Alert, Anomaly
from schemas.base import BoardId, CameraId
from schemas.events import AlertChanged, BoardPoint, DartHit, Detection, Deviation, PixelPoint
from tests.support.throws import hit

BOARD = BoardId("main")
CAMERAS = (CameraId("cam0"), CameraId("cam1"), CameraId("cam2"))
ALERT = Alert(
    alert_id=1,
    timestamp="1970-01-01T00:01:40.000Z",
    alert_type="camera_fps_low",
    severity="warning",
    operation_type="performance",
    board_id=BOARD,
    camera_id="cam0",
    message="Camera cam0 delivers 5 of 30 frames per second.",
)
ANOMALY = Anomaly(
    anomaly_id=1,
    timestamp=ALERT.timestamp,
    anomaly_type=ALERT.alert_type,
    severity=ALERT.severity,
    board_id=BOARD,
    camera_id="cam0",
    description=ALERT.message,
    root_cause="load: the processor is busy to 97 %",
    evidence={"cpu_percent": 97.0},
    alert_id=1,
)


def alerts_decider(*rules: Rule) -> AlertDecider:
    """Return a decider whose wall clock is its media clock; without rules it has the built-in ones."""
    return AlertDecider(BOARD, rules or BUILTIN, wall=lambda now: now, timestamp=timestamp_of)


def sample(struck: dict[str, Any] | None = None, camera: str = "cam0", **figures: Any) -> Sample:
    """Return the figures of a quiet board with three cameras; `struck` changes those of one camera, `figures` those of the machine."""
    quiet: dict[str, Any] = {"cpu_percent": 35.0, "memory_percent": 40.0, "temperature_c": 55.0, "disk_free_mb": 9000.0}
    cameras = tuple(
        CameraSample(**{"camera_id": each, "state": "ready", "fps": 30.0, "expected_fps": 30.0, **(struck or {} if each == camera else {})})
        for each in CAMERAS
    )
    return Sample(cameras=cameras, **{**quiet, **figures})


def dart(
    latency_ms: float = 100.0,
    confidence: float = 0.95,
    deviations: Mapping[Any, tuple[float, float]] | None = None,
    dart_id: str = "d1",
    unused: str = "",
) -> DartHit:
    """Return a dart that all cameras but one have measured, each so many millimetres from the fused point."""
    found = {camera: (deviations or {}).get(camera, (0.04, -0.03)) for camera in CAMERAS if camera != unused}
    plain = hit(dart_id)
    detections = tuple(
        Detection(
            camera_id=camera,
            pixel=PixelPoint(x=1.0, y=1.0),
            board=BoardPoint(x=x, y=y),
            confidence=0.9,
            used=True,
            weight=0.3,
            reject_reason=None,
            deviation_mm=Deviation(x=x, y=y),
            across_mm=math.copysign(math.hypot(x, y), x),
        )
        for camera, (x, y) in found.items()
    )
    return msgspec.structs.replace(
        plain,
        detections=detections,
        timing=msgspec.structs.replace(plain.timing, latency_ms=latency_ms),
        fusion=msgspec.structs.replace(plain.fusion, confidence=confidence),
    )


class Watched:
    """A decider of alerts and a clock: samples come every second."""

    def __init__(self, *rules: Rule) -> None:
        self.decider = alerts_decider(*rules)
        self.now = 1000.0
        self.raised: list[AlertChanged] = []

    def take(self, *items: Any) -> list[AlertChanged]:
        """Step with these inputs; return the alerts that it published."""
        events = [event for event in self.decider.step(items, self.now).events if isinstance(event, AlertChanged)]
        self.raised += events
        return events

    def pass_s(self, seconds: float, figures: Sample | None = None, period_s: float = 1.0) -> list[AlertChanged]:
        """Let time pass with a sample every period; return what was published."""
        published: list[AlertChanged] = []
        for _ in range(round(seconds / period_s)):
            self.now += period_s
            published += self.take(figures or sample())
        return published

    def throw(self, count: int, pause_s: float = 6.0, **fields: Any) -> list[AlertChanged]:
        """Throw darts, each with a sample behind it."""
        published: list[AlertChanged] = []
        for _ in range(count):
            self.now += pause_s
            published += self.take(dart(**fields), sample())
        return published


def changes(published: list[AlertChanged]) -> list[tuple[str, str]]:
    """Return type and status of each."""
    return [(each.alert.alert_type, each.alert.status) for each in published]
