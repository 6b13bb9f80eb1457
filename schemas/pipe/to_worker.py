"""What the supervisor sends to a camera process over the pipe.

Times (`t_s`) are media time: the monotonic clock when live, the clock of the recording in a replay. All cameras of a daemon share it.
"""

import zlib
from typing import Literal

import msgspec

from schemas.base import CameraId, DartId, Message, Value
from schemas.board import BoardSpec
from schemas.faults import ScriptedFault
from schemas.geometry import Axis3, Calibration

OverlayPart = Literal["wires", "darts", "motion"]  # of what is drawn over a picture
ImageKind = Literal["before", "after", "difference", "annotated"]  # of a throw, in one camera


class CameraControls(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Settings of a camera, with all its automatic functions switched off; None leaves the camera's own value."""

    exposure_ms: float | None = None
    contrast: float | None = None
    gamma: float | None = None
    gain: float | None = None
    white_balance: float | None = None
    focus: float | None = None


class KnownLens(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Parameters of a camera's lens that are known beforehand, in pixels (Brown-Conrady); None is estimated from the board."""

    focal_px: float | None = None
    center_x_px: float | None = None
    center_y_px: float | None = None
    k1: float | None = None
    k2: float | None = None
    p1: float | None = None
    p2: float | None = None


class SourceSpec(Value, frozen=True, kw_only=True):
    """The source of one camera. The scheme of `url` selects its kind (see workers/sources)."""

    camera_id: CameraId
    url: str
    width: int = 800
    height: int = 600
    fps: float = 30.0
    near_sector: int | None = None
    controls: CameraControls = CameraControls()
    lens: KnownLens = KnownLens()


class KnownDart(Value, frozen=True, kw_only=True):
    """A dart in the board: its axis, and for each camera the episode in which it appeared."""

    dart_id: DartId
    axis: Axis3
    episodes: dict[CameraId, int] = msgspec.field(default_factory=dict)


def overlay_file(camera_id: CameraId) -> str:
    """Return the path, below the daemon's state directory, of the picture of a camera with its calibration drawn over it."""
    return f"overlay/{zlib.crc32(camera_id.encode()):08x}.jpg"


class Configure(Message, tag="configure", frozen=True, kw_only=True):
    """The configuration of a camera process; the first message. A given calibration is kept while the picture fits it.

    In lockstep the process reads a frame only up to the media time granted by `Advance`. `faults` are injected. The process writes the
    pictures behind its messages into `explain_dir`, and those of throws into `images_dir`, at most `image_bytes` for each throw, and while
    `image_free_bytes` of the disk stay free.
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
    image_free_bytes: int = 0
    faults: tuple[ScriptedFault, ...] = ()


class Advance(Message, tag="advance", frozen=True, kw_only=True):
    """Process the frames up to and including this media time (lockstep only)."""

    until_s: float


class Calibrate(Message, tag="calibrate", frozen=True, kw_only=True):
    """Take a new calibration from the empty board."""


class UseCalibration(Message, tag="use_calibration", frozen=True, kw_only=True):
    """Use this calibration if it fits the picture of the empty board; otherwise report that it does not, and take a new one."""

    calibration: Calibration


class UpdateBoard(Message, tag="update_board", frozen=True, kw_only=True):
    """The darts in the board, as decided by the daemon, and whether a takeout is going on; replaces the previous message."""

    darts: tuple[KnownDart, ...] = ()
    takeout: bool = False


class RevertReference(Message, tag="revert_reference", frozen=True, kw_only=True):
    """Restore the reference from before this episode: what appeared in it is not part of the board (a hand was in view)."""

    episode: int


class AcceptPicture(Message, tag="accept_picture", frozen=True, kw_only=True):
    """Make the picture of this episode the reference: what one camera took for a hand in it was none (a flight close to that camera)."""

    episode: int


class StoreImages(Message, tag="store_images", frozen=True, kw_only=True):
    """Store the pictures of an episode as those of a throw; `axis` and `label`, if known, are drawn into one of them."""

    dart_id: DartId
    episode: int
    axis: Axis3 | None = None
    label: str = ""


class SendPictures(Message, tag="send_pictures", frozen=True, kw_only=True):
    """Send pictures with these parts drawn over them until `until_s`, media time; sent again as long as they are watched."""

    overlay: tuple[OverlayPart, ...] = ()
    until_s: float


class RenewReference(Message, tag="renew_reference", frozen=True, kw_only=True):
    """Take the next still picture as the reference; `empty` means that the board is empty in it.

    The daemon decided this from the camera's episode `after` (None: unknown): if the camera has settled since, a dart may have arrived.
    """

    empty: bool = False
    after: int | None = None


class Stop(Message, tag="stop", frozen=True, kw_only=True):
    """End the process."""


ToWorker = (
    Configure
    | Advance
    | Calibrate
    | UseCalibration
    | UpdateBoard
    | RevertReference
    | AcceptPicture
    | StoreImages
    | SendPictures
    | RenewReference
    | Stop
)
