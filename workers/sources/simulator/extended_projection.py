"""A projection that is also valid far outside the picture, where the distortion polynomial would fold points back into it."""

import math

import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from schemas.geometry import Calibration
from workers.sources.simulator.rig import WIDTH_PX
from workers.vision.projection import CameraProjection

Floats = NDArray[np.float64]
_REACH = 1.05  # tangent of the angle up to which the distortion polynomial is used; every picture ends before


class CameraShift(Value, frozen=True, kw_only=True):
    """The displacement of a camera in pixels of a picture 800 wide, and in radians about its middle; `swinging` until it rests."""

    x: float = 0.0
    y: float = 0.0
    rotation_rad: float = 0.0
    swinging: bool = False

    def after(self, other: "CameraShift") -> "CameraShift":
        """Return the sum of two displacements."""
        if other == CameraShift():
            return self
        swinging = self.swinging or other.swinging
        return CameraShift(x=self.x + other.x, y=self.y + other.y, rotation_rad=self.rotation_rad + other.rotation_rad, swinging=swinging)


class ExtendedProjection(CameraProjection):
    """A projection that continues linearly beyond the range of the distortion polynomial, for a camera that may be displaced."""

    def __init__(self, calibration: Calibration, shift: CameraShift | None = None) -> None:
        super().__init__(calibration)
        self.shift = shift or CameraShift()
        self.size = (calibration.width, calibration.height)
        self.scale = calibration.width / WIDTH_PX  # relative to the picture for which sizes in pixels are given

    def depth_mm(self, points_mm: Floats) -> Floats:
        """Return the depth of points (…, 3): their distance from the lens along its axis."""
        depth: Floats = points_mm @ self.rotation[2] + self.translation_mm[2]
        return depth

    def project_extended(self, points_mm: Floats) -> Floats:
        """Project points (n, 3) in front of the lens to pixels (n, 2), also outside the picture."""
        c = self.calibration
        local = points_mm @ self.rotation.T + self.translation_mm
        flat = local[:, :2] / np.maximum(local[:, 2:], 1.0)
        square = np.minimum((flat**2).sum(axis=1), _REACH**2)[:, None]
        inside = flat * np.minimum(1, _REACH / np.maximum(np.hypot(flat[:, 0], flat[:, 1]), 1e-9))[:, None]
        decentered = 2 * (inside @ [c.p2, c.p1])[:, None] * inside + square * [c.p2, c.p1]
        bent = flat * (1 + c.k1 * square + c.k2 * square**2) + decentered
        straight = bent * (c.focal_x_px, c.focal_y_px) + (c.center_x_px, c.center_y_px)
        matrix = self.displacement()
        pixels: Floats = straight @ matrix[:, :2].T + matrix[:, 2]
        return pixels

    def displacement(self) -> Floats:
        """Return the affine map (2, 3) from the pixels of the calibration to those of the displaced camera."""
        middle_x, middle_y = (self.size[0] - 1) / 2, (self.size[1] - 1) / 2
        c, s = math.cos(self.shift.rotation_rad), math.sin(self.shift.rotation_rad)
        x, y = self.shift.x * self.scale + middle_x, self.shift.y * self.scale + middle_y
        return np.array([[c, -s, x - c * middle_x + s * middle_y], [s, c, y - s * middle_x - c * middle_y]])


def cross(a: Floats, b: Floats) -> Floats:
    """Return the cross product of two vectors (3); twenty times faster than `numpy.cross`."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])
