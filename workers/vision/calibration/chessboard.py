"""Calibrate the lens of a camera from pictures of a chessboard in several poses.

The poses, one focal length, the centre and two radial distortion coefficients are fitted to the inner corners (Zhang, A flexible new
technique for camera calibration, 2000). The result is what the configuration accepts as a known lens.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.pipe.to_worker import KnownLens
from workers.vision.calibration.refusal import CalibrationRefusedError
from workers.vision.frame import Image

# Measure again: `dartd calibrate --lens PICTURE…`.
INNER = (9, 6)  # corners between squares, columns and rows
SQUARE_MM = 25.0
FEWEST = 5  # pictures: six parameters of each pose and seven of the lens, which only poses of different tilt separate
TURNED_RAD = 0.17  # 10°: at least two pictures must differ in tilt by this, else distance and focal length cannot be separated
LARGEST_PX = 0.5  # root mean square; corners of a sharp, flat board are found to a tenth of a pixel

_FIXED = cv2.CALIB_FIX_ASPECT_RATIO | cv2.CALIB_FIX_K3


class FoundLens(NamedTuple):
    """A lens, the residual of the corners (px, root mean square), and in which of the pictures the chessboard was found."""

    lens: KnownLens
    residual_px: float
    found: tuple[bool, ...]


def lens_of(pictures: Sequence[Image]) -> FoundLens:
    """Return the lens of a camera from BGR pictures of one size of a chessboard with 9 x 6 inner corners, 25 mm apart.

    Raises:
        CalibrationRefusedError: too few pictures show the whole chessboard, its tilt is the same in all, or it does not fit.
    """
    corners = [_corners(picture) for picture in pictures]
    seen = [c for c in corners if c is not None]
    if len(seen) < FEWEST:
        raise CalibrationRefusedError(
            f"the whole chessboard ({INNER[0]}x{INNER[1]} inner corners) is found in {len(seen)} of {len(pictures)} pictures; "
            f"take at least {FEWEST} pictures in which it is complete, flat, sharp and evenly lit"
        )
    height, width = pictures[0].shape[:2]
    grid = np.zeros((INNER[0] * INNER[1], 3), np.float32)
    grid[:, :2] = SQUARE_MM * np.mgrid[: INNER[0], : INNER[1]].T.reshape(-1, 2)
    start = np.array([[width, 0, (width - 1) / 2], [0, width, (height - 1) / 2], [0, 0, 1]], float)
    flags = _FIXED | cv2.CALIB_USE_INTRINSIC_GUESS
    residual_px, matrix, distortion, rotations, _ = cv2.calibrateCamera(
        [grid] * len(seen), seen, (width, height), start, np.zeros(5), flags=flags
    )
    if residual_px >= LARGEST_PX:
        raise CalibrationRefusedError(
            f"the corners do not fit any lens: {residual_px:.2f} px, more than {LARGEST_PX}; use a flat chessboard and a fixed focus"
        )
    if _leaning_rad(rotations) < TURNED_RAD:
        raise CalibrationRefusedError("the chessboard has the same tilt in all pictures: tilt it by 30° and more to all sides")
    k1, k2, p1, p2 = (round(float(k), 5) for k in np.ravel(distortion)[:4])
    lens = KnownLens(
        focal_px=round(float(matrix[0, 0]), 2),
        center_x_px=round(float(matrix[0, 2]), 2),
        center_y_px=round(float(matrix[1, 2]), 2),
        k1=k1,
        k2=k2,
        p1=p1,
        p2=p2,
    )
    return FoundLens(lens, float(residual_px), tuple(c is not None for c in corners))


def _corners(picture: Image) -> NDArray[np.float32] | None:
    """Find the inner corners (n, 1, 2) of the chessboard; None if it is not completely visible."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    found, corners = cv2.findChessboardCornersSB(grey, INNER, flags=cv2.CALIB_CB_EXHAUSTIVE | cv2.CALIB_CB_ACCURACY)
    return np.asarray(corners, np.float32).reshape(-1, 1, 2) if found else None


def _leaning_rad(rotations: Sequence[cv2.typing.MatLike]) -> float:
    """Return the largest angle between the chessboards of two pictures; `rotations` are Rodrigues vectors."""
    normals = np.array([cv2.Rodrigues(np.asarray(rotation))[0][:, 2] for rotation in rotations])
    return float(np.arccos(np.clip(normals @ normals.T, -1, 1)).max())
