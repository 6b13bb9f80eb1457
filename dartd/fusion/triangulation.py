"""The axes in space in which darts could stand, from the lines that cameras see: two lines of two cameras span planes that meet in one."""

from collections.abc import Sequence

import numpy as np

from dartd.fusion.camera_view import Eye, Floats

REACH_MM = 290.0
STEEPEST = 0.65  # darts that lean more than 33° fall out
UPRIGHT = np.array([0.0, 0.15])  # the mean slope of darts in a board
APART_RAD = 0.8  # cameras nearer to each other (46°) see the same: their planes hardly cross anywhere
PARALLEL_SIN = 0.087  # lines that cross under 5° carry nothing


def possible_axes(eyes: Sequence[Eye]) -> Floats:
    """Cross every line of one camera with every line of another: the axes (n, 4) in which darts could stand.

    Of one camera, and of two that stand apart but see a dart in one plane, the visible ends of the lines tell where in it.
    """
    found = [_alone(eyes)] if len(eyes) == 1 or _two_apart(eyes) else [np.zeros((0, 4))]
    for a, one in enumerate(eyes):
        for two in eyes[a + 1 :]:
            n = np.repeat(one.planes, len(two.planes), axis=0)
            m = np.tile(two.planes, (len(one.planes), 1))
            found.append(_meet(n, one.center, m, two.center))
    return np.concatenate(found)


def _two_apart(eyes: Sequence[Eye]) -> bool:
    """Say whether these are two cameras that look at the board from different sides."""
    if len(eyes) != 2:
        return False
    (x, y, _), (u, v, _) = (eye.center for eye in eyes)
    return abs(float(np.arctan2(x * v - y * u, x * u + y * v))) > APART_RAD


def _alone(eyes: Sequence[Eye]) -> Floats:
    """Give the axes that one camera alone allows: through the visible ends, leaning in their planes as darts mostly do."""
    found = [np.zeros((0, 4))]
    for eye in eyes:
        flat = eye.planes[:, :2]
        off = eye.planes @ np.array([*UPRIGHT, 1.0]) / np.maximum(np.sum(flat**2, axis=1), 1e-9)
        found.append(np.column_stack([eye.ends_on_face(), UPRIGHT - off[:, None] * flat]))
    axes = np.concatenate(found)
    possible: Floats = axes[(np.hypot(axes[:, 0], axes[:, 1]) < REACH_MM) & (np.hypot(axes[:, 2], axes[:, 3]) < STEEPEST)]
    return possible


def _meet(n: Floats, at: Floats, m: Floats, there: Floats) -> Floats:
    """Meet planes pairwise (normals (k, 3) through the cameras' centres): the axes in which they cut, where a dart could stand so."""
    cross = n[:, 0] * m[:, 1] - n[:, 1] * m[:, 0]
    direction = np.cross(n, m)
    flat = np.hypot(n[:, 0], n[:, 1]) * np.hypot(m[:, 0], m[:, 1])
    good = (np.abs(cross) > PARALLEL_SIN * flat) & (np.abs(direction[:, 2]) > 1e-9)
    n, m, cross, direction = n[good], m[good], cross[good], direction[good]
    right_n, right_m = n @ at, m @ there
    x = (right_n * m[:, 1] - right_m * n[:, 1]) / cross
    y = (right_m * n[:, 0] - right_n * m[:, 0]) / cross
    axes = np.column_stack([x, y, direction[:, :2] / direction[:, 2:]])
    possible: Floats = axes[(np.hypot(x, y) < REACH_MM) & (np.hypot(axes[:, 2], axes[:, 3]) < STEEPEST)]
    return possible
