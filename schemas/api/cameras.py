"""Cameras: those of the configuration file, which can only be read, and those that are added over the API."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.api.answers import Id, ListQuery, Text
from schemas.api.changes import changes_of
from schemas.base import Value
from schemas.picture_figures import Exposure, Focus

CameraStatusName = Literal["active", "inactive", "offline", "error", "calibrating"]
CameraKind = Literal["usb", "stream", "simulator", "recording", "file"]
CameraUrl = Annotated[
    str, Meta(min_length=1, max_length=500, pattern=r"^[!-~]+\Z", description="/dev/v4l/by-path/… rtsp:… http:… https:… or sim:…")
]
Resolution = Annotated[str, Meta(pattern=r"^[1-9]\d{2,3}x[1-9]\d{2,3}\Z", description="width and height in pixels, such as 1280x720")]
FrameRate = Annotated[float, Meta(ge=1, le=120, description="frames per second")]
_Control = Annotated[float, Meta(ge=-10_000, le=100_000)]


class CameraSettings(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Settings of a camera, its automatic functions being off; null leaves the camera's own value. `near_sector`: the nearest sector."""

    exposure_ms: Annotated[float, Meta(gt=0, le=1000)] | None = None
    contrast: _Control | None = None
    gamma: _Control | None = None
    gain: _Control | None = None
    white_balance: _Control | None = None
    focus: _Control | None = None
    near_sector: Annotated[int, Meta(ge=1, le=20)] | None = None


class NewCamera(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new camera; what is left out of resolution and fps is found by opening it. `rtsp_url` is another name of `url`."""

    camera_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}\Z", description="1 to 32 letters, digits, - or _")] | None = None
    name: Text
    url: CameraUrl | None = None
    rtsp_url: CameraUrl | None = None
    location: Text | None = None
    resolution: Resolution | None = None
    fps: FrameRate | None = None
    settings: CameraSettings = CameraSettings()


CameraChange = changes_of(NewCamera, "CameraChange", fixed={"camera_id"})


class StoredCamera(Value, frozen=True, kw_only=True):
    """A camera as it is stored: its address without user and password."""

    camera_id: str
    name: str
    url: str
    kind: CameraKind
    location: str | None
    resolution: str
    fps: float
    settings: CameraSettings
    created_at: str
    updated_at: str


class CameraPicture(Value, frozen=True, kw_only=True):
    """How bright and how sharp the pictures of a camera are: mean grey level (0 to 255), share of nearly white pixels, edge strength."""

    brightness: float
    bright_share: float
    sharpness: float
    exposure: Exposure
    focus: Focus


class CameraDevice(Value, frozen=True, kw_only=True):
    """A camera that may be added: one that is plugged in, or a simulated one. `camera_id` is the camera that uses it already."""

    device_id: str
    name: str
    url: str
    kind: CameraKind
    camera_id: str | None


class CameraDevices(Value, frozen=True, kw_only=True):
    """The cameras that may be added."""

    data: tuple[CameraDevice, ...]


class Camera(Value, frozen=True, kw_only=True):
    """A camera: `status` is inactive until its first frame, `reason` says what is wrong. One with source `config` can only be read.

    `picture` is measured only while someone watches the camera's pictures.
    """

    camera_id: str
    name: str
    url: str
    kind: CameraKind
    source: Literal["config", "api"]
    location: str | None
    resolution: str
    fps: float
    status: CameraStatusName
    reason: str
    measured_fps: float
    last_seen_at: str | None
    calibrated_at: str | None
    residual_px: float | None
    residual_mm: float | None
    picture: CameraPicture | None
    zones_count: int
    settings: CameraSettings
    created_at: str
    updated_at: str


class CamerasQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of cameras."""

    sort: Literal["camera_id", "-camera_id", "name", "-name", "created_at", "-created_at"] = "camera_id"
    status: CameraStatusName | None = None


class PictureQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is drawn over a picture: `wires`, `darts` and `motion`, separated by commas."""

    overlay: Annotated[str, Meta(pattern=r"^((wires|darts|motion)(,(wires|darts|motion)){0,2})?\Z", description="such as wires,darts")] = ""


PicturePoint = Annotated[tuple[float, float], Meta(description="x and y in pixels of the picture")]


class CalibrationPoints(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Four points of the picture, clockwise: where the wires 5|20, 6|13, 3|17 and 8|11 meet the outer edge of the doubles."""

    points: Annotated[tuple[PicturePoint, ...], Meta(min_length=4, max_length=4)]


class NewFeedback(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Whether a throw was detected rightly; `label` is its true bed if it was not."""

    verdict: Literal["correct", "wrong", "skip"]
    label: Annotated[str, Meta(min_length=1, max_length=20, description="a bed such as T20, D16, S5, 25, BULL or MISS")] | None = None


class Feedback(Value, frozen=True, kw_only=True):
    """A verdict on a throw: the bed that was published, and the true one if it is known."""

    feedback_id: str
    throw_id: Id
    verdict: Literal["correct", "wrong", "skip"]
    published_label: str
    label: str | None
    user_id: str
    created_at: str
