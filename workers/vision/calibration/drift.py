"""How far a picture has moved away from a calibration."""

import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.boundaries import Lines, Samples, lines_of, sample_steepest, sample_wires
from workers.vision.calibration.model import Model
from workers.vision.calibration.solve import across, scales, shifts_of
from workers.vision.frame import Image

Floats = NDArray[np.float64]

REACH_MM = 6.0  # how far a line may have moved and still be known: less than from ring to ring
NEAR_MM = 1.5  # below this motion the wires themselves are fitted
BLUR_PX = 1.0  # of an ordinary picture; a wrong one costs hundredths of a pixel where both sides of a wire are seen
UNLIKE_MM = 1.0  # lines that lie so far from their common motion (half of them) are not a board's: edges by chance spread over the reach
FEWEST = 0.25  # of the lines must be seen


def drift_px(picture: Image, model: Model, board: BoardSpec) -> float:
    """Measure by how many pixels the lines of the board lie beside where the model puts them; infinite when they cannot be found.

    The lines move together (an affine motion of the picture); that single boundaries lie beside their nominal radius is no drift.
    """
    lines = lines_of(board)
    scaled = np.sqrt(picture.astype(np.float32) * 255)
    rough_px, typical_px_per_mm = _together(model, lines, sample_steepest(scaled, model, lines, REACH_MM))
    if rough_px > NEAR_MM * typical_px_per_mm:
        return rough_px
    return _together(model, lines, sample_wires(scaled, model, lines, reach_mm=2 * NEAR_MM, blur_px=BLUR_PX))[0]


def _together(model: Model, lines: Lines, samples: Samples) -> tuple[float, float]:
    """Fit the common motion of samples: its size in pixels (infinite when they have none), and the pixels in a millimetre."""
    if len(samples.line) < FEWEST * len(lines.kind):
        return float("inf"), 1.0
    unit, px_per_mm, pixel = across(model, lines.place_mm[samples.line], lines.normal[samples.line])
    off = (unit * (samples.pixel - pixel)).sum(axis=1)
    kind = lines.kind[samples.line]
    shift = shifts_of(lines, samples) * px_per_mm[:, None]
    place = np.column_stack([np.ones(len(pixel)), (pixel - pixel.mean(axis=0)) / 100])
    design = np.concatenate([unit[:, :1] * place, unit[:, 1:] * place, shift], axis=1)
    prior = np.diag([1e-6] * 6 + [1.0] * shift.shape[1])
    solution, residual = np.zeros(design.shape[1]), off
    for _ in range(8):
        weight = 1 / (1 + (residual / (2 * scales(residual, kind))) ** 2) ** 2
        solution = np.linalg.solve(design.T @ (design * weight[:, None]) + prior, design.T @ (off * weight))
        residual = off - design @ solution
    if float(np.median(np.abs(residual) / px_per_mm)) > UNLIKE_MM:
        return float("inf"), 1.0
    moved = np.stack([place @ solution[:3], place @ solution[3:6]], axis=1)
    return float(np.sqrt((moved**2).sum(axis=1).mean())), float(np.median(px_per_mm))
