"""The refusals of a calibration: when a picture allows none, what is wrong, where in the picture, and what to do."""

import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from schemas.geometry import Calibration
from workers.vision.calibration.camera_fit import CameraFit, predicted_error_mm
from workers.vision.calibration.obstruction import largest_obstruction
from workers.vision.calibration.ring_contrast import ring_contrast
from workers.vision.frame import Image

Floats = NDArray[np.float64]

# Measure again: `dartd calibrate PICTURE` on pictures of good boards, and of boards with darts, hands, blur, or too little light.
DARK = 30.0  # grey level that the brightest hundredth of a picture stays below: beds differ by less than the noise
SEEN_SHARE = 0.5  # of the boundary points: with less than half of the board, lens and pose cannot be distinguished
BLUR_MM = 3.5  # deviation of the blur on the face: rings of 8 mm merge
RESIDUAL_MM, RESIDUAL_PX = 0.8, 0.7  # root mean square of the residuals: good pictures have 0.1–0.6 mm (a wire is 1.2 mm thick),
# and coarse ones 0.3–0.55 px, which may be more than a millimetre: a fit is refused beyond both
WELL = 0.7  # of the same, in mm and in pixels: no other hypothesis fits better; a bent fit of a coarse picture had 0.8
ERROR_MM = 0.8  # root mean square of the error on the face that the fit predicts: pictures of 640x360 have 0.3–0.4, sharp ones 0.2
INLIER_SHARE = 0.75  # of the samples: good pictures have more than 0.95, hands and wrong boards less
CERTAIN = 0.93  # ring contrast that certainly matches: good pictures have 0.97 and more
RING_SHARE = 0.85  # of the ring boundaries that must separate colours: right fits have 0.95 and more, a ring off at most three quarters
STRIPE_MM = 20.0  # length of an obstruction: a dart covers 70 mm, and 20 of them remain off lines and like colours; wear and glare reach 13
CUT_OFF_SHARE = 0.05  # of the boundary points beyond one side of the picture: then this side is named
GRID = 21  # points across the board, at which the error is predicted
FEWEST = 20  # samples in a ninth of the picture, for it to be named


class CalibrationRefusedError(Exception):
    """A picture allows no reliable calibration; `reason` is a sentence for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BoardCoveredError(CalibrationRefusedError):
    """Something covers the face of a board whose lines and rings fit: no other hypothesis fits them better."""


class OrientationUnknownError(CalibrationRefusedError):
    """The board is measured but for its rotation: `calibration` holds for a rotation by `k · 36°`, with the `log_odds` of each k.

    The board of rotation k is that of `calibration`, rotated so that the azimuth of the camera falls by `k · 36°`.
    """

    def __init__(self, reason: str, calibration: Calibration, log_odds: tuple[float, ...]) -> None:
        super().__init__(reason)
        self.calibration = calibration
        self.log_odds = log_odds

    def __reduce__(self) -> tuple[type["OrientationUnknownError"], tuple[str, Calibration, tuple[float, ...]]]:
        """Return how a copy is made: `args` is the message alone."""
        return type(self), (self.reason, self.calibration, self.log_odds)


def board_not_found(picture: Image) -> CalibrationRefusedError:
    """Return the refusal of a picture in which no board was found."""
    if float(np.percentile(picture.max(axis=2), 99)) < DARK:
        return CalibrationRefusedError(
            "the picture is too dark to show a dartboard: switch on the lights of the board, or increase controls.exposure_ms of the camera"
        )
    return CalibrationRefusedError(
        "no dartboard was found in the picture: aim the camera so that the bull and the doubles all around are in view"
    )


def board_cut_off(boundary_px: Floats, size: tuple[int, int]) -> CalibrationRefusedError:
    """Return the refusal of a picture with too few boundaries; `boundary_px` (n, 2) is where they are expected, `size` (width, height)."""
    x, y = boundary_px.T
    beyond = {"left": x < 0, "right": x >= size[0], "top": y < 0, "bottom": y >= size[1]}
    side = max(beyond, key=lambda name: float(beyond[name].mean()))
    if beyond[side].mean() < CUT_OFF_SHARE:
        return CalibrationRefusedError(
            f"less than {SEEN_SHARE:.0%} of the lines of the board are visible: uncover the board, add light, or focus the camera"
        )
    return CalibrationRefusedError(
        f"the board is cut off at the {side} of the picture: aim the camera so that all doubles are in view, or move it away from the board"
    )


def orientation_needed(near_px: Floats, size: tuple[int, int]) -> str:
    """Return what is needed where the numbers cannot be read; `near_px` is where the sector nearest to the camera has its number."""
    x, y = (min(max(round(float(at)), 0), length - 1) for at, length in zip(near_px, size, strict=True))
    return (
        "the board is found, but its numbers cannot be read with certainty: set near_sector of the camera to the number of the sector "
        f"nearest to it, which is {area_of(near_px, size)} (pixel {x}, {y}); one camera of the rig is enough, the others follow with the "
        "first darts; or uncover and light the number ring"
    )


def lines_do_not_fit(fit: CameraFit, size: tuple[int, int]) -> CalibrationRefusedError:
    """Return the refusal of a fit whose lines are not those of the picture; `size` is (width, height)."""
    spread_mm, spread_px = _spread(fit)
    return CalibrationRefusedError(
        f"the lines of the board do not fit ({spread_mm:.1f} mm, {spread_px:.1f} px, {fit.inlier.mean():.0%} of them), "
        f"least {_worst_area(fit, size)}: take away what is in front of the board, and check that its wires are in place"
    )


def check_fit(picture: Image, fit: CameraFit, *, blur_px: float, board: BoardSpec) -> None:
    """Check that a fit is reliable.

    Raises:
        CalibrationRefusedError: the picture is blurred, its rings or lines do not match a board, or something covers the face.
    """
    size = (picture.shape[1], picture.shape[0])
    blur_mm = blur_px / float(np.median(fit.px_per_mm))
    if blur_mm > BLUR_MM:
        raise CalibrationRefusedError(f"the picture is too blurred ({blur_mm:.1f} mm on the board): set the focus of the camera")
    contrast = ring_contrast(np.sqrt(picture.astype(np.float32) * 255), fit.model, board)
    if contrast < RING_SHARE:
        raise CalibrationRefusedError(
            f"the rings of the board are not recognised: only {contrast:.0%} of their edges separate two colours; uncover the board, "
            "and light it evenly"
        )
    far_blur_mm = blur_px / float(np.percentile(fit.px_per_mm, 10))  # where the board is smallest in the picture
    found = largest_obstruction(picture, fit.model, board, far_blur_mm)
    if found.length_mm > STRIPE_MM:
        where = area_of(fit.model.project(np.array([found.middle_mm]), 0.0)[0], size)
        refusal = BoardCoveredError if contrast > CERTAIN and max(_spread(fit)) < WELL else CalibrationRefusedError
        raise refusal(f"something covers {found.length_mm:.0f} mm of the board {where}: take darts and hands away")
    if not _lines_fit(fit):
        raise lines_do_not_fit(fit, size)
    error_mm = float(np.sqrt(np.mean(predicted_error_mm(fit, _grid_mm(board)) ** 2)))
    if error_mm > ERROR_MM:
        raise CalibrationRefusedError(
            f"the picture shows too little of the board to measure in it: darts would be off by {error_mm:.1f} mm; move the camera closer, "
            "choose a larger picture (width and height of the camera), or aim it so that all doubles are in view"
        )


def _spread(fit: CameraFit) -> tuple[float, float]:
    """Return the root mean square of the residuals of the inliers in mm and in pixels."""
    residual_mm, residual_px = (fit.residual_px / fit.px_per_mm)[fit.inlier], fit.residual_px[fit.inlier]
    return float(np.sqrt(np.mean(residual_mm**2))), float(np.sqrt(np.mean(residual_px**2)))


def _lines_fit(fit: CameraFit) -> bool:
    """Return whether the lines of the board lie on those of the picture."""
    spread_mm, spread_px = _spread(fit)
    return (spread_mm <= RESIDUAL_MM or spread_px <= RESIDUAL_PX) and float(fit.inlier.mean()) >= INLIER_SHARE


def _grid_mm(board: BoardSpec) -> Floats:
    """Return points (n, 2) all over the scoring area."""
    steps = np.linspace(-board.double_outer_mm, board.double_outer_mm, GRID)
    points = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    return np.asarray(points[np.hypot(*points.T) < board.double_outer_mm], np.float64)


def area_of(pixel: Floats, size: tuple[int, int]) -> str:
    """Return in words in which ninth of a picture of this (width, height) a pixel lies."""
    column, row = (min(2, max(0, int(3 * value // length))) for value, length in zip(pixel.tolist(), size, strict=True))
    words = [word for word in (("top", "", "bottom")[row], ("left", "", "right")[column]) if word]
    return f"at the {' '.join(words) or 'middle'} of the picture"


def _worst_area(fit: CameraFit, size: tuple[int, int]) -> str:
    """Return in words in which ninth of the picture the residuals are largest."""
    areas = np.array([area_of(pixel, size) for pixel in fit.pixel])
    off_mm = np.abs(fit.residual_px / fit.px_per_mm)
    spread = {str(area): float(off_mm[areas == area].mean()) for area in np.unique(areas) if np.count_nonzero(areas == area) >= FEWEST}
    return max(spread, key=lambda area: spread[area]) if spread else "everywhere in the picture"
