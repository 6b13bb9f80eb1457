"""What a camera sees of points far outside its picture, where the lens polynomial alone would fold them back into it."""

import math

import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from schemas.geometry import Calibration
from workers.vision.projection import Projection

Floats = NDArray[np.float64]
_REACH = 1.05  # tangent of the angle up to which the lens formula is trusted; every picture ends before


class Shift(Value, frozen=True, kw_only=True):
    """How a camera is displaced, in pixels of a picture 800 wide and radians about its middle; `swinging` while it has not come to rest."""

    x: float = 0.0
    y: float = 0.0
    turn_rad: float = 0.0
    swinging: bool = False

    def after(self, other: "Shift") -> "Shift":
        """Give both displacements together."""
        if other == Shift():
            return self
        swinging = self.swinging or other.swinging
        return Shift(x=self.x + other.x, y=self.y + other.y, turn_rad=self.turn_rad + other.turn_rad, swinging=swinging)


class Sight(Projection):
    """A projection that goes on straight beyond the reach of the lens formula, for a camera that may be displaced a little."""

    def __init__(self, calibration: Calibration, shift: Shift | None = None) -> None:
        super().__init__(calibration)
        self.shift = shift or Shift()
        self.size = (calibration.width, calibration.height)
        self.scale = calibration.width / 800  # against the picture that sizes in pixels are given for

    def depth_mm(self, points_mm: Floats) -> Floats:
        """Measure how far points (…, 3) lie before the lens, along its axis."""
        depth: Floats = points_mm @ self.rotation[2] + self.translation_mm[2]
        return depth

    def see(self, points_mm: Floats) -> Floats:
        """Project points (n, 3) before the lens to pixels (n, 2)."""
        c = self.calibration
        local = points_mm @ self.rotation.T + self.translation_mm
        flat = local[:, :2] / np.maximum(local[:, 2:], 1.0)
        square = np.minimum((flat**2).sum(axis=1), _REACH**2)[:, None]
        bent = flat * (1 + c.k1 * square + c.k2 * square**2)
        straight = bent * (c.focal_x_px, c.focal_y_px) + (c.center_x_px, c.center_y_px)
        matrix = self.displacement()
        pixels: Floats = straight @ matrix[:, :2].T + matrix[:, 2]
        return pixels

    def displacement(self) -> Floats:
        """Give the affine map (2, 3) from the pixels of the calibration to those of the displaced camera."""
        middle_x, middle_y = (self.size[0] - 1) / 2, (self.size[1] - 1) / 2
        c, s = math.cos(self.shift.turn_rad), math.sin(self.shift.turn_rad)
        x, y = self.shift.x * self.scale + middle_x, self.shift.y * self.scale + middle_y
        return np.array([[c, -s, x - c * middle_x + s * middle_y], [s, c, y - s * middle_x - c * middle_y]])


def cross(a: Floats, b: Floats) -> Floats:
    """Give the cross product of two vectors (3); twenty times quicker than numpy's general one."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])
