"""Axes of darts: where they can lie, and how far apart two of them are.

An axis is the line in space along which a dart stands. As a row it is (x_mm, y_mm, slope_x, slope_y): the point where it meets the face
of the board, and how far it moves along x and y for each millimetre out of the board.
"""

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Axis3

Floats = NDArray[np.float64]

# Where darts can be. Lengths in mm from the bull or from the face, slopes without unit. Measured on the darts of real and rendered
# recordings; measured again by `python -m tests.bench.fusion DIR…`, which prints the radius and the slopes of every dart.
REACH_MM = 290.0  # the surround; camera processes look as far (workers.vision.region.REACH_MM)
MAX_SLOPE = 0.65  # 33°: darts that lean more fall out
MEAN_SLOPE = np.array([0.0, 0.15])
SLOPE_SIGMA = 0.35  # about the mean: a weak prior that decides only where lines do not
LENGTH_MM = 110.0  # how much of an axis is compared with a camera's lines; as workers.vision.region.HEIGHT_MM
BARREL_END_MM = 40.0  # above the face: up to here point and barrel show in any picture that shows the dart at all

# When two axes are those of one dart
SAME_FOOT_MM = 3.0  # a fit that is this far off has failed; barrels are 6 to 8 mm wide, so two darts are rarely nearer
SAME_BARREL_MM = 2 * SAME_FOOT_MM  # at the end of the barrel, where slopes that were fitted differently add to the distance


def as_row(axis: Axis3) -> Floats:
    """Return an axis as a row (x_mm, y_mm, slope_x, slope_y)."""
    return np.array([axis.x_mm, axis.y_mm, axis.slope_x, axis.slope_y])


def possible(axes: Floats) -> Floats:
    """Return those of the axes (n, 4) along which a dart could stand: within reach, and not too oblique."""
    kept: Floats = axes[(np.hypot(axes[:, 0], axes[:, 1]) < REACH_MM) & (np.hypot(axes[:, 2], axes[:, 3]) < MAX_SLOPE)]
    return kept


def foot_distance_mm(one: Axis3, other: Axis3) -> float:
    """Return how far apart two axes meet the face."""
    return float(np.hypot(one.x_mm - other.x_mm, one.y_mm - other.y_mm))


def slope_difference(one: Axis3, other: Axis3) -> float:
    """Return by how much the slopes of two axes differ."""
    return float(np.hypot(one.slope_x - other.slope_x, one.slope_y - other.slope_y))


def is_same_dart(axis: Floats, known: Axis3) -> bool:
    """Return whether an axis (4) is that of a known dart: near at the face and at the end of the barrel."""
    other = as_row(known)
    foot_mm = float(np.hypot(*(axis[:2] - other[:2])))
    barrel_mm = float(np.hypot(*(axis[:2] + BARREL_END_MM * axis[2:] - other[:2] - BARREL_END_MM * other[2:])))
    return foot_mm < SAME_FOOT_MM and barrel_mm < SAME_BARREL_MM
