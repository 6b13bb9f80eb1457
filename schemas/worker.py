"""What a camera process and the supervisor say to each other over the pipe.

Time in these messages (`t_s`) is media time: the monotonic clock live, the recording's own clock in a replay. All cameras of one
daemon share it.
"""

import zlib
from typing import Literal

import msgspec

from schemas.base import CameraId, DartId, Message, Value
from schemas.board import BoardSpec
from schemas.faults import ScriptedFault
from schemas.geometry import Axis3, Calibration, Pixel

FaultKind = Literal["camera_gone", "frozen", "black", "exposure", "slow", "bad_frame", "uncalibrated", "ended"]
ImageKind = Literal["before", "after", "difference", "annotated"]  # of a throw, in one camera
Finding = Literal["nothing", "dart", "hand", "light", "moved", "other"]


class CameraControls(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is set on a camera by hand, every automatic being off; None leaves the camera's own value."""

    exposure_ms: float | None = None
    contrast: float | None = None
    gamma: float | None = None
    gain: float | None = None
    white_balance: float | None = None
    focus: float | None = None


class KnownLens(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is known of a camera's lens beforehand, in pixels of its picture (Brown-Conrady); None is found from the board."""

    focal_px: float | None = None
    center_x_px: float | None = None
    center_y_px: float | None = None
    k1: float | None = None
    k2: float | None = None


class SourceSpec(Value, frozen=True, kw_only=True):
    """One camera as its process must know it. `url` picks the source by its scheme (see workers/sources)."""

    camera_id: CameraId
    url: str
    width: int = 800
    height: int = 600
    fps: float = 30.0
    near_sector: int | None = None
    controls: CameraControls = CameraControls()
    lens: KnownLens = KnownLens()


class KnownDart(Value, frozen=True, kw_only=True):
    """A dart that stands in the board: its axis, and the episode of each camera in which it was new."""

    dart_id: DartId
    axis: Axis3
    episodes: dict[CameraId, int] = msgspec.field(default_factory=dict)


def overlay_file(camera_id: CameraId) -> str:
    """Name the file below a daemon's state directory that shows a camera's calibration drawn over its picture."""
    return f"overlay/{zlib.crc32(camera_id.encode()):08x}.jpg"


# -- from the supervisor to a worker ---------------------------------------------------------------------------------------------


class Configure(Message, tag="configure", frozen=True, kw_only=True):
    """Be this camera; the first message. A calibration that is given is kept while the picture still fits it.

    In lockstep the worker reads a frame only up to the media time it was granted by `Advance`. `faults` go wrong on purpose. Into
    `explain_dir` it writes the pictures behind what it tells, in `images_dir` those of throws, at most `image_bytes` of one.
    """

    source: SourceSpec
    board: BoardSpec = BoardSpec()
    calibration: Calibration | None = None
    darts: tuple[KnownDart, ...] = ()
    lockstep: bool = False
    start_s: float = 0.0
    state_dir: str | None = None
    explain_dir: str | None = None
    images_dir: str | None = None
    image_bytes: int = 1_000_000
    faults: tuple[ScriptedFault, ...] = ()


class Advance(Message, tag="advance", frozen=True, kw_only=True):
    """Process frames up to and including this media time (lockstep only)."""

    until_s: float


class Calibrate(Message, tag="calibrate", frozen=True, kw_only=True):
    """Take a new calibration from the empty board."""


class HandOver(Message, tag="hand_over", frozen=True, kw_only=True):
    """Stand where this calibration says if the picture of the empty board agrees; else say so, and take a new one."""

    calibration: Calibration


class BoardState(Message, tag="board_state", frozen=True, kw_only=True):
    """What stands in the board now, as the supervisor decided; replaces what was said before."""

    darts: tuple[KnownDart, ...] = ()
    takeout: bool = False


class Disown(Message, tag="disown", frozen=True, kw_only=True):
    """Take the reference as it was before this episode: what was seen in it does not belong to the board (a hand was in view)."""

    episode: int


class KeepImages(Message, tag="keep_images", frozen=True, kw_only=True):
    """Keep the pictures of an episode as those of a throw; `axis` and `label` are drawn into one of them, as far as they are known."""

    dart_id: DartId
    episode: int
    axis: Axis3 | None = None
    label: str = ""


class Rereference(Message, tag="rereference", frozen=True, kw_only=True):
    """Take the next quiet picture as reference; `empty` says that the board is empty in it.

    It is said of what the camera saw in its episode `after` (None: not known): when it has settled since, what stands now may be a dart.
    """

    empty: bool = False
    after: int | None = None


class Stop(Message, tag="stop", frozen=True, kw_only=True):
    """End now."""


ToWorker = Configure | Advance | Calibrate | HandOver | BoardState | Disown | KeepImages | Rereference | Stop


# -- from a worker to the supervisor ---------------------------------------------------------------------------------------------


class Counters(Value, frozen=True, kw_only=True):
    """What a worker has counted since it started."""

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
    """One line of a worker's log; `level` is the number of the logging module."""

    level: int
    text: str


class Hello(Message, tag="hello", frozen=True, kw_only=True):
    """The source is open and delivers frames of this size."""

    camera_id: CameraId
    pid: int
    width: int
    height: int
    simulated: bool = False


class Heartbeat(Message, tag="heartbeat", frozen=True, kw_only=True):
    """Sign of life, once a second live."""

    camera_id: CameraId
    t_s: float
    fps: float = 0.0
    reference_age_s: float = 0.0
    counters: Counters = Counters()
    log: tuple[LogLine, ...] = ()
    log_dropped: int = 0


class Busy(Message, frozen=True, kw_only=True, tag="busy"):
    """The worker does one long piece of work (a calibration) and will be silent for up to `budget_s`."""

    camera_id: CameraId
    t_s: float
    budget_s: float


class Progress(Message, tag="progress", frozen=True, kw_only=True):
    """Every frame up to `t_s` is processed and its messages are sent; `next_s` is the time of the next frame, None at the end."""

    camera_id: CameraId
    t_s: float
    next_s: float | None


class SequenceStarted(Message, tag="sequence_started", frozen=True, kw_only=True):
    """A recording goes on with another sequence: an empty board and a fresh visit."""

    camera_id: CameraId
    t_s: float
    sequence_id: str


class Motion(Message, tag="motion", frozen=True, kw_only=True):
    """Something changes before this camera. Sent when an episode opens and again when it is seen to be a hand."""

    camera_id: CameraId
    t_s: float
    episode: int
    hand: bool = False
    changed_share: float = 0.0


class Section(Value, frozen=True, array_like=True, kw_only=True):
    """A cross-section of a dart: the middle between its two edges in normalised coordinates, and how much it weighs (0 to 1).

    `hidden` tells which of the two may be no edge of it, since a dart that stood before begins there: 1 the one on the side of
    `(-dv, du)` of its sighting, -1 the other, 2 both, 0 neither.
    """

    u: float
    v: float
    half_width: float
    weight: float
    hidden: int = 0


class Sighting(Value, frozen=True, kw_only=True):
    """One straight thin thing that is new in a camera's picture: perhaps a dart.

    `u, v` is the end that points into the board, `du, dv` the unit direction from there along the dart, all normalised and carried back
    into the picture of the calibration. `sigma_across` and `sigma_along` are standard deviations of the end, `sigma_angle_rad` of the
    direction. `leaving` is the share of it that now looks like the empty board and did not before: something went, nothing came.
    """

    tip: Pixel
    u: float
    v: float
    du: float
    dv: float
    length: float
    sigma_across: float
    sigma_angle_rad: float
    sigma_along: float
    confidence: float
    tip_occluded: bool = False
    leaving: float = 0.0
    sections: tuple[Section, ...] = ()


class Spot(Value, frozen=True, array_like=True, kw_only=True):
    """A wide place of a change: its middle in normalised coordinates, and its radius at focal length 1."""

    u: float
    v: float
    radius: float


class Presence(Value, frozen=True, kw_only=True):
    """How much of a known dart is still there: 1 as when it was new, 0 as before it came; `weight` says how much could be judged."""

    dart_id: DartId
    score: float
    weight: float


class Settled(Message, tag="settled", frozen=True, kw_only=True):
    """An episode is over: the picture stands still again, and this is what differs from before.

    `t_s` is the time of the first still frame. `changed_share` is the share of the board's picture that differs from the reference,
    `empty_share` the share that differs from the empty board (None when no empty picture is known). `max_share` is the
    most that differed while it moved, `flight` says that something shot through the picture as a dart does. `spots` differ from the
    reference, or during a takeout from the empty board (`spots_on_empty`); so do the `sightings`, or where a dart is not as it was from
    the empty board, with darts that are among them (`sightings_on_empty`). `evidence` are the figures behind `finding`, for people.
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
    spots: tuple[Spot, ...] = ()
    spots_on_empty: bool = False
    presence: tuple[Presence, ...] = ()
    evidence: dict[str, float] = msgspec.field(default_factory=dict)


class Calibrated(Message, tag="calibrated", frozen=True, kw_only=True):
    """The camera knows where it stands: newly measured, or the handed-over calibration still fits (`kept`)."""

    camera_id: CameraId
    t_s: float
    calibration: Calibration
    kept: bool = False


class CalibrationRefused(Message, tag="calibration_refused", frozen=True, kw_only=True):
    """No calibration could be taken, and why, in words for people."""

    camera_id: CameraId
    t_s: float
    reason: str


class Fault(Message, tag="fault", frozen=True, kw_only=True):
    """Something is wrong with the camera (`active`) or is right again."""

    camera_id: CameraId
    t_s: float
    fault: FaultKind
    active: bool
    detail: str = ""


FromWorker = Hello | Heartbeat | Busy | Progress | SequenceStarted | Motion | Settled | Calibrated | CalibrationRefused | Fault
