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

# Colours are on a root scale (0–270). Measure again: `python -m tests.bench.boards FOLDER`, with and without `--variant jpeg20` and `dark`.
GRID_MM = 1.0  # resolution on the face
NOISE_LEVELS = 32.0  # added before the root is taken: in the dark, noise and compression are several levels whatever the light
GRAIN_MM = 1.0  # deviation of the smoothing: sisal is speckled, a dart is several millimetres wide
CLEAR_MM = 4.0  # distance from lines: wires, their shadows and the bloom of light beds do not reach further in a sharp picture,
CLEAR_BLURS = 3.0  # and in a blurred one the colour of a bed begins at this many deviations of the blur from its line
LEAST_STEP = 15.0  # difference from the colour of the other beds that wear and noise stay below
SPREADS = 4.5  # the same in robust deviations of all beds of a colour
SHADED_STEPS = 2.5  # of these differences, that a whole bed may have by glare or shadow: nothing in it differs from its surroundings
SHADE_MM = 20.0  # deviation of the Gaussian that follows a shadow: its border is as soft, that of an arm or a dart is sharp
DEEPEST = 0.35  # least share of the brightness in a shadow: with less light left there are no colours to compare
BRIDGE_MM = 13  # stripes continue across the lines that are left out
FEWEST_BED, FEWEST = 100, 60  # points of a bed and of an obstruction; less is not judged
MOST_FITTED = 4000  # points of a colour, that its fit uses
ROUNDS = 6  # of the robust fit of colours


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
    face = _face(picture, model, x, y)
    radius = np.hypot(x, y)
    clockwise = ((np.pi / 2 - np.arctan2(y, x)) / (np.pi / 10)) % 20
    sector = np.round(clockwise).astype(int) % 20
    across = radius * np.sin(np.abs(clockwise - np.round(clockwise)) * np.pi / 10)
    width = radius * np.sin(np.pi / 20)
    clear = (width - across > clear_mm) & np.isfinite(face).all(axis=2)
    inner = (radius > board.single_bull_mm + clear_mm) & (radius < board.triple_inner_mm - clear_mm)
    outer = (radius > board.triple_outer_mm + clear_mm) & (radius < board.double_inner_mm - clear_mm)
    known = clear & (inner | outer)
    at, bed = np.stack([x, y], axis=2) / 100, sector + 20 * outer
    _, expected = _unlike_beds(face, at, bed, known)
    foreign, _ = _unlike_beds(_without_shadow(face, expected), at, bed, known)
    return foreign.astype(np.uint8), known


def _unlike_beds(
    face: NDArray[np.float32], at: Floats, bed: NDArray[np.int64], known: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Mark the known points that do not have the colour of their bed; return also the expected colours, NaN where unknown."""
    foreign, expected = np.zeros(bed.shape, bool), np.full_like(face, np.nan)
    for parity in (0, 1):
        of = known & (bed % 2 == parity)
        if of.sum() >= FEWEST_BED:
            foreign[of], expected[of] = _unlike(face[of].astype(np.float64), at[of], bed[of])
    return foreign, expected


def _without_shadow(face: NDArray[np.float32], expected: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the colours without a soft shadow: in it all channels and beds are darker by the same share, which varies slowly."""
    there = np.isfinite(expected).all(axis=2)
    grey, clear = (np.where(there, _levels(colours).sum(axis=2), 0).astype(np.float32) for colours in (face, expected))
    near, fully = (cv2.GaussianBlur(light, (0, 0), SHADE_MM / GRID_MM) for light in (grey, clear))
    share = np.clip(near / np.maximum(fully, 1e-3), DEEPEST, 1.0)[..., None]
    return np.asarray(np.sqrt((_levels(face) / share + NOISE_LEVELS) * 255), np.float32)


def _levels(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the grey levels of colours on the root scale."""
    return np.asarray((np.square(colours) / 255 - NOISE_LEVELS).clip(0), np.float32)


def _face(picture: Image, model: CameraModel, x: Floats, y: Floats) -> NDArray[np.float32]:
    """Return the smoothed colours (root scale) at points of the face, NaN outside the picture."""
    pixels = model.project(np.column_stack([x.ravel(), y.ravel()]), 0.0).astype(np.float32).reshape(*x.shape, 2)
    scaled = np.sqrt((picture.astype(np.float32) + np.float32(NOISE_LEVELS)) * 255)
    face = cv2.remap(scaled, pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR, borderValue=(np.nan,) * 3)
    return np.asarray(cv2.GaussianBlur(face, (0, 0), GRAIN_MM / GRID_MM), np.float32)


def _unlike(colours: Floats, at: Floats, bed: NDArray[np.int64]) -> tuple[NDArray[np.bool_], Floats]:
    """Mark the points (n,) of all beds of one colour that do not have it, at positions (n, 2); return also that colour (n, 3).

    The colour changes slowly over the board. A bed that differs as a whole, but not much, is shaded; where something covers most of a bed,
    as a flight does, it differs much.
    """
    bent = np.column_stack([np.ones(len(at)), at, at**2, at[:, 0] * at[:, 1]])
    level = _level(colours, bent)
    step = np.abs(colours - level).max(axis=1)
    limit = max(LEAST_STEP, SPREADS * MAD_TO_SIGMA * float(np.median(step)))
    own = np.zeros(len(colours))
    for name in np.unique(bed[step > limit]):
        of = np.flatnonzero(bed == name)
        if len(of) >= FEWEST_BED:
            own[of] = np.abs(colours[of] - _level(colours[of], bent[of, :3])).max(axis=1)
    return np.asarray((step > limit) & ((own > limit) | (step > SHADED_STEPS * limit))), level


def _level(colours: Floats, basis: Floats) -> Floats:
    """Return a robust fit of colours (n, 3)."""
    some = slice(None, None, max(1, len(colours) // MOST_FITTED))
    level = np.median(colours[some], axis=0)[None, :]
    coefficients = np.zeros((basis.shape[1], colours.shape[1]))
    for _ in range(ROUNDS):
        off = np.abs(colours[some] - level).max(axis=1)
        weight = (1 / (1 + (off / (2 * np.median(off) + 1e-6)) ** 2))[:, None]
        coefficients = np.linalg.lstsq(basis[some] * weight, colours[some] * weight, rcond=None)[0]
        level = basis[some] @ coefficients
    return np.asarray(basis @ coefficients, np.float64)
