"""The probable cause of an alert: what changed together with it."""

from typing import Any, Final

from dartd.alerts.measures import AlertFigures, Subject
from dartd.decision import CameraSample

BUSY_PERCENT: Final = 85.0  # of the processor: from here on the camera processes wait for each other
FULL_PERCENT: Final = 95.0  # of the memory
HOT_C: Final = 80.0  # a small computer slows itself down
HOTTER_C: Final = 15.0  # than usual
OFF_MM: Final = 0.3  # of the lines of one camera from the fused point
APART: Final = 2.0  # times the next worst camera
SLOW_MS: Final = 250.0

_OFF: Final = frozenset({"offline", "error"})
_DARK: Final = frozenset({"black", "exposure"})
_OF_DETECTION: Final = frozenset({"cameras_disagree", "confidence_falling", "detection_latency_high", "calibration_drift"})
_OF_LOAD: Final = frozenset({"camera_fps_low", "detection_latency_high", "journal_slow"})

_OTHERWISE: Final = {
    "backup_overdue": "no backup was made in time",
    "bounce_outs_many": "the points of the darts or the fibres of the board",
    "calibration_drift": "this camera has moved since it was calibrated",
    "calibration_failed": "the rings of the board could not be found in the picture of this camera",
    "camera_fault": "the picture of this camera alone: its lens, its light or its driver",
    "camera_fps_low": "this camera alone: its connection, or a long exposure in little light",
    "camera_offline": "this camera alone: its cable, its power or its driver",
    "cameras_disagree": "this camera alone: its lens or its calibration",
    "confidence_falling": "all cameras alike: the light, or the darts in use",
    "detection_latency_high": "no other figure has changed with it",
    "disk_nearly_full": "files on the disk of the state directory",
    "journal_slow": "the disk, or another program that writes to it",
    "outlet_down": "the server, the network to it, or the login",
    "takeout_overdue": "darts were left in the board",
    "turn_idle": "the players have stopped",
    "webhook_failing": "the receiver, or the network to it",
    "zone_empty": "nothing is in the zone",
}


def root_cause(rule: str, subject: Subject, figures: AlertFigures) -> tuple[str, dict[str, Any]]:
    """Return the probable cause of an alert in a sentence, and the figures that speak for it."""
    cameras = figures.sample.cameras
    evidence: dict[str, Any] = {
        "cameras": {each.camera_id: _of_camera(each, figures) for each in cameras},
        **{name: value for name in ("cpu_percent", "temperature_c") if (value := getattr(figures.sample, name)) is not None},
        **{f"usual_{name}": round(value, 3) for name, value in figures.usual.items()},
        **({} if figures.commit_ms is None else {"commit_ms": figures.commit_ms}),
    }
    for found in (_of_cameras(rule, cameras), _of_one_camera(rule, subject, figures), _of_machine(rule, figures)):
        if found is not None:
            return found, evidence
    return _OTHERWISE.get(rule, "no other figure has changed with it"), evidence


def _of_camera(camera: CameraSample, figures: AlertFigures) -> dict[str, Any]:
    error_mm = figures.errors_mm.get(camera.camera_id)
    found = {"state": camera.state, "fps": round(camera.fps, 1), "faults": list(camera.faults)}
    return found if error_mm is None else {**found, "error_mm": error_mm}


def _of_cameras(rule: str, cameras: tuple[CameraSample, ...]) -> str | None:
    """Return what several cameras have in common."""
    off = [each.camera_id for each in cameras if each.state in _OFF]
    dark = [each.camera_id for each in cameras if _DARK.intersection(each.faults)]
    if rule == "camera_offline" and len(off) > 1:
        return f"power or connection: {len(off)} cameras went offline together ({', '.join(off)})"
    if rule in {"camera_fault", "calibration_failed"} and len(dark) > 1:
        return f"light: it changed for {len(dark)} cameras together ({', '.join(dark)})"
    if rule in _OF_DETECTION and dark:
        return f"light: the picture of {', '.join(dark)} is too dark or too bright"
    if rule in _OF_DETECTION and off:
        return f"cameras: {', '.join(off)} is missing"
    return None


def _of_one_camera(rule: str, subject: Subject, figures: AlertFigures) -> str | None:
    """Return which camera is off, when it is one alone."""
    if rule not in _OF_DETECTION or not figures.errors_mm or rule == "detection_latency_high":
        return None
    (worst, error_mm), *others = sorted(figures.errors_mm.items(), key=lambda each: -each[1])
    is_alone = not others or error_mm > APART * others[0][1]
    if error_mm < OFF_MM or not is_alone or subject.subject_id not in {"", worst}:
        return None
    return f"camera {worst} alone is off, by {error_mm:.1f} mm: it has moved, or its lens is dirty"


def _of_machine(rule: str, figures: AlertFigures) -> str | None:
    """Return what the machine is short of."""
    if rule not in _OF_LOAD:
        return None
    sample, usual = figures.sample, figures.usual
    if sample.temperature_c is not None and sample.temperature_c >= max(HOT_C, usual.get("temperature_c", 0.0) + HOTTER_C):
        return f"temperature: {sample.temperature_c:.0f} °C, so that the processor slows down"
    if sample.cpu_percent is not None and sample.cpu_percent >= BUSY_PERCENT:
        return f"load: the processor is busy to {sample.cpu_percent:.0f} %"
    if sample.memory_percent is not None and sample.memory_percent >= FULL_PERCENT:
        return f"memory: {sample.memory_percent:.0f} % are used"
    if figures.commit_ms is not None and figures.commit_ms >= SLOW_MS and rule != "journal_slow":
        return f"disk: writing an event takes {figures.commit_ms:.0f} ms"
    return None
