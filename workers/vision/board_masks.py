"""The masks of the board and of the space where darts can be in a camera's picture, and the direction in which darts point there."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection, Floats

# From the dimensions of boards and darts.
REACH_MM = 290.0  # from the bull: darts are searched on the surround too
HEIGHT_MM = 110.0  # of point, barrel and shaft above the face
STRAIGHT_MM = 30.0  # height of the point that gives the direction of a dart
BULL_MM = 10.0  # half the length on which the scale is measured
CORNERS = 120  # of the polygon that stands for a circle


@dataclass(frozen=True)
class BoardMasks:
    """`face` is 255 on the physical board, `volume` 255 where a dart in board or surround can be visible; `mm_per_px` is at the bull."""

    face: Image
    volume: Image
    mm_per_px: float

    @property
    def face_pixels(self) -> int:
        """Count the pixels of the face."""
        return int(np.count_nonzero(self.face))


def masks_of(projection: CameraProjection, board: BoardSpec, shape: tuple[int, int]) -> BoardMasks:
    """Draw the masks of the board for a camera; `shape` is (height, width)."""
    face = np.zeros(shape, np.uint8)
    cv2.fillPoly(face, [_pixels(projection, board.edge_mm, 0.0)], 255)
    volume = np.zeros(shape, np.uint8)
    outline = np.vstack([_pixels(projection, REACH_MM, z) for z in (0.0, HEIGHT_MM)])
    cv2.fillConvexPoly(volume, np.asarray(cv2.convexHull(outline)), 255)
    ring = projection.project(np.array([[-BULL_MM, 0, 0], [BULL_MM, 0, 0], [0, -BULL_MM, 0], [0, BULL_MM, 0]]))
    px_per_mm = float(np.mean([np.linalg.norm(ring[1] - ring[0]), np.linalg.norm(ring[3] - ring[2])])) / (2 * BULL_MM)
    return BoardMasks(face, volume, 1.0 / px_per_mm)


def outward_direction(projection: CameraProjection, pixel: Floats) -> tuple[Floats, float]:
    """Return the unit direction, in the picture, of a dart perpendicular to the face at `pixel`, and the px per mm across it."""
    x_mm, y_mm = projection.on_face(pixel.reshape(1, 2))[0]
    foot, head = projection.project(np.array([[x_mm, y_mm, 0.0], [x_mm, y_mm, STRAIGHT_MM]]))
    direction = (head - foot) / max(1e-6, float(np.linalg.norm(head - foot)))
    distance_mm = float(np.linalg.norm(np.array([x_mm, y_mm, STRAIGHT_MM]) - projection.center_mm))
    return direction, projection.calibration.focal_x_px / distance_mm


def _pixels(projection: CameraProjection, radius_mm: float, z_mm: float) -> NDArray[np.int32]:
    angle = np.linspace(0, 2 * np.pi, CORNERS)
    ring = projection.project(np.column_stack([radius_mm * np.cos(angle), radius_mm * np.sin(angle), np.full_like(angle, z_mm)]))
    return np.round(ring).astype(np.int32)
