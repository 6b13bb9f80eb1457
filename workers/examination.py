"""Examine one camera for `dartd doctor`: `python -m workers.examination` reads an `Examine` from stdin and prints an `Examined`."""

import math
import sys
import time
from collections.abc import Callable

import cv2
import msgspec

from schemas.examination import Examine, Examined
from workers.sources import Source, SourceError, open_source
from workers.vision.calibration import CalibrationRefusedError, calibrate, verify
from workers.vision.frame import BadFrameError, Image
from workers.vision.picture_figures import figures_of

FIRST_FRAME_S = 10.0  # cameras need seconds to start
CALIBRATION_FRAMES = 3

Clock = Callable[[], float]


def main() -> int:
    """Examine the camera that stdin names."""
    cv2.setNumThreads(1)
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Examine)
    source = open_source(request.source, lockstep=False, start_s=time.monotonic())
    sys.stdout.write(msgspec.json.encode(examine(request, source)).decode() + "\n")
    return 0


def examine(request: Examine, source: Source, clock: Clock = time.monotonic) -> Examined:
    """Read frames from a source for some seconds and measure them."""
    try:
        source.open()
        pictures, count, bad, elapsed_s = _read(source, request.seconds, clock)
    except SourceError as error:
        return Examined(refusal=str(error))
    finally:
        source.close()
    if not pictures:
        return Examined(refusal="it delivers no readable picture", frames=count, frames_bad=bad)
    figures = figures_of(pictures[-1])
    examined = Examined(
        frames=count,
        frames_bad=bad,
        fps=round(max(0, count - 1) / elapsed_s, 1) if elapsed_s > 0 else 0.0,
        brightness=figures.brightness,
        bright_share=figures.bright_share,
        sharpness=figures.sharpness,
    )
    return _locate_board(examined, request, pictures)


def _read(source: Source, seconds: float, clock: Clock) -> tuple[list[Image], int, int, float]:
    """Read frames for some seconds; return the last pictures, the number of frames and of broken ones, and the seconds since the first."""
    pictures: list[Image] = []
    count = bad = 0
    began_s = first_s = clock()
    while (now_s := clock()) - (first_s if count else began_s) < (seconds if count else FIRST_FRAME_S):
        frame = source.read()
        if frame is None:
            break
        first_s = first_s if count else now_s
        count += 1
        try:
            pictures = [*pictures, frame.color()][-CALIBRATION_FRAMES:]
        except BadFrameError:
            bad += 1
    return pictures, count, bad, clock() - first_s


def _locate_board(examined: Examined, request: Examine, pictures: list[Image]) -> Examined:
    calibration = request.calibration
    if calibration is not None and pictures[-1].shape[:2] == (calibration.height, calibration.width):
        moved_px = verify(pictures[-1], calibration, request.board)
        if math.isfinite(moved_px):
            return msgspec.structs.replace(examined, moved_px=round(moved_px, 2))
    try:
        fresh = calibrate(pictures, request.board, request.source.camera_id, request.source.near_sector)
    except CalibrationRefusedError as error:
        return msgspec.structs.replace(examined, no_board=error.reason)
    return msgspec.structs.replace(examined, board_px=round(fresh.residual_px, 2))


if __name__ == "__main__":
    sys.exit(main())
