"""The board from four points that a person names, where no picture shows it clearly enough to be found."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.finding import BENDS, FoundBoard
from workers.vision.calibration.refusal import CalibrationRefusedError

Floats = NDArray[np.float64]
Points = Sequence[tuple[float, float]]

NAMES = ("5|20", "6|13", "3|17", "8|11")  # the wires between these sectors, where they meet the outer edge of the doubles,
ANGLES_RAD = np.radians([99.0, 9.0, 279.0, 189.0])  # are here on the board: clockwise
SMALLEST = 0.02  # of the picture must lie between the points: less tells no place


def boards_through(points_px: Points, board: BoardSpec, size: tuple[int, int]) -> tuple[FoundBoard, ...]:
    """Put the board through the four points of `NAMES`, one guess for each bend of the lens; `size` is (width, height).

    Raises:
        CalibrationRefusedError: the points do not go around the board clockwise, lie outside the picture, or on top of each other.
    """
    points = np.array(points_px, float).reshape(-1, 2)
    if len(points) != len(NAMES):
        raise CalibrationRefusedError(f"four points are needed, at the wires {', '.join(NAMES)}; there are {len(points)}")
    if not np.all((points >= 0) & (points < size)):
        raise CalibrationRefusedError(f"the points must lie in the picture of {size[0]}x{size[1]} px")
    side = np.roll(points, -1, axis=0) - points
    turn = side[:, 0] * np.roll(side, -1, axis=0)[:, 1] - side[:, 1] * np.roll(side, -1, axis=0)[:, 0]
    if not np.all(turn > 0) or cv2.contourArea(points.astype(np.float32)) < SMALLEST * size[0] * size[1]:
        raise CalibrationRefusedError(f"the points must go around the board clockwise, at the wires {', '.join(NAMES)}")
    radius_mm = board.double_outer_mm
    places_mm = radius_mm * np.column_stack([np.cos(ANGLES_RAD), np.sin(ANGLES_RAD)])
    found = []
    for bend in (0.0, *BENDS):
        straight = _without(points, bend, size)
        homography = cv2.getPerspectiveTransform(places_mm.astype(np.float32), straight.astype(np.float32))
        found.append(FoundBoard(homography=tuple(float(v) for v in homography.ravel()), bend=bend, contrast=1.0))
    return tuple(found)


def _without(points: Floats, bend: float, size: tuple[int, int]) -> Floats:
    """Undo a lens that bends so (see `FoundBoard`)."""
    middle = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    straight = points - middle
    for _ in range(10):
        square = np.sum((straight / size[0]) ** 2, axis=1, keepdims=True)
        straight = (points - middle) / (1 + bend * square)
    return np.asarray(straight + middle, float)
