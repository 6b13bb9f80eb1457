"""What lies on the face of a board that should be empty: darts and hands cross the beds as long, unlike stripes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.model import Model
from workers.vision.frame import Image

Floats = NDArray[np.float64]

GRID_MM = 1.0
CLEAR_MM = 4.0  # of every line: wires, their shadows and the bloom of light beds do not reach further in a sharp picture,
CLEAR_BLURS = 3.0  # and in a blurred one a bed's colour begins so many deviations of the blur beside its line
LEAST_STEP = 16.0  # steps of colour (root scale, 0–255) that wear and shading of a bed stay below
SPREADS = 5.0  # in robust deviations of the bed's own colours
BRIDGE_MM = 13  # stripes go on across the lines that are left out


def largest_intruder_mm(picture: Image, model: Model, board: BoardSpec, blur_mm: float = 0.0) -> float:
    """Measure the longest stripe on the single beds that has not their colours, in mm; 0 when there is none."""
    strange, known = _strange(picture, model, board, max(CLEAR_MM, CLEAR_BLURS * blur_mm))
    if not known.any():
        return 0.0
    strange = np.asarray(cv2.morphologyEx(strange, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    bridged = cv2.morphologyEx(strange, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (BRIDGE_MM, BRIDGE_MM)))
    count, labels = cv2.connectedComponents(bridged)
    longest = 0.0
    for name in range(1, count):
        ys, xs = np.nonzero((labels == name) & (strange > 0))
        if len(xs) < 60:
            continue
        spread = np.sqrt(np.linalg.eigvalsh(np.cov(np.stack([xs, ys]) * GRID_MM))[-1])
        longest = max(longest, float(np.sqrt(12) * spread))
    return longest


def _strange(picture: Image, model: Model, board: BoardSpec, clear_mm: float) -> tuple[Image, NDArray[np.bool_]]:
    """Mark points of the single beds whose colour is not their bed's; and which points were seen at all."""
    half = np.arange(-board.double_inner_mm, board.double_inner_mm, GRID_MM)
    x, y = np.meshgrid(half, -half)
    pixels = model.project(np.column_stack([x.ravel(), y.ravel()]), 0.0).astype(np.float32).reshape(*x.shape, 2)
    face = cv2.remap(np.sqrt(picture.astype(np.float32) * 255), pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR, borderValue=(np.nan,) * 3)
    radius = np.hypot(x, y)
    clockwise = ((np.pi / 2 - np.arctan2(y, x)) / (np.pi / 10)) % 20
    sector = np.round(clockwise).astype(int) % 20
    across = radius * np.sin(np.abs(clockwise - np.round(clockwise)) * np.pi / 10)
    width = radius * np.sin(np.pi / 20)
    clear = (width - across > clear_mm) & np.isfinite(face).all(axis=2)
    inner = (radius > board.single_bull_mm + clear_mm) & (radius < board.triple_inner_mm - clear_mm)
    outer = (radius > board.triple_outer_mm + clear_mm) & (radius < board.double_inner_mm - clear_mm)
    strange = np.zeros(radius.shape, np.uint8)
    for bed in range(40):
        of = clear & (inner if bed < 20 else outer) & (sector == bed % 20)
        if of.sum() < 100:
            continue
        colours = face[of].astype(np.float64)
        basis = np.column_stack([np.ones(len(colours)), x[of] / 100, y[of] / 100])
        off = colours - _shaded(colours, basis)
        step = np.abs(off).max(axis=1)
        strange[of] = step > max(LEAST_STEP, SPREADS * 1.48 * float(np.median(step)))
    return strange, clear & (inner | outer)


def _shaded(colours: Floats, basis: Floats) -> Floats:
    """Fit a bed's colours by a plane, robustly: light falls off slowly across a bed."""
    weight = np.ones(len(colours))
    level = np.median(colours, axis=0)[None, :]
    for _ in range(4):
        off = np.abs(colours - level).max(axis=1)
        weight = 1 / (1 + (off / (2 * np.median(off) + 1e-6)) ** 2)
        level = basis @ np.linalg.lstsq(basis * weight[:, None], colours * weight[:, None], rcond=None)[0]
    return level
