"""When a picture carries no calibration, and why, in words for people."""

import numpy as np

from schemas.board import BoardSpec
from workers.vision.calibration.evidence import ring_evidence
from workers.vision.calibration.intruders import largest_intruder_mm
from workers.vision.calibration.solve import Fit
from workers.vision.frame import Image

DARK = 30.0  # grey levels that the brightest hundredth of a picture stays below: beds differ by less than the noise then
SEEN_SHARE = 0.5  # of the lines: below half of the board, lens and pose can no longer be told apart
BLUR_MM = 3.5  # deviation of the blur on the face: rings of 8 mm run together
RESIDUAL_MM = 0.8  # spread of the lines about the fit: good pictures have 0.1–0.45, a wire is 1.2 mm thick
BELIEVED_SHARE = 0.75  # of the samples near the fit: good pictures have more than 0.95, hands and wrong boards less
RING_SHARE = (
    0.85  # of the ring boundaries that must separate colours: right fits have 0.95 and more, a ring off leaves at most three quarters
)
STRIPE_MM = (
    20.0  # a dart covers a stripe of 70 mm and more, of which lines and like colours leave 20; wear and glare of empty boards reach 13
)


class CalibrationRefusedError(Exception):
    """A picture from which no trustworthy calibration comes; `reason` says why, in words for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def not_found(picture: Image) -> CalibrationRefusedError:
    """Say why no board was found in a picture."""
    if float(np.percentile(picture.max(axis=2), 99)) < DARK:
        return CalibrationRefusedError("the picture is too dark: no dartboard can be seen in it")
    return CalibrationRefusedError("no dartboard was found in the picture: the bull and all around it up to the doubles should be in view")


def cut_off() -> CalibrationRefusedError:
    """Say that too few of the board's lines were found."""
    return CalibrationRefusedError(f"the board is cut off too far, or too faint: less than {SEEN_SHARE:.0%} of its lines can be seen")


def judge(picture: Image, fit: Fit, *, blur_px: float, board: BoardSpec) -> None:
    """Let a fit pass, or refuse it.

    Raises:
        CalibrationRefusedError: the picture is blurred, the rings cannot be told, the lines do not fit, or something covers the face.
    """
    blur_mm = blur_px / float(np.median(fit.px_per_mm))
    if blur_mm > BLUR_MM:
        raise CalibrationRefusedError(f"the picture is too blurred: {blur_mm:.1f} mm on the board; set the focus of the camera")
    evidence = ring_evidence(np.sqrt(picture.astype(np.float32) * 255), fit.model, board)
    if evidence < RING_SHARE:
        raise CalibrationRefusedError(f"the rings of the board cannot be told: only {evidence:.0%} of their edges separate two colours")
    far_blur_mm = blur_px / float(np.percentile(fit.px_per_mm, 10))  # where the board is seen smallest
    stripe_mm = largest_intruder_mm(picture, fit.model, board, far_blur_mm)
    if stripe_mm > STRIPE_MM:
        raise CalibrationRefusedError(f"something covers {stripe_mm:.0f} mm of the board: take darts and hands away")
    residual_mm = float(np.sqrt(np.mean((fit.residual_px / fit.px_per_mm)[fit.believed] ** 2)))
    if residual_mm > RESIDUAL_MM or fit.believed.mean() < BELIEVED_SHARE:
        raise CalibrationRefusedError(
            f"the lines of the board do not fit: {residual_mm:.1f} mm, {fit.believed.mean():.0%} of them; is something in front of it?"
        )
