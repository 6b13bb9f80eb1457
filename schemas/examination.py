"""What a look through a camera shows: told by the process that looked, judged by `dartd doctor`."""

from schemas.base import Value
from schemas.board import BoardSpec
from schemas.geometry import Calibration
from schemas.pipe.to_worker import SourceSpec


class Examine(Value, frozen=True, kw_only=True):
    """Look through this camera for some seconds; `calibration` is the one that it has, if any."""

    source: SourceSpec
    board: BoardSpec = BoardSpec()
    calibration: Calibration | None = None
    seconds: float = 2.0


class Examined(Value, frozen=True, kw_only=True):
    """What was seen. `refusal` says why there was no picture; shares are of the pixels, `sharpness` is that of edges over contrast.

    `moved_px` is how far the picture has moved from the calibration, `board_px` how well a new calibration fits; None when it has no
    sense to ask, and `no_board` says why no new one could be taken.
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
