"""The position of the board from four points that a user names, where it cannot be found in the picture."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.board_search import DISTORTIONS, BoardHypothesis
from workers.vision.calibration.refusal import CalibrationRefusedError

Floats = NDArray[np.float64]
Points = Sequence[tuple[float, float]]

NAMES = ("5|20", "6|13", "3|17", "8|11")  # the wires between these sectors, where they meet the outer edge of the doubles,
ANGLES_RAD = np.radians([99.0, 9.0, 279.0, 189.0])  # are here on the board: clockwise
SMALLEST = 0.02  # share of the picture that the points must enclose


def boards_through(points_px: Points, board: BoardSpec, size: tuple[int, int]) -> tuple[BoardHypothesis, ...]:
    """Return the board through the four points of `NAMES`, one hypothesis for each distortion; `size` is (width, height).

    Raises:
        CalibrationRefusedError: the points do not go around the board clockwise, lie outside the picture, or on top of each other.
    """
    points = np.array(points_px, float).reshape(-1, 2)
    if len(points) != len(NAMES):
        raise CalibrationRefusedError(
            f"{len(points)} points are given: name four, where the wires {', '.join(NAMES)} meet the outer edge of the doubles"
        )
    if not np.all((points >= 0) & (points < size)):
        raise CalibrationRefusedError(f"a point is outside the picture: all must be within its {size[0]}x{size[1]} px")
    side = np.roll(points, -1, axis=0) - points
    cross = side[:, 0] * np.roll(side, -1, axis=0)[:, 1] - side[:, 1] * np.roll(side, -1, axis=0)[:, 0]
    if not np.all(cross > 0) or cv2.contourArea(points.astype(np.float32)) < SMALLEST * size[0] * size[1]:
        raise CalibrationRefusedError(f"the points are not in order: name them clockwise around the board, at the wires {', '.join(NAMES)}")
    radius_mm = board.double_outer_mm
    corners_mm = radius_mm * np.column_stack([np.cos(ANGLES_RAD), np.sin(ANGLES_RAD)])
    found = []
    for distortion in (0.0, *DISTORTIONS):
        straight = _undistorted(points, distortion, size)
        homography = cv2.getPerspectiveTransform(corners_mm.astype(np.float32), straight.astype(np.float32))
        found.append(BoardHypothesis(homography=tuple(float(v) for v in homography.ravel()), distortion=distortion, contrast=1.0))
    return tuple(found)


def _undistorted(points: Floats, distortion: float, size: tuple[int, int]) -> Floats:
    """Remove a distortion (see `BoardHypothesis`)."""
    middle = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    straight = points - middle
    for _ in range(10):
        square = np.sum((straight / size[0]) ** 2, axis=1, keepdims=True)
        straight = (points - middle) / (1 + distortion * square)
    return np.asarray(straight + middle, float)
