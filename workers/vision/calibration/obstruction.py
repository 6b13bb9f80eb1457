"""Find what covers the face of a board that should be empty: darts and hands cross the beds as long stripes of another colour."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.camera_fit import MAD_TO_SIGMA
from workers.vision.calibration.camera_model import CameraModel
from workers.vision.frame import Image

Floats = NDArray[np.float64]

# Colours are on the root scale (0–255). Measure again: `dartd calibrate PICTURE` on pictures of worn boards and of boards with darts.
GRID_MM = 1.0  # resolution on the face
CLEAR_MM = 4.0  # distance from lines: wires, their shadows and the bloom of light beds do not reach further in a sharp picture,
CLEAR_BLURS = 3.0  # and in a blurred one the colour of a bed begins at this many deviations of the blur from its line
LEAST_STEP = 16.0  # difference of colour that wear and shading of a bed stay below
SPREADS = 5.0  # the same in robust deviations of the colours of the bed
BRIDGE_MM = 13  # stripes continue across the lines that are left out
FEWEST_BED, FEWEST = 100, 60  # points of a bed and of an obstruction; less is not judged
ROUNDS = 4  # of the robust fit of a bed's colours


class Obstruction(NamedTuple):
    """Something on the beds: its length, and its middle (x, y) on the face."""

    length_mm: float
    middle_mm: tuple[float, float]


def largest_obstruction(picture: Image, model: CameraModel, board: BoardSpec, blur_mm: float = 0.0) -> Obstruction:
    """Find the longest stripe on the single beds that does not have their colours; of length 0 if there is none."""
    foreign, known = _foreign(picture, model, board, max(CLEAR_MM, CLEAR_BLURS * blur_mm))
    if not known.any():
        return Obstruction(0.0, (0.0, 0.0))
    foreign = np.asarray(cv2.morphologyEx(foreign, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    bridged = cv2.morphologyEx(foreign, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (BRIDGE_MM, BRIDGE_MM)))
    count, labels = cv2.connectedComponents(bridged)
    longest, half_mm = Obstruction(0.0, (0.0, 0.0)), board.double_inner_mm
    for name in range(1, count):
        ys, xs = np.nonzero((labels == name) & (foreign > 0))
        if len(xs) < FEWEST:
            continue
        spread = np.sqrt(np.linalg.eigvalsh(np.cov(np.stack([xs, ys]) * GRID_MM))[-1])
        length_mm = float(np.sqrt(12) * spread)  # of a uniform bar with this variance
        if length_mm > longest.length_mm:
            longest = Obstruction(length_mm, (GRID_MM * float(xs.mean()) - half_mm, half_mm - GRID_MM * float(ys.mean())))
    return longest


def _foreign(picture: Image, model: CameraModel, board: BoardSpec, clear_mm: float) -> tuple[Image, NDArray[np.bool_]]:
    """Mark the points of the single beds that do not have the colour of their bed; return also which points are visible."""
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
    foreign = np.zeros(radius.shape, np.uint8)
    for bed in range(40):
        of = clear & (inner if bed < 20 else outer) & (sector == bed % 20)
        if of.sum() < FEWEST_BED:
            continue
        colours = face[of].astype(np.float64)
        basis = np.column_stack([np.ones(len(colours)), x[of] / 100, y[of] / 100])
        off = colours - _shaded(colours, basis)
        step = np.abs(off).max(axis=1)
        foreign[of] = step > max(LEAST_STEP, SPREADS * MAD_TO_SIGMA * float(np.median(step)))
    return foreign, clear & (inner | outer)


def _shaded(colours: Floats, basis: Floats) -> Floats:
    """Fit a plane to the colours of a bed, robustly: light changes slowly across a bed."""
    weight = np.ones(len(colours))
    level = np.median(colours, axis=0)[None, :]
    for _ in range(ROUNDS):
        off = np.abs(colours - level).max(axis=1)
        weight = 1 / (1 + (off / (2 * np.median(off) + 1e-6)) ** 2)
        level = basis @ np.linalg.lstsq(basis * weight[:, None], colours * weight[:, None], rcond=None)[0]
    return level
