"""Requests and results of examining cameras: one at a time, or those that are plugged in."""

from schemas.base import Value
from schemas.board import BoardSpec
from schemas.geometry import Calibration
from schemas.pipe.to_worker import SourceSpec

THUMBNAIL_WIDTH = 480  # pixels: enough to recognise which camera it is


class Device(Value, frozen=True, kw_only=True):
    """A camera that is plugged in: its stable path and the name that it reports."""

    url: str
    name: str


class Examine(Value, frozen=True, kw_only=True):
    """Examine this camera for some seconds; `calibration` is its current one, if any."""

    source: SourceSpec
    board: BoardSpec = BoardSpec()
    calibration: Calibration | None = None
    seconds: float = 2.0


class Examined(Value, frozen=True, kw_only=True):
    """The measurements, or in `refusal` the reason why there was no picture; `bright_share` is a share of the pixels.

    `moved_px` is how far the picture has moved from the calibration and `board_px` the residual of a new calibration; None if it was not
    measured. `no_board` is the reason if no new calibration could be taken.
    """

    refusal: str = ""
    frames: int = 0
    frames_bad: int = 0
    fps: float = 0.0
    brightness: float = 0.0
    bright_share: float = 0.0
    sharpness: float = 0.0
    moved_px: float | None = None
    board_px: float | None = None
    no_board: str = ""


class Probe(Value, frozen=True, kw_only=True):
    """Open this camera and find its size and frame rate; `sizes` are tried in order where the camera can be set to one.

    With `picture` the first picture is returned instead of the frame rate, at most `THUMBNAIL_WIDTH` pixels wide.
    """

    source: SourceSpec
    sizes: tuple[tuple[int, int], ...]
    picture: bool = False


class Probed(Value, frozen=True, kw_only=True):
    """Width, height and frame rate of a camera, or in `refusal` why it delivers no picture."""

    refusal: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    jpeg: bytes = b""
