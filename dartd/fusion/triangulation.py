"""Triangulate: the lines of two cameras span planes, and two planes meet in an axis along which a dart could stand."""

from collections.abc import Sequence

import numpy as np

from dartd.fusion.camera_view import CameraView
from dartd.fusion.dart_axis import MEAN_SLOPE, Floats, possible

# Angles, from the geometry of rigs; `pytest tests/property/test_fusion.py` checks them on random rigs
OPPOSITE_RAD = 0.8  # 46° around the board: two cameras nearer to each other see the same, and visible ends add nothing but noise
MIN_CROSSING_SIN = 0.087  # 5°: planes that cross under less do not say where they meet


def triangulate(views: Sequence[CameraView]) -> Floats:
    """Cross every line of one camera with every line of another: the axes (n, 4) along which darts could stand.

    For one camera, and for two on different sides of the board that may see a dart in one plane, the visible ends of the lines say where.
    """
    found = [_from_visible_ends(views)] if len(views) == 1 or _is_opposite_pair(views) else [np.zeros((0, 4))]
    for a, one in enumerate(views):
        for two in views[a + 1 :]:
            n = np.repeat(one.planes, len(two.planes), axis=0)
            m = np.tile(two.planes, (len(one.planes), 1))
            found.append(intersect_planes(n, one.pose.center, m, two.pose.center))
    return np.concatenate(found)


def _is_opposite_pair(views: Sequence[CameraView]) -> bool:
    """Return whether these are two cameras on different sides of the board."""
    if len(views) != 2:
        return False
    (x, y, _), (u, v, _) = (view.pose.center for view in views)
    return abs(float(np.arctan2(x * v - y * u, x * u + y * v))) > OPPOSITE_RAD


def _from_visible_ends(views: Sequence[CameraView]) -> Floats:
    """Return the axes through the visible ends of single lines, in their planes, with slopes as near to the mean as they allow."""
    found = [np.zeros((0, 4))]
    for view in views:
        flat = view.planes[:, :2]
        off = view.planes @ np.array([*MEAN_SLOPE, 1.0]) / np.maximum(np.sum(flat**2, axis=1), 1e-9)
        found.append(np.column_stack([view.ends_on_face(), MEAN_SLOPE - off[:, None] * flat]))
    return possible(np.concatenate(found))


def intersect_planes(n: Floats, at: Floats, m: Floats, there: Floats) -> Floats:
    """Intersect planes pairwise, given their normals (k, 3) and the centres they pass through: the possible axes among the results."""
    cross = n[:, 0] * m[:, 1] - n[:, 1] * m[:, 0]
    direction = np.cross(n, m)
    flat = np.hypot(n[:, 0], n[:, 1]) * np.hypot(m[:, 0], m[:, 1])
    good = (np.abs(cross) > MIN_CROSSING_SIN * flat) & (np.abs(direction[:, 2]) > 1e-9)
    n, m, cross, direction = n[good], m[good], cross[good], direction[good]
    right_n, right_m = n @ at, m @ there
    x = (right_n * m[:, 1] - right_m * n[:, 1]) / cross
    y = (right_m * n[:, 0] - right_n * m[:, 0]) / cross
    return possible(np.column_stack([x, y, direction[:, :2] / direction[:, 2:]]))
