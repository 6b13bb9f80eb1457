"""The drift of a picture from a calibration."""

import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.boundaries import BoundaryPoints, EdgeSamples, boundary_points, sample_steepest, sample_wires
from workers.vision.calibration.camera_fit import along_normals, classes_of, scales, shifts_of
from workers.vision.calibration.camera_model import CameraModel
from workers.vision.frame import Image

Floats = NDArray[np.float64]

# Measure again: `dartd calibrate PICTURE --check JSON`.
REACH_MM = 6.0  # largest motion of a line: less than the distance of two rings
NEAR_MM = 1.5  # below this motion the wires are fitted
BLUR_PX = 1.0  # of an ordinary picture; a wrong one costs hundredths of a pixel where both sides of a wire are visible
UNLIKE_MM = 1.0  # median distance from the common motion: more is not a board, since edges by chance spread over the reach
FEWEST = 0.25  # share of the boundary points that must be found
ROUNDS = 8  # of the robust fit
WEIGHT = 2  # scale of its weights, in scales of the residuals
SHIFT_PRIOR, MOTION_PRIOR = 1.0, 1e-6  # of a boundary (mm⁻²), and of the common motion: none


def drift_px(picture: Image, model: CameraModel, board: BoardSpec) -> float:
    """Return by how many pixels the lines of the board have moved from where the model expects them; infinite if they are not found.

    The lines move together (an affine motion of the picture); a single boundary that is off its nominal radius is not drift.
    """
    boundaries = boundary_points(board)
    scaled = np.sqrt(picture.astype(np.float32) * 255)
    rough_px, typical_px_per_mm = _together(model, boundaries, sample_steepest(scaled, model, boundaries, REACH_MM))
    if rough_px > NEAR_MM * typical_px_per_mm:
        return rough_px
    return _together(model, boundaries, sample_wires(scaled, model, boundaries, reach_mm=2 * NEAR_MM, blur_px=BLUR_PX))[0]


def _together(model: CameraModel, boundaries: BoundaryPoints, samples: EdgeSamples) -> tuple[float, float]:
    """Fit the common motion of samples; return its size in pixels (infinite if they have none) and the pixels per millimetre."""
    if len(samples.point) < FEWEST * len(boundaries.kind):
        return float("inf"), 1.0
    unit, px_per_mm, pixel = along_normals(model, boundaries.point_mm[samples.point], boundaries.normal[samples.point])
    off = (unit * (samples.pixel - pixel)).sum(axis=1)
    kind = boundaries.kind[samples.point]
    shift = shifts_of(boundaries, samples) * px_per_mm[:, None]
    basis = np.column_stack([np.ones(len(pixel)), (pixel - pixel.mean(axis=0)) / 100])
    design = np.concatenate([unit[:, :1] * basis, unit[:, 1:] * basis, shift], axis=1)
    prior = np.diag([MOTION_PRIOR] * 6 + [SHIFT_PRIOR] * shift.shape[1])
    solution, residual, classes = np.zeros(design.shape[1]), off, classes_of(kind)
    for _ in range(ROUNDS):
        weight = 1 / (1 + (residual / (WEIGHT * scales(residual, classes))) ** 2) ** 2
        solution = np.linalg.solve(design.T @ (design * weight[:, None]) + prior, design.T @ (off * weight))
        residual = off - design @ solution
    if float(np.median(np.abs(residual) / px_per_mm)) > UNLIKE_MM:
        return float("inf"), 1.0
    moved = np.stack([basis @ solution[:3], basis @ solution[3:6]], axis=1)
    return float(np.sqrt((moved**2).sum(axis=1).mean())), float(np.median(px_per_mm))
