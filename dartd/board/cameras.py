"""What is known of each camera: its state as it is published."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from dartd.errors import CommandRefusedError
from schemas.base import CameraId
from schemas.events import BoardEvent, CalibrationChanged, CameraSnapshot, CameraState, CameraStateChanged
from schemas.geometry import Calibration
from schemas.pipe.from_worker import CameraFault, FaultKind

REFUSALS_TO_ERROR = 3
GONE: frozenset[FaultKind] = frozenset({"camera_gone", "ended"})
BLIND: frozenset[FaultKind] = GONE | {"frozen", "black"}  # what such a camera says, or does not say, of the board means nothing


@dataclass
class _Camera:
    state: CameraState = "starting"
    reason: str = ""
    calibration: Calibration | None = None
    handed_over: Calibration | None = None  # by a person, while it is not known whether it fits
    saw_empty: bool = False  # calibrated from the empty board since the last dart landed
    refusals: int = 0
    faults: dict[FaultKind, str] = field(default_factory=dict)  # those that are on, in words

    @property
    def fault_text(self) -> str:
        return "; ".join(self.faults.values())

    @property
    def is_blind(self) -> bool:
        return not BLIND.isdisjoint(self.faults)


class CameraStates:
    """The states of all cameras; every change of one gives an event."""

    def __init__(self, cameras: Sequence[CameraId]) -> None:
        self._cameras = {c: _Camera() for c in cameras}

    def add(self, camera_id: CameraId) -> None:
        """Begin with a camera that was added."""
        self._cameras.setdefault(camera_id, _Camera())

    def remove(self, camera_id: CameraId) -> list[BoardEvent]:
        """Forget a camera that was removed."""
        camera = self._cameras.pop(camera_id, None)
        if camera is None:
            return []
        return [CameraStateChanged(camera_id=camera_id, state="offline", previous_state=camera.state, reason="removed")]

    @property
    def ready(self) -> tuple[CameraId, ...]:
        """Name the cameras that see and know where they stand."""
        return tuple(c for c, camera in self._cameras.items() if camera.state == "ready" and not camera.is_blind)

    @property
    def calibrating(self) -> bool:
        """Return whether a camera is starting or calibrating."""
        return any(camera.state in {"starting", "calibrating"} for camera in self._cameras.values())

    @property
    def starting(self) -> bool:
        """Return whether no camera has answered yet."""
        return all(camera.state == "starting" for camera in self._cameras.values())

    @property
    def saw_empty(self) -> bool:
        """Whether all cameras that are ready, two at least or the only one, were calibrated from the empty board since a dart landed."""
        return all(self._cameras[c].saw_empty for c in self.ready) and len(self.ready) >= min(2, len(self._cameras))

    def dart_landed(self) -> None:
        """Note that the board is empty no more."""
        for camera in self._cameras.values():
            camera.saw_empty = False

    def calibration(self, camera_id: CameraId) -> Calibration | None:
        """Return the calibration of a camera, None while it is not known."""
        return self._cameras[camera_id].calibration

    def snapshot(self) -> tuple[CameraSnapshot, ...]:
        """Return the state of every camera."""
        return tuple(
            CameraSnapshot(
                camera_id=c,
                state=camera.state,
                reason=camera.reason,
                residual_px=camera.calibration.residual_px if camera.calibration else None,
                residual_mm=camera.calibration.residual_mm if camera.calibration else None,
                calibrated_at=camera.calibration.calibrated_at if camera.calibration else None,
            )
            for c, camera in self._cameras.items()
        )

    def change(self, camera_id: CameraId, state: CameraState, reason: str = "") -> list[BoardEvent]:
        """Note a camera's state; return no event when nothing changed."""
        camera = self._cameras[camera_id]
        if (camera.state, camera.reason) == (state, reason):
            return []
        previous, camera.state, camera.reason = camera.state, state, reason
        return [CameraStateChanged(camera_id=camera_id, state=state, previous_state=previous, reason=reason)]

    def restart(self, camera_id: CameraId, state: CameraState, reason: str) -> list[BoardEvent]:
        """Note that a camera's process came or went: what was wrong with the one before is no more."""
        self._cameras[camera_id].faults.clear()
        self._cameras[camera_id].handed_over = None
        return self.change(camera_id, state, reason)

    def answer(self, camera_id: CameraId) -> list[BoardEvent]:
        """Note that a camera's process delivers frames: it must find the board next."""
        return self.change(camera_id, "calibrating", "looking for the board")

    def calibrated(self, calibration: Calibration, *, kept: bool = False) -> list[BoardEvent]:
        """Note that a camera knows where it stands: from the empty board, or because the given calibration still fits (`kept`)."""
        camera = self._cameras[calibration.camera_id]
        misfit = camera.handed_over is not None and not _is_same(camera.handed_over, calibration)
        camera.calibration, camera.refusals, camera.handed_over, camera.saw_empty = calibration, 0, None, not kept
        changed = CalibrationChanged(
            camera_id=calibration.camera_id,
            state="ready",
            residual_px=round(calibration.residual_px, 3),
            residual_mm=round(calibration.residual_mm, 3),
            calibrated_at=calibration.calibrated_at,
            reason="what was handed over does not fit the picture: calibrated anew" if misfit else "",
        )
        return [changed, *self.change(calibration.camera_id, "ready", camera.fault_text)]

    def unoriented(self, camera_id: CameraId, reason: str) -> list[BoardEvent]:
        """Note that a camera has measured the board but for its rotation: it is of no use until something says it."""
        camera = self._cameras[camera_id]
        reason = f"ready but for its orientation: {reason}"
        camera.calibration, camera.refusals, camera.handed_over = None, 0, None
        if (camera.state, camera.reason) == ("error", reason):
            return []
        return [CalibrationChanged(camera_id=camera_id, state="error", reason=reason), *self.change(camera_id, "error", reason)]

    def refused(self, camera_id: CameraId, reason: str) -> list[BoardEvent]:
        """Note that no calibration could be taken; the third time in a row is an error."""
        camera = self._cameras[camera_id]
        camera.refusals += 1
        state: CameraState = "error" if camera.refusals >= REFUSALS_TO_ERROR else "calibrating"
        if (camera.state, camera.reason) == (state, reason):
            return []
        changed = CalibrationChanged(camera_id=camera_id, state="error" if state == "error" else "calibrating", reason=reason)
        return [changed, *self.change(camera_id, state, reason)]

    def recalibrate(self, only: CameraId | None = None) -> list[BoardEvent]:
        """Note that every camera that answers is asked to calibrate anew, or `only` one.

        Raises:
            CommandRefusedError: that one does not answer.
        """
        if only is not None and (only not in self._cameras or self._cameras[only].state in {"starting", "offline"}):
            raise CommandRefusedError(f"{only} delivers no pictures", code="CAMERA_OFFLINE", camera_id=only)
        events: list[BoardEvent] = []
        for camera_id, camera in self._cameras.items():
            if only in {None, camera_id} and camera.state in {"ready", "error"}:
                camera.refusals, camera.handed_over = 0, None
                events += [CalibrationChanged(camera_id=camera_id, state="calibrating"), *self.answer(camera_id)]
        return events

    def hand_over(self, calibration: Calibration) -> list[BoardEvent]:
        """Note that a camera that answers is asked to use a calibration from the caller.

        Raises:
            CommandRefusedError: it does not answer.
        """
        camera = self._cameras.get(calibration.camera_id)
        if camera is None or camera.state in {"starting", "offline"}:
            state = "unknown" if camera is None else camera.state
            raise CommandRefusedError(f"{calibration.camera_id} is {state}", code="CAMERA_OFFLINE", camera_id=calibration.camera_id)
        camera.refusals, camera.handed_over = 0, calibration
        return [CalibrationChanged(camera_id=calibration.camera_id, state="calibrating"), *self.answer(calibration.camera_id)]

    def fault(self, fault: CameraFault) -> list[BoardEvent]:
        """Note that something is wrong with a camera, or right again; one that is gone says Hello when it is back."""
        camera = self._cameras[fault.camera_id]
        if fault.active:
            camera.faults[fault.fault] = f"{fault.fault.replace('_', ' ')}{': ' + fault.detail if fault.detail else ''}"
        else:
            camera.faults.pop(fault.fault, None)
        if not GONE.isdisjoint(camera.faults):
            return self.change(fault.camera_id, "offline", camera.fault_text)
        return [] if camera.state == "offline" else self.change(fault.camera_id, camera.state, camera.fault_text)


def _is_same(one: Calibration, other: Calibration) -> bool:
    """Return whether two calibrations differ in their time at most."""
    return msgspec.structs.replace(one, calibrated_at=other.calibrated_at) == other
