"""The camera model of a calibration: one focal length, its centre, two radial and two tangential distortion coefficients, and a pose."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Calibration

Floats = NDArray[np.float64]

WIRE_HEIGHT_MM = 0.6  # wires of 1.0–1.4 mm lie on the face, so their visible edges are above it by their radius
TYPICAL_FOCAL, SHORTEST_FOCAL, LONGEST_FOCAL = 0.75, 0.4, 1.6  # of the width: lenses of 67°, 103° and 35°


class CameraModel(NamedTuple):
    """A camera before the board (schemas.geometry gives the frames); `rotation` is a Rodrigues vector."""

    focal_px: float
    center_px: tuple[float, float]
    k1: float
    k2: float
    rotation: Floats
    translation_mm: Floats
    p1: float = 0.0
    p2: float = 0.0

    @property
    def matrix(self) -> Floats:
        """Return the camera matrix."""
        return np.array([[self.focal_px, 0, self.center_px[0]], [0, self.focal_px, self.center_px[1]], [0, 0, 1]])

    @property
    def lens(self) -> Floats:
        """Return the distortion coefficients in OpenCV's order."""
        return np.array([self.k1, self.k2, self.p1, self.p2, 0.0])

    @property
    def matrix_of_rotation(self) -> Floats:
        """Return the rotation from board to camera as a matrix."""
        return np.asarray(cv2.Rodrigues(self.rotation)[0], float)

    @property
    def center_mm(self) -> Floats:
        """Return the position of the camera in the board frame."""
        return np.asarray(-self.matrix_of_rotation.T @ self.translation_mm, float)

    def project(self, points_mm: Floats, height_mm: float = WIRE_HEIGHT_MM) -> Floats:
        """Project points (n, 2) at a height above the face to pixels (n, 2)."""
        rotation = self.matrix_of_rotation
        solid = points_mm @ rotation[:, :2].T + (rotation[:, 2] * height_mm + self.translation_mm)
        flat = solid[:, :2] / solid[:, 2:]
        square = (flat**2).sum(axis=1)
        return self._distorted(flat, square, 1 + square * (self.k1 + self.k2 * square)) * self.focal_px + self.center_px

    def project_with_scale(self, points_mm: Floats, height_mm: float = WIRE_HEIGHT_MM) -> tuple[Floats, Floats]:
        """Project points (n, 2); return also the derivatives (n, 2, 2) of the pixels by the position on the face."""
        rotation = self.matrix_of_rotation
        solid = points_mm @ rotation[:, :2].T + (rotation[:, 2] * height_mm + self.translation_mm)
        flat = solid[:, :2] / solid[:, 2:]
        square = (flat**2).sum(axis=1)
        stretch = 1 + square * (self.k1 + self.k2 * square)
        by_square = self.k1 + 2 * self.k2 * square
        # by the normalised coordinates, then these by the position
        by_flat = 2 * by_square[:, None, None] * flat[:, :, None] * flat[:, None, :] + stretch[:, None, None] * np.eye(2)
        along, across = self.p1 * flat[:, 1], self.p2 * flat[:, 0]
        mixed = 2 * (self.p1 * flat[:, 0] + self.p2 * flat[:, 1])
        by_flat += np.stack([2 * along + 6 * across, mixed, mixed, 6 * along + 2 * across], axis=1).reshape(-1, 2, 2)
        by_position = (rotation[None, :2, :2] - flat[:, :, None] * rotation[None, 2:, :2]) / solid[:, 2, None, None]
        pixels: Floats = self._distorted(flat, square, stretch) * self.focal_px + self.center_px
        return pixels, self.focal_px * by_flat @ by_position

    def _distorted(self, flat: Floats, square: Floats, stretch: Floats) -> Floats:
        """Return the distorted normalised coordinates (n, 2), given their squared radius (n) and radial factor (n)."""
        decentered = 2 * (flat @ [self.p2, self.p1])[:, None] * flat + square[:, None] * [self.p2, self.p1]
        return np.asarray(flat * stretch[:, None] + decentered, float)

    def project_with_slopes(self, points_mm: Floats, height_mm: float = WIRE_HEIGHT_MM) -> tuple[Floats, Floats]:
        """Project points (n, 2); return also the derivatives (n, 2, 13) by rotation, translation, focal length, centre, k1, k2, p1, p2."""
        solid = np.column_stack([points_mm, np.full(len(points_mm), height_mm)])
        pixels, slopes = cv2.projectPoints(solid, self.rotation, self.translation_mm, self.matrix, self.lens)
        j = np.asarray(slopes, float).reshape(len(points_mm), 2, -1)
        focal = j[:, :, 6:7] + j[:, :, 7:8]
        return np.asarray(pixels, float).reshape(-1, 2), np.concatenate([j[:, :, :6], focal, j[:, :, 8:14]], axis=2)

    def moved(self, step: Floats) -> "CameraModel":
        """Return the model after a step in its thirteen parameters, in the order of `project_with_slopes`."""
        return CameraModel(
            self.focal_px + step[6],
            (self.center_px[0] + step[7], self.center_px[1] + step[8]),
            self.k1 + step[9],
            self.k2 + step[10],
            self.rotation + step[:3],
            self.translation_mm + step[3:6],
            self.p1 + step[11],
            self.p2 + step[12],
        )


def from_homography(homography: Floats, distortion: float, size: tuple[int, int]) -> CameraModel:
    """Return the model of a plane homography; `distortion` is in widths⁻², `size` is (width, height)."""
    center = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    focal_px = _focal_of(homography, center, size[0])
    matrix = np.array([[focal_px, 0, center[0]], [0, focal_px, center[1]], [0, 0, 1]])
    columns = np.linalg.solve(matrix, homography)
    columns /= np.sqrt(np.linalg.norm(columns[:, 0]) * np.linalg.norm(columns[:, 1]))
    if columns[2, 2] < 0:
        columns = -columns
    rotation = np.column_stack([columns[:, 0], columns[:, 1], np.cross(columns[:, 0], columns[:, 1])])
    u, _, vt = np.linalg.svd(rotation)
    rotation = u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt
    return CameraModel(focal_px, center, distortion * (focal_px / size[0]) ** 2, 0.0, _vector(rotation), columns[:, 2])


def _focal_of(homography: Floats, center: tuple[float, float], width: int) -> float:
    """Return the focal length at which the images of the x and y axes of the board are perpendicular and of equal length."""
    shift = np.array([[1, 0, -center[0]], [0, 1, -center[1]], [0, 0, 1]])
    (a, b), (c, d), (e, f) = (shift @ homography)[:, :2]
    plane = np.array([a * b + c * d, (a * a + c * c - b * b - d * d) / 2])
    depth = np.array([e * f, (e * e - f * f) / 2])
    inverse_square = -float(plane @ depth) / float(plane @ plane + 1e-12)
    if inverse_square <= 0:
        return TYPICAL_FOCAL * width
    return float(np.clip(inverse_square**-0.5, SHORTEST_FOCAL * width, LONGEST_FOCAL * width))


def rotated(model: CameraModel, angle_rad: float) -> CameraModel:
    """Return the model for a board frame that is rotated so that the azimuth of the camera grows by `angle_rad`."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return model._replace(rotation=_vector(model.matrix_of_rotation @ rotation.T))


def model_of(calibration: Calibration) -> CameraModel:
    """Return the model of a calibration."""
    c = calibration
    rotation = np.array(c.rotation, float).reshape(3, 3)
    focal_px = (c.focal_x_px + c.focal_y_px) / 2
    center_px, translation_mm = (c.center_x_px, c.center_y_px), np.array(c.translation_mm, float)
    return CameraModel(focal_px, center_px, c.k1, c.k2, _vector(rotation), translation_mm, c.p1, c.p2)


def _vector(rotation: Floats) -> Floats:
    return np.asarray(cv2.Rodrigues(rotation)[0], float).ravel()
