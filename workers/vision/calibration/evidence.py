"""Whether a camera model lies on the board's rings, or a ring beside them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.model import Model

Floats = NDArray[np.float64]

BESIDE_MM = 3.5  # from a boundary to where its two sides are compared: within a ring of 8 mm, and beyond wire and bloom
UNLIKE = 12.0  # colour steps (root scale, 0–255) between two sides that are not the same bed


def ring_evidence(scaled: Floats, model: Model, board: BoardSpec) -> float:
    """Count the share of ring boundaries, bed by bed, on whose two sides the colour differs (0–1).

    A model that is one ring off puts a boundary into the middle of a bed: then a quarter and more of them differ no longer.
    """
    theta = np.radians((np.arange(20) * 18.0)[:, None] + np.array([-4.0, 4.0])).ravel()
    unit = np.column_stack([np.cos(theta), np.sin(theta)])
    shares = []
    for radius in board.radii_mm[2:]:
        sides = [_colours(scaled, model, unit * (radius + side)) for side in (-BESIDE_MM, BESIDE_MM)]
        differ = np.linalg.norm(sides[1] - sides[0], axis=1)
        seen = np.isfinite(differ)
        if seen.any():
            shares.append(float((differ[seen] > UNLIKE).mean()))
    return float(np.mean(shares)) if shares else 0.0


def _colours(scaled: Floats, model: Model, points_mm: Floats) -> Floats:
    pixels = model.project(points_mm).astype(np.float32)
    colours = cv2.remap(scaled, pixels[None, :, 0], pixels[None, :, 1], cv2.INTER_LINEAR, borderValue=(np.nan,) * 3)
    flat: Floats = np.asarray(colours, float).reshape(-1, 3)
    return flat
