"""Where in a camera's picture the board is, where darts can be, and which way they point."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.frame import Image
from workers.vision.projection import Floats, Projection

REACH_MM = 290.0  # darts are looked for as far out as this from the bull: the surround
HEIGHT_MM = 110.0  # what stands out of the board of a dart's point, barrel and shaft


@dataclass(frozen=True)
class Region:
    """`face` is 255 on the physical board, `volume` 255 where a dart in board or surround can show."""

    face: Image
    volume: Image
    mm_per_px: float

    @property
    def face_pixels(self) -> int:
        """Count the pixels of the face."""
        return int(np.count_nonzero(self.face))


def region_of(projection: Projection, board: BoardSpec, shape: tuple[int, int]) -> Region:
    """Draw the region of the board as this camera sees it; `shape` is (height, width)."""
    face = np.zeros(shape, np.uint8)
    cv2.fillPoly(face, [_pixels(projection, board.edge_mm, 0.0)], 255)
    volume = np.zeros(shape, np.uint8)
    outline = np.vstack([_pixels(projection, REACH_MM, z) for z in (0.0, HEIGHT_MM)])
    cv2.fillConvexPoly(volume, np.asarray(cv2.convexHull(outline)), 255)
    ring = projection.project(np.array([[-10.0, 0, 0], [10, 0, 0], [0, -10, 0], [0, 10, 0]]))
    px_per_mm = float(np.mean([np.linalg.norm(ring[1] - ring[0]), np.linalg.norm(ring[3] - ring[2])])) / 20.0
    return Region(face, volume, 1.0 / px_per_mm)


def outward(projection: Projection, pixel: Floats) -> tuple[Floats, float]:
    """Give the unit direction in the picture in which a dart standing straight at `pixel` points, and px per mm across it."""
    x_mm, y_mm = projection.on_face(pixel.reshape(1, 2))[0]
    foot, head = projection.project(np.array([[x_mm, y_mm, 0.0], [x_mm, y_mm, 30.0]]))
    direction = (head - foot) / max(1e-6, float(np.linalg.norm(head - foot)))
    distance_mm = float(np.linalg.norm(np.array([x_mm, y_mm, 30.0]) - projection.center_mm))
    return direction, projection.calibration.focal_x_px / distance_mm


def _pixels(projection: Projection, radius_mm: float, z_mm: float) -> NDArray[np.int32]:
    angle = np.linspace(0, 2 * np.pi, 120)
    ring = projection.project(np.column_stack([radius_mm * np.cos(angle), radius_mm * np.sin(angle), np.full_like(angle, z_mm)]))
    return np.round(ring).astype(np.int32)
