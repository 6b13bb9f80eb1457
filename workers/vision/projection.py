"""The projection from millimetres on the board to pixels of a camera, and back."""

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Calibration

Floats = NDArray[np.float64]


class CameraProjection:
    """The projection of one calibration (pinhole, Brown-Conrady k1, k2, p1, p2; see schemas.geometry for the frames of reference)."""

    def __init__(self, calibration: Calibration) -> None:
        c = calibration
        self.calibration = c
        self.matrix: Floats = np.array([[c.focal_x_px, 0, c.center_x_px], [0, c.focal_y_px, c.center_y_px], [0, 0, 1]], float)
        self.lens: Floats = np.array([c.k1, c.k2, c.p1, c.p2, 0], float)
        self.rotation: Floats = np.array(c.rotation, float).reshape(3, 3)
        self.translation_mm: Floats = np.array(c.translation_mm, float)
        self.center_mm: Floats = -self.rotation.T @ self.translation_mm

    def project(self, points_mm: Floats) -> Floats:
        """Project board points (n, 3) in mm to pixels (n, 2)."""
        pixels, _ = cv2.projectPoints(
            np.asarray(points_mm, float).reshape(-1, 1, 3), cv2.Rodrigues(self.rotation)[0], self.translation_mm, self.matrix, self.lens
        )
        return np.asarray(pixels, float).reshape(-1, 2)

    def normalise(self, pixels: Floats) -> Floats:
        """Undo lens and focal length: pixels (n, 2) to normalised coordinates (n, 2)."""
        points = np.ascontiguousarray(np.asarray(pixels, float).reshape(-1, 1, 2))
        return np.asarray(cv2.undistortPoints(points, self.matrix, self.lens), float).reshape(-1, 2)

    def denormalise(self, normalised: Floats) -> Floats:
        """Apply lens and focal length: normalised coordinates (n, 2) to pixels (n, 2)."""
        rays = np.column_stack([np.asarray(normalised, float).reshape(-1, 2), np.ones(np.size(normalised) // 2)])
        pixels, _ = cv2.projectPoints(rays.reshape(-1, 1, 3), np.zeros(3), np.zeros(3), self.matrix, self.lens)
        return np.asarray(pixels, float).reshape(-1, 2)

    def on_face(self, pixels: Floats, z_mm: float = 0.0) -> Floats:
        """Intersect the rays of pixels (n, 2) with the plane z = `z_mm`; return board millimetres (n, 2)."""
        normalised = self.normalise(pixels)
        rays = np.column_stack([normalised, np.ones(len(normalised))]) @ self.rotation
        reach = (z_mm - self.center_mm[2]) / rays[:, 2]
        face: Floats = self.center_mm[:2] + rays[:, :2] * reach[:, None]
        return face
