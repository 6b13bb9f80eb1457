"""Where a camera is and how it projects: axes in space to its picture, rays of its picture to the face of the board.

Picture coordinates are normalised (undistorted, focal length 1). Distances in a picture are given in px of a camera with focal length
`FOCAL_PX` at most: what limits a fine camera is registration and lens, which scale with the angle, and what limits a coarse one are its
own pixels.
"""

import math
from functools import lru_cache

import numpy as np

from dartd.fusion.dart_axis import BARREL_END_MM, LENGTH_MM, Floats
from schemas.geometry import Axis3, Calibration

FOCAL_PX = 600.0  # of a usual camera of 800x600; finer ones are measured in pixels of this size
_LENS_STEPS = 10  # of the inversion of a lens: 0.1 px are left with the strongest distortion that is fitted
SCALE_AT_MM = 10.0  # above the face: where the scale of a dart is taken, near its tip

# A lens is measured on the rings. Beyond them its polynomial (r, r^3, r^5) is continued, and its error grows as such a polynomial does.
CALIBRATED_MM = 170.0  # radius of the outermost ring
RING_POINTS = 36
# Measured again by `python -m tests.bench.lenses --simulated 7001 7002 7003 7006 7007` (15 cameras): the radial error of
# 68 % of the points of the face is 0.4 px at 1.2 times the distance of the outermost ring, 1.3 at 1.4, 2.9 at 1.6, 6.7 at 1.9, 13 at 2.2;
# across that it stays below 0.6.
LENS_PX = 0.28
LENS_GROWTH = 5  # power of the distance from the middle of the picture with which it grows
MOST_LENS_PX = 50.0  # beyond that a line counts for nothing anyway


# The residual of a calibration on boards whose wires are where they should be: the scatter of edges. Of 30 simulated and 4 rendered rigs it
# is 0.21 to 0.34 px, 0.28 in the median; of a real board 0.45 to 0.55: its wires are off their nominal places. `dartd calibrate PICTURE`
EDGE_PX = 0.28


def pixel_of(calibration: Calibration, x_mm: float, y_mm: float) -> tuple[float, float] | None:
    """Return the pixel of a point on the face, None when it is behind the camera. The lens model is that of OpenCV (k1, k2, p1, p2)."""
    c = calibration
    r, (tx, ty, tz) = c.rotation, c.translation_mm
    depth_mm = r[6] * x_mm + r[7] * y_mm + tz
    if depth_mm <= 0:
        return None
    u, v = (r[0] * x_mm + r[1] * y_mm + tx) / depth_mm, (r[3] * x_mm + r[4] * y_mm + ty) / depth_mm
    square = u * u + v * v
    stretch = 1 + square * (c.k1 + square * c.k2)
    off_u, off_v = _tangential(c, u, v)
    return c.center_x_px + c.focal_x_px * (u * stretch + off_u), c.center_y_px + c.focal_y_px * (v * stretch + off_v)


def ray_of(calibration: Calibration, x_px: float, y_px: float) -> tuple[float, float]:
    """Return the normalised coordinates of a pixel: the inverse of the lens model of `pixel_of`."""
    c = calibration
    distorted_u, distorted_v = (x_px - c.center_x_px) / c.focal_x_px, (y_px - c.center_y_px) / c.focal_y_px
    u, v = distorted_u, distorted_v
    for _ in range(_LENS_STEPS):
        square = u * u + v * v
        stretch = 1 + square * (c.k1 + square * c.k2)
        off_u, off_v = _tangential(c, u, v)
        u, v = (distorted_u - off_u) / stretch, (distorted_v - off_v) / stretch
    return u, v


def _tangential(calibration: Calibration, u: float, v: float) -> tuple[float, float]:
    """Return the tangential part of the distortion of normalised coordinates."""
    p1, p2, square = calibration.p1, calibration.p2, u * u + v * v
    mixed = 2 * (p2 * u + p1 * v)
    return mixed * u + p2 * square, mixed * v + p1 * square


@lru_cache(maxsize=16)
def _calibrated_radius(calibration: Calibration) -> float:
    """Return the largest distance from the middle of the picture (normalised) at which it shows the outermost ring."""
    angle = np.linspace(0, 2 * np.pi, RING_POINTS, endpoint=False)
    shown = [
        (x_px, y_px)
        for x_mm, y_mm in zip(CALIBRATED_MM * np.cos(angle), CALIBRATED_MM * np.sin(angle), strict=True)
        if (pixel := pixel_of(calibration, float(x_mm), float(y_mm))) is not None
        for x_px, y_px in [pixel]
        if 0 <= x_px < calibration.width and 0 <= y_px < calibration.height
    ]
    return max((float(np.hypot(*ray_of(calibration, x_px, y_px))) for x_px, y_px in shown), default=float("inf"))


def _board_mm(calibration: Calibration, focal_px: float) -> float:
    """Return how far the wires of the board are off their nominal places (standard deviation): a residual beyond the scatter of edges."""
    residual_px = calibration.residual_px * focal_px / calibration.focal_x_px
    return calibration.residual_mm * math.sqrt(max(0.0, 1 - (EDGE_PX / max(residual_px, EDGE_PX)) ** 2))


class CameraPose:
    """A calibration as matrices. Axes are rows (x_mm, y_mm, slope_x, slope_y)."""

    def __init__(self, calibration: Calibration) -> None:
        self.focal_px = min(calibration.focal_x_px, FOCAL_PX)
        self.board_mm = _board_mm(calibration, self.focal_px)
        self._rotation: Floats = np.array(calibration.rotation).reshape(3, 3)
        self._rotation_xy: Floats = np.ascontiguousarray(self._rotation[:, :2].T)
        self._rotation_z: Floats = self._rotation[:, 2].copy()
        self._translation: Floats = np.array(calibration.translation_mm)
        self.center: Floats = -self._rotation.T @ self._translation
        self.calibrated_radius = _calibrated_radius(calibration)

    def lens_error_px(self, points: Floats) -> Floats:
        """Return by how much (n, 2) the lens may misplace points (n, 2) of the picture where no ring was: away from its middle."""
        radius = np.hypot(points[:, 0], points[:, 1])
        if radius.max() <= self.calibrated_radius:
            return np.zeros_like(points)
        beyond = np.maximum(radius / self.calibrated_radius, 1.0) ** LENS_GROWTH - 1
        error_px: Floats = points * (np.minimum(LENS_PX * beyond, MOST_LENS_PX) / np.maximum(radius, 1e-9))[:, None]
        return error_px

    def project(self, axes: Floats) -> tuple[Floats, Floats, Floats]:
        """Project axes (n, 4): their feet (n, 2), unit directions outwards (n, 2), and lengths (n) of `LENGTH_MM` of them."""
        low = axes[:, :2] @ self._rotation_xy + self._translation
        high = low + (axes[:, 2:] @ self._rotation_xy + self._rotation_z) * LENGTH_MM
        foot = low[:, :2] / low[:, 2:]
        along = high[:, :2] / high[:, 2:] - foot
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
        return foot, along / length[:, None], length

    def depth(self, axis: Floats) -> tuple[float, float]:
        """Return the depth of an axis at the face in mm, and how much it changes for each millimetre out of the board."""
        foot_mm = float((self._rotation[2, :2] @ axis[:2]) + self._translation[2])
        rise = float(self._rotation[2, :2] @ axis[2:] + self._rotation[2, 2])
        return foot_mm, rise

    def px_per_mm(self, axis: Floats) -> float:
        """Return the scale across a dart near its tip."""
        return self.focal_px / float(np.linalg.norm(np.array([axis[0], axis[1], SCALE_AT_MM]) - self.center))

    def planes(self, lines: Floats) -> Floats:
        """Return the unit normals (n, 3) of the planes through the camera's centre and lines of its picture, as rows (u, v, u, v)."""
        ones = np.ones((len(lines), 1))
        normals = np.cross(np.hstack([lines[:, :2], ones]), np.hstack([lines[:, 2:], ones])) @ self._rotation
        planes: Floats = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        return planes

    def on_face(self, points: Floats) -> Floats:
        """Return where the rays through points (n, 2) of the picture meet the face: (n, 2) mm."""
        rays = np.column_stack([points, np.ones(len(points))]) @ self._rotation
        face: Floats = self.center[:2] - rays[:, :2] * (self.center[2] / rays[:, 2:])
        return face


def in_camera_frame(calibration: Calibration, axis: Axis3, heights_mm: tuple[float, ...]) -> Floats:
    """Return the points of an axis at some heights above the face in the frame of a camera: (n, 3) mm."""
    points = np.array([[axis.x_mm + z * axis.slope_x, axis.y_mm + z * axis.slope_y, z] for z in heights_mm])
    moved: Floats = points @ np.array(calibration.rotation).reshape(3, 3).T + np.array(calibration.translation_mm)
    return moved


def is_in_picture(calibration: Calibration, axis: Axis3, margin: float = 0.0) -> bool:
    """Return whether a camera's picture shows the foot of a dart or the end of its barrel; lens terms are small next to that.

    `margin` is the share of the width at each border that does not count.
    """
    ends = in_camera_frame(calibration, axis, (0.0, BARREL_END_MM))
    x_px = ends[:, 0] / ends[:, 2] * calibration.focal_x_px + calibration.center_x_px
    y_px = ends[:, 1] / ends[:, 2] * calibration.focal_y_px + calibration.center_y_px
    edge_px = margin * calibration.width
    inside = (x_px >= edge_px) & (x_px < calibration.width - edge_px) & (y_px >= edge_px) & (y_px < calibration.height - edge_px)
    return bool(inside.any())
