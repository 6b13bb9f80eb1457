"""`python -m workers.examining`: look through one camera for `dartd doctor`; takes an `Examine` as JSON on stdin, answers on stdout."""

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

FIRST_FRAME_S = 10.0  # cameras take their time to start
BRIGHT_LEVEL = 250
CALIBRATION_FRAMES = 3

Clock = Callable[[], float]


def main() -> int:
    """Do what stdin asks."""
    cv2.setNumThreads(1)
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Examine)
    source = open_source(asked.source, lockstep=False, start_s=time.monotonic())
    sys.stdout.write(msgspec.json.encode(examine(asked, source)).decode() + "\n")
    return 0


def examine(asked: Examine, source: Source, clock: Clock = time.monotonic) -> Examined:
    """Look through a source."""
    try:
        source.open()
        pictures, count, bad, elapsed_s = _watch(source, asked.seconds, clock)
    except SourceError as error:
        return Examined(refusal=str(error))
    finally:
        source.close()
    if not pictures:
        return Examined(refusal="it gives no picture that can be read", frames=count, frames_bad=bad)
    picture = pictures[-1]
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    seen = Examined(
        frames=count,
        frames_bad=bad,
        fps=round(max(0, count - 1) / elapsed_s, 1) if elapsed_s > 0 else 0.0,
        brightness=round(float(grey.mean()), 1),
        bright_share=round(float((grey >= BRIGHT_LEVEL).mean()), 3),
        sharpness=round(sharpness(picture), 4),
    )
    return _placed(seen, asked, pictures)


def sharpness(picture: Image) -> float:
    """Measure how sharp edges are, whatever the contrast; cameras in focus reach 0.04 and more, blurred ones stay below 0.01."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var() / max(1.0, float(grey.std()) ** 2))


def _watch(source: Source, seconds: float, clock: Clock) -> tuple[list[Image], int, int, float]:
    """Read for some seconds from the first frame on; gives the last pictures, how many there were and how many broken, and the time."""
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


def _placed(seen: Examined, asked: Examine, pictures: list[Image]) -> Examined:
    calibration = asked.calibration
    if calibration is not None and pictures[-1].shape[:2] == (calibration.height, calibration.width):
        moved_px = verify(pictures[-1], calibration, asked.board)
        if math.isfinite(moved_px):
            return msgspec.structs.replace(seen, moved_px=round(moved_px, 2))
    try:
        fresh = calibrate(pictures, asked.board, asked.source.camera_id, asked.source.near_sector)
    except CalibrationRefusedError as error:
        return msgspec.structs.replace(seen, no_board=error.reason)
    return msgspec.structs.replace(seen, board_px=round(fresh.residual_px, 2))


if __name__ == "__main__":
    sys.exit(main())
