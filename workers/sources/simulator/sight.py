"""What a camera sees of points far outside its picture, where the lens polynomial alone would fold them back into it."""

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Calibration
from workers.vision.projection import Projection

Floats = NDArray[np.float64]
_REACH = 1.05  # tangent of the angle up to which the lens formula is trusted; every picture ends before


class Sight(Projection):
    """A projection that goes on straight beyond the reach of the lens formula."""

    def __init__(self, calibration: Calibration) -> None:
        super().__init__(calibration)
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
        pixels: Floats = bent * (c.focal_x_px, c.focal_y_px) + (c.center_x_px, c.center_y_px)
        return pixels
