"""Determine whether a camera model matches the rings of the board, or is off by a ring."""

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.camera_model import CameraModel

Floats = NDArray[np.float64]

# Measure again: `dartd calibrate PICTURE` (refused where the rings are not recognised).
SIDE_MM = 3.5  # distance from a boundary at which its sides are compared: within a ring of 8 mm, and beyond wire and bloom
UNLIKE = 12.0  # difference of colour (root scale, 0–255) between two sides that are not the same bed
BED_DEG = 4.0  # to both sides of the middle of a bed, where it is compared


def ring_contrast(scaled: Floats, model: CameraModel, board: BoardSpec) -> float:
    """Return the share of ring boundaries, counted in each bed, whose two sides differ in colour (0–1).

    A model that is off by one ring puts a boundary into the middle of a bed: then at least a quarter of them do not differ.
    """
    theta = np.radians((np.arange(20) * 18.0)[:, None] + np.array([-BED_DEG, BED_DEG])).ravel()
    unit = np.column_stack([np.cos(theta), np.sin(theta)])
    shares = []
    for radius in board.radii_mm[2:]:
        sides = [_colours(scaled, model, unit * (radius + side)) for side in (-SIDE_MM, SIDE_MM)]
        differ = np.linalg.norm(sides[1] - sides[0], axis=1)
        seen = np.isfinite(differ)
        if seen.any():
            shares.append(float((differ[seen] > UNLIKE).mean()))
    return float(np.mean(shares)) if shares else 0.0


def _colours(scaled: Floats, model: CameraModel, points_mm: Floats) -> Floats:
    pixels = model.project(points_mm).astype(np.float32)
    colours = cv2.remap(scaled, pixels[None, :, 0], pixels[None, :, 1], cv2.INTER_LINEAR, borderValue=(np.nan,) * 3)
    flat: Floats = np.asarray(colours, float).reshape(-1, 3)
    return flat
