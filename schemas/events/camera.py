"""Events of one camera."""

from typing import Literal

from schemas.base import CameraId, Event

CameraState = Literal["starting", "calibrating", "ready", "offline", "error"]


class CameraStateChanged(Event, tag="camera_state_changed", frozen=True, kw_only=True):
    """A camera became ready, went offline or failed."""

    camera_id: CameraId
    state: CameraState
    previous_state: CameraState
    reason: str = ""


class CalibrationChanged(Event, tag="calibration_changed", frozen=True, kw_only=True):
    """A camera was calibrated anew, or a calibration was refused and why."""

    camera_id: CameraId
    state: Literal["ready", "calibrating", "error"]
    residual_px: float | None = None
    residual_mm: float | None = None
    calibrated_at: str | None = None
    reason: str = ""
