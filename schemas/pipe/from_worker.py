"""What a camera process sends to the supervisor over the pipe.

Times (`t_s`) are media time: the monotonic clock when live, the clock of the recording in a replay. All cameras of a daemon share it.
"""

from typing import Literal

import msgspec

from schemas.base import CameraId, Message, Value
from schemas.geometry import Calibration
from schemas.picture_figures import PictureFigures
from schemas.pipe.sightings import Blob, DartPresence, Finding, Sighting
from schemas.pipe.to_worker import OverlayPart

FaultKind = Literal["camera_gone", "frozen", "black", "exposure", "slow", "bad_frame", "uncalibrated", "ended"]


class Counters(Value, frozen=True, kw_only=True):
    """Counts since the camera process started."""

    frames_read: int = 0
    frames_held: int = 0
    frames_dropped: int = 0
    frames_bad: int = 0
    decode_s: float = 0.0
    diff_s: float = 0.0
    locate_s: float = 0.0
    locates: int = 0
    images_kept: int = 0
    images_lost: int = 0


class LogLine(Value, frozen=True, kw_only=True):
    """One line of a camera process's log; `level` is the number of the logging module."""

    level: int
    text: str


class SourceOpened(Message, tag="source_opened", frozen=True, kw_only=True):
    """The source is open and delivers frames of this size."""

    camera_id: CameraId
    pid: int
    width: int
    height: int
    simulated: bool = False


class WorkerHeartbeat(Message, tag="heartbeat", frozen=True, kw_only=True):
    """The process is alive; sent once a second when live."""

    camera_id: CameraId
    t_s: float
    fps: float = 0.0
    reference_age_s: float = 0.0
    counters: Counters = Counters()
    log: tuple[LogLine, ...] = ()
    log_dropped: int = 0


class Busy(Message, frozen=True, kw_only=True, tag="busy"):
    """The process starts one long computation (a calibration) and sends nothing for up to `budget_s`."""

    camera_id: CameraId
    t_s: float
    budget_s: float


class Progress(Message, tag="progress", frozen=True, kw_only=True):
    """Every frame up to `t_s` is processed and its messages are sent; `next_s` is the time of the next frame, None at the end."""

    camera_id: CameraId
    t_s: float
    next_s: float | None


class SequenceStarted(Message, tag="sequence_started", frozen=True, kw_only=True):
    """A recording continues with another sequence: an empty board and a new visit."""

    camera_id: CameraId
    t_s: float
    sequence_id: str


class MotionDetected(Message, tag="motion_detected", frozen=True, kw_only=True):
    """Something moves in the picture. Sent when an episode begins, and again when the motion proves to be a hand."""

    camera_id: CameraId
    t_s: float
    episode: int
    hand: bool = False
    changed_share: float = 0.0


class Settled(Message, tag="settled", frozen=True, kw_only=True):
    """An episode has ended: the picture is still again. Holds the differences from the picture before the episode.

    `t_s` is the time of the first still frame. `changed_share` is the share of the board's picture that differs from the reference,
    `empty_share` the share that differs from the empty board (None without a picture of the empty board). `max_share` is the largest
    share during the motion; `flight` is true if an object crossed the picture as a dart in flight does. `blobs` are differences from the
    reference, or from the empty board during a takeout (`blobs_on_empty`); so are `sightings`, or from the empty board where a dart has
    changed, including darts that were known (`sightings_on_empty`). `evidence` holds the figures behind `finding`, for diagnosis.
    """

    camera_id: CameraId
    t_s: float
    episode: int
    started_s: float
    finding: Finding
    changed_share: float = 0.0
    max_share: float = 0.0
    flight: bool = False
    empty_share: float | None = None
    sightings: tuple[Sighting, ...] = ()
    sightings_on_empty: bool = False
    blobs: tuple[Blob, ...] = ()
    blobs_on_empty: bool = False
    presence: tuple[DartPresence, ...] = ()
    evidence: dict[str, float] = msgspec.field(default_factory=dict)


class Calibrated(Message, tag="calibrated", frozen=True, kw_only=True):
    """The camera is calibrated: by a new calibration, or because the given one still fits (`kept`)."""

    camera_id: CameraId
    t_s: float
    calibration: Calibration
    kept: bool = False


class OrientationUnknown(Message, tag="orientation_unknown", frozen=True, kw_only=True):
    """The camera is calibrated but for the rotation of the board; `reason` says what is needed, and where its number would be.

    The board of rotation k is that of `calibration`, rotated so that the azimuth of the camera falls by `k · 36°`; `log_odds` holds the
    evidence of the numbers for each k. The camera reports what it sees all the same; it is answered by `UseCalibration`.
    """

    camera_id: CameraId
    t_s: float
    calibration: Calibration
    log_odds: tuple[float, ...]
    reason: str


class CalibrationRefused(Message, tag="calibration_refused", frozen=True, kw_only=True):
    """No calibration could be taken; `reason` is a sentence for the user."""

    camera_id: CameraId
    t_s: float
    reason: str


class CameraFault(Message, tag="camera_fault", frozen=True, kw_only=True):
    """A fault of the camera begins (`active`) or ends."""

    camera_id: CameraId
    t_s: float
    fault: FaultKind
    active: bool
    detail: str = ""


class Picture(Message, tag="picture", frozen=True, kw_only=True):
    """A picture that was requested by `SendPictures`, with these parts drawn over it; `figures` are sent twice a second."""

    camera_id: CameraId
    t_s: float
    overlay: tuple[OverlayPart, ...]
    jpeg: bytes
    figures: PictureFigures | None = None


FromWorker = (
    SourceOpened
    | WorkerHeartbeat
    | Busy
    | Progress
    | SequenceStarted
    | MotionDetected
    | Settled
    | Calibrated
    | OrientationUnknown
    | CalibrationRefused
    | CameraFault
    | Picture
)
