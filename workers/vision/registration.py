"""Lay a new picture exactly over the reference.

A camera moves by 0.1 to 1.5 px when a dart lands, and 1 px turns every wire into a line of difference. Corners of the reference are
followed into the new picture (Lucas-Kanade, forward and backward: Lucas & Kanade 1981, Bouguet 2000), an affine map is fitted to those
that agree (RANSAC), and the new picture is carried back with it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.vision.frame import Image
from workers.vision.projection import Floats

CORNERS = 300
WINDOW_PX = 15
ROUND_TRIP_PX = 0.3  # a corner followed there and back must come home this near, or it was followed wrongly
INLIER_PX = 0.4  # RANSAC: about three standard deviations of a followed corner
FEWEST = 30  # an affine map has six unknowns; five times as many points fix it well
EVEN_LIGHT = 0.01
STILL_PX = 0.03  # below this a picture is used as it is: resampling would blur more than the shift does


@dataclass(frozen=True)
class Corners:
    """Points of a grey picture that can be followed: (n, 1, 2) float32."""

    grey: Image
    points: NDArray[np.float32]


@dataclass(frozen=True)
class Alignment:
    """The affine map from the reference into the new picture (2x3), how far it moves the corners, and how well they agree."""

    matrix: Floats
    shift_px: float
    residual_px: float
    followed: int


def find_corners(grey: Image, mask: Image) -> Corners:
    """Find corners of `grey` worth following where `mask` is set."""
    found: object = cv2.goodFeaturesToTrack(grey, CORNERS, 0.02, 8, mask=mask, blockSize=5)
    points = np.zeros(0) if found is None else np.asarray(found)  # None where there is no corner, whatever the stubs say
    return Corners(grey, points.astype(np.float32).reshape(-1, 1, 2))


def align(corners: Corners, grey: Image) -> Alignment | None:
    """Find how the camera moved between the corners' picture and `grey`; None when too few corners can be followed."""
    if len(corners.points) < FEWEST:
        return None
    grey = _as_bright_as(corners.grey, grey)
    window = (WINDOW_PX, WINDOW_PX)
    there, found, _ = cv2.calcOpticalFlowPyrLK(corners.grey, grey, corners.points, corners.points.copy(), winSize=window, maxLevel=2)
    back, found_back, _ = cv2.calcOpticalFlowPyrLK(grey, corners.grey, there, there.copy(), winSize=window, maxLevel=2)
    home = np.linalg.norm((back - corners.points).reshape(-1, 2), axis=1)
    good = (found.ravel() == 1) & (found_back.ravel() == 1) & (home < ROUND_TRIP_PX)
    if np.count_nonzero(good) < FEWEST:
        return None
    before, after = corners.points.reshape(-1, 2)[good], there.reshape(-1, 2)[good]
    matrix, inliers = cv2.estimateAffine2D(before, after, ransacReprojThreshold=INLIER_PX, maxIters=500, confidence=0.999)
    if matrix is None or np.count_nonzero(inliers) < FEWEST:  # matrix is None when RANSAC found nothing
        return None
    kept = inliers.ravel() == 1
    moved = before[kept] @ matrix[:, :2].T + matrix[:, 2]
    residual_px = float(np.median(np.linalg.norm(moved - after[kept], axis=1)))
    shift_px = float(np.max(np.linalg.norm(moved - before[kept], axis=1)))
    return Alignment(np.asarray(matrix, float), shift_px, residual_px, int(np.count_nonzero(kept)))


def _as_bright_as(reference: Image, grey: Image) -> Image:
    """Give a picture the mean and spread of the reference: following corners wants the same brightness."""
    (mean,), (spread,) = (v.ravel() for v in cv2.meanStdDev(grey))
    (wanted,), (wanted_spread,) = (v.ravel() for v in cv2.meanStdDev(reference))
    gain = float(np.clip(wanted_spread / max(spread, 1.0), 0.5, 2.0))
    if abs(gain - 1) < EVEN_LIGHT and abs(mean - wanted) < 1.0:
        return grey
    return cv2.convertScaleAbs(grey, alpha=gain, beta=float(wanted - gain * mean)).astype(np.uint8, copy=False)


def carry_back(picture: Image, alignment: Alignment) -> Image:
    """Resample a new picture so that it lies over the reference."""
    if alignment.shift_px < STILL_PX:
        return picture
    height, width = picture.shape[:2]
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(picture, alignment.matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return warped.astype(np.uint8, copy=False)
