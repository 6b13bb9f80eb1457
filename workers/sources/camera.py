"""A USB camera through V4L2: raw MJPG, all automatic functions off, every control read back after it was set."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.pipe.to_worker import CameraControls, SourceSpec
from workers.sources.device_access import reason_unopened
from workers.sources.errors import SourceError
from workers.vision.frame import Frame, Image

BY_PATH = Path("/dev/v4l/by-path")
RECHECK_S = 5.0  # firmware switches automatic functions back on by itself
BUFFERS = 2
MANUAL_EXPOSURE = 1  # the V4L2 menu: 1 manual, 3 aperture priority
STAMP_LIMIT_S = 1.0  # a timestamp of the driver that is older than this is ignored
MJPG = int(cv2.VideoWriter.fourcc(*"MJPG"))
TOLERANCE = 0.02  # relative rounding by a driver; at least half a step is tolerated


class Capture(Protocol):
    """The part of cv2.VideoCapture that is used."""

    def isOpened(self) -> bool:  # noqa: N802 (OpenCV's name)
        """Return whether the device is open."""

    def set(self, propId: int, value: float) -> bool:  # noqa: N803 (OpenCV's name)
        """Set a property; return False if the driver refuses."""

    def get(self, propId: int) -> float:  # noqa: N803 (OpenCV's name)
        """Return the value of a property."""

    def read(self) -> tuple[bool, NDArray[np.generic] | None]:
        """Wait for a picture and return it."""

    def release(self) -> None:
        """Close the device."""


@dataclass(frozen=True)
class Setting:
    """One control: its property, the value that the driver must hold, and its name in messages."""

    name: str
    prop: int
    value: float
    required: bool = True  # a camera may lack an automatic function, but not a control that was configured


class CameraSource:
    """One camera by its stable path (`/dev/v4l/by-path/…`). Frames carry the driver's timestamp."""

    simulated = False

    def __init__(self, spec: SourceSpec, opener: Callable[[str], Capture] | None = None) -> None:
        self._spec = spec
        self._path = Path(spec.url.removeprefix("v4l2:"))
        self._opener = opener or _open_v4l2
        self._capture: Capture | None = None
        self._settings = settings_for(spec.controls)
        self._recheck_s = 0.0
        self.corrections = 0

    def open(self) -> None:
        """Open the device, set format and controls, and read them back.

        Raises:
            SourceError: it does not exist, cannot be opened, or does not accept a setting.
        """
        if not self._path.exists():
            raise SourceError(f"{self._path}: no such camera; {_suggestion()}")
        capture = self._capture = self._opener(str(self._path))
        if not capture.isOpened():
            raise SourceError(f"{self._path} cannot be opened: {reason_unopened(self._path)}")
        self._set_format(capture)
        for setting in self._settings:
            if not self._apply(capture, setting):
                raise SourceError(
                    f"{self._path}: {setting.name} = {setting.value:g} was set but the camera holds {capture.get(setting.prop):g}; "
                    "choose a value within its range (v4l2-ctl --list-ctrls shows it) or leave it out"
                )
        self._recheck_s = time.monotonic() + RECHECK_S

    def next_s(self) -> float | None:
        """Return None: the time of a camera's next frame is not known."""
        return None

    def read(self) -> Frame | None:
        """Wait for the next picture and return it.

        Raises:
            SourceError: the camera is lost.
        """
        if self._capture is None:
            raise SourceError(f"{self._path} is not open")
        is_read, picture = self._capture.read()
        now_s = time.monotonic()
        if not is_read or picture is None or not picture.size:
            reason = "has been unplugged" if not self._path.exists() else "delivers no more pictures; check cable and power"
            raise SourceError(f"{self._path} {reason}")
        if now_s >= self._recheck_s:
            self._recheck_s = now_s + RECHECK_S
            self.corrections += sum(self._correct(self._capture, setting) for setting in self._settings)
        return self._frame(self._capture, picture, now_s)

    def close(self) -> None:
        """Close the device."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _set_format(self, capture: Capture) -> None:
        spec = self._spec
        capture.set(cv2.CAP_PROP_FOURCC, MJPG)  # before the size: the sizes on offer depend on it
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, spec.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, spec.height)
        capture.set(cv2.CAP_PROP_FPS, spec.fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, BUFFERS)
        width, height = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if (width, height) != (spec.width, spec.height):
            raise SourceError(
                f"{self._path} delivers pictures of {width}x{height} instead of {spec.width}x{spec.height}: "
                "set width and height to a size that it offers as MJPG (v4l2-ctl --list-formats-ext shows them)"
            )
        if int(capture.get(cv2.CAP_PROP_FOURCC)) != MJPG:
            raise SourceError(f"{self._path} does not offer MJPG at {width}x{height}; choose another size (v4l2-ctl --list-formats-ext)")
        if not capture.set(cv2.CAP_PROP_CONVERT_RGB, 0):  # the raw JPEG, which is decoded only as far as needed
            raise SourceError(f"{self._path} does not deliver raw MJPG; is it a V4L2 camera?")

    def _apply(self, capture: Capture, setting: Setting) -> bool:
        capture.set(setting.prop, setting.value)
        return not setting.required or _holds(capture, setting)

    def _correct(self, capture: Capture, setting: Setting) -> bool:
        """Set a control again if the firmware has changed it; return whether it had."""
        if _holds(capture, setting) or not (setting.required or capture.set(setting.prop, setting.value)):
            return False
        capture.set(setting.prop, setting.value)
        return True

    def _frame(self, capture: Capture, picture: NDArray[np.generic], now_s: float) -> Frame:
        taken_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000  # CLOCK_MONOTONIC of the driver, as is `now_s`
        t_s = taken_s if 0 <= now_s - taken_s < STAMP_LIMIT_S else now_s
        if picture.ndim == 3 and picture.shape[2] == 3:
            pixels: Image = picture.astype(np.uint8, copy=False)
            return Frame(t_s, pixels=pixels)
        return Frame(t_s, jpeg=picture.tobytes())


def settings_for(controls: CameraControls) -> tuple[Setting, ...]:
    """Return the controls to set, automatic functions first: a value cannot be set while its automatic function is on."""
    automatics = (
        Setting("automatic exposure", cv2.CAP_PROP_AUTO_EXPOSURE, MANUAL_EXPOSURE, required=controls.exposure_ms is not None),
        Setting("automatic white balance", cv2.CAP_PROP_AUTO_WB, 0, required=controls.white_balance is not None),
        Setting("autofocus", cv2.CAP_PROP_AUTOFOCUS, 0, required=controls.focus is not None),
    )
    exposure = None if controls.exposure_ms is None else controls.exposure_ms * 10  # the driver counts in 100 µs
    values = (
        ("exposure_ms (in 100 µs)", cv2.CAP_PROP_EXPOSURE, exposure),
        ("contrast", cv2.CAP_PROP_CONTRAST, controls.contrast),
        ("gamma", cv2.CAP_PROP_GAMMA, controls.gamma),
        ("gain", cv2.CAP_PROP_GAIN, controls.gain),
        ("white_balance", cv2.CAP_PROP_WB_TEMPERATURE, controls.white_balance),
        ("focus", cv2.CAP_PROP_FOCUS, controls.focus),
    )
    return automatics + tuple(Setting(name, prop, value) for name, prop, value in values if value is not None)


@dataclass(frozen=True)
class FoundCamera:
    """A camera of this machine: its stable path (the port it is plugged into), its device node, and the name that it reports."""

    path: str
    device: str
    name: str


def list_cameras(by_path: Path = BY_PATH, names: Path = Path("/sys/class/video4linux")) -> list[FoundCamera]:
    """Return the cameras by their stable paths; of the nodes of a camera only the one with pictures (`…-video-index0`)."""
    if not by_path.is_dir():
        return []
    found = []
    for path in sorted(by_path.iterdir()):
        if path.name.endswith("-video-index0"):
            device = path.resolve()
            name = names / device.name / "name"
            found.append(FoundCamera(str(path), str(device), name.read_text().strip() if name.is_file() else ""))
    return found


def _holds(capture: Capture, setting: Setting) -> bool:
    return abs(capture.get(setting.prop) - setting.value) <= max(0.5, TOLERANCE * abs(setting.value))


def _open_v4l2(path: str) -> Capture:
    return cv2.VideoCapture(path, cv2.CAP_V4L2)


def _suggestion() -> str:
    found = list_cameras()
    if not found:
        return "no camera is plugged in (nothing in /dev/v4l/by-path)"
    return "these are plugged in: " + ", ".join(camera.path for camera in found)
