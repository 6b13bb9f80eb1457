"""Register a new picture with the reference.

A camera moves by 0.1 to 1.5 px when a dart lands, and 1 px makes a difference along every wire. Corners of the reference are tracked
into the new picture (Lucas-Kanade, forward and backward: Lucas & Kanade 1981, Bouguet 2000), an affine map is fitted to those that agree
(RANSAC), and the new picture is resampled with it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.vision.frame import Image
from workers.vision.projection import Floats

# Measure again: `dartd replay DIR --score` (errors), `python -m tests.bench.idle` (cost).
CORNERS, CORNER_QUALITY, CORNER_APART_PX, CORNER_BLOCK_PX = 300, 0.02, 8, 5  # how many, share of the best one, distance, averaging block
WINDOW_PX, PYRAMID_LEVELS = 15, 2  # of the tracker: motions up to 30 px
RANSAC_ROUNDS, RANSAC_CONFIDENCE = 500, 0.999
ROUND_TRIP_PX = 0.3  # a corner that is tracked forward and backward must return this close, or it was tracked wrongly
INLIER_PX = 0.4  # RANSAC: about three standard deviations of a tracked corner
FEWEST = 30  # corners: an affine map has six unknowns; five times as many points determine it well
EVEN_LIGHT, EVEN_LEVELS = 0.01, 1.0  # relative gain and mean grey level that need no correction before tracking
GAINS = (0.5, 2.0)  # limits of the gain
STILL_PX = 0.03  # a picture that moved by less is used unchanged: resampling would blur it more than the shift does


@dataclass(frozen=True)
class Corners:
    """Points of a grey picture that can be tracked: (n, 1, 2) float32."""

    grey: Image
    points: NDArray[np.float32]


@dataclass(frozen=True)
class Alignment:
    """The affine map (2x3) from the reference to the new picture, its largest shift of a corner, and the median residual.

    `followed` is the number of corners that agree.
    """

    matrix: Floats
    shift_px: float
    residual_px: float
    followed: int


def find_corners(grey: Image, mask: Image) -> Corners:
    """Find corners of `grey` to track, where `mask` is set."""
    found: object = cv2.goodFeaturesToTrack(grey, CORNERS, CORNER_QUALITY, CORNER_APART_PX, mask=mask, blockSize=CORNER_BLOCK_PX)
    points = np.zeros(0) if found is None else np.asarray(found)  # None if there is no corner, although the stubs exclude it
    return Corners(grey, points.astype(np.float32).reshape(-1, 1, 2))


def align(corners: Corners, grey: Image) -> Alignment | None:
    """Find the motion of the camera from the picture of the corners to `grey`; None if too few corners can be tracked."""
    if len(corners.points) < FEWEST:
        return None
    grey = _as_bright_as(corners.grey, grey)
    window = (WINDOW_PX, WINDOW_PX)
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        corners.grey, grey, corners.points, corners.points.copy(), winSize=window, maxLevel=PYRAMID_LEVELS
    )
    back, found_back, _ = cv2.calcOpticalFlowPyrLK(grey, corners.grey, there, there.copy(), winSize=window, maxLevel=PYRAMID_LEVELS)
    home = np.linalg.norm((back - corners.points).reshape(-1, 2), axis=1)
    good = (found.ravel() == 1) & (found_back.ravel() == 1) & (home < ROUND_TRIP_PX)
    if np.count_nonzero(good) < FEWEST:
        return None
    before, after = corners.points.reshape(-1, 2)[good], there.reshape(-1, 2)[good]
    matrix, inliers = cv2.estimateAffine2D(
        before, after, ransacReprojThreshold=INLIER_PX, maxIters=RANSAC_ROUNDS, confidence=RANSAC_CONFIDENCE
    )
    if matrix is None or np.count_nonzero(inliers) < FEWEST:  # matrix is None if RANSAC found nothing
        return None
    kept = inliers.ravel() == 1
    moved = before[kept] @ matrix[:, :2].T + matrix[:, 2]
    residual_px = float(np.median(np.linalg.norm(moved - after[kept], axis=1)))
    shift_px = float(np.max(np.linalg.norm(moved - before[kept], axis=1)))
    return Alignment(np.asarray(matrix, float), shift_px, residual_px, int(np.count_nonzero(kept)))


def _as_bright_as(reference: Image, grey: Image) -> Image:
    """Return a picture with the mean and spread of the reference: tracking assumes equal brightness."""
    (mean,), (spread,) = (v.ravel() for v in cv2.meanStdDev(grey))
    (wanted,), (wanted_spread,) = (v.ravel() for v in cv2.meanStdDev(reference))
    gain = float(np.clip(wanted_spread / max(spread, 1.0), *GAINS))
    if abs(gain - 1) < EVEN_LIGHT and abs(mean - wanted) < EVEN_LEVELS:
        return grey
    return cv2.convertScaleAbs(grey, alpha=gain, beta=float(wanted - gain * mean)).astype(np.uint8, copy=False)


def warp_back(picture: Image, alignment: Alignment) -> Image:
    """Resample a new picture in the coordinates of the reference."""
    if alignment.shift_px < STILL_PX:
        return picture
    height, width = picture.shape[:2]
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(picture, alignment.matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return warped.astype(np.uint8, copy=False)
