"""The share of right beds that measured errors would give on darts spread evenly over the board."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.board import SECTOR_RAD, BoardSpec

WIRE_MM = 0.6  # half the thickness of a wire: no point sticks so near to a boundary; as workers.vision.calibration.model.WIRE_HEIGHT_MM
SPACING_MM = 1.5  # between the sampled points: the share is good to 0.001

Floats = NDArray[np.float64]


def expected_right(errors_mm: Sequence[tuple[float, float]], board: BoardSpec | None = None) -> float:
    """Return the share of right beds (0 to 1) when darts spread evenly within the double ring have each error; 0 without errors."""
    if not errors_mm:
        return 0.0
    spec = board or BoardSpec()
    thrown = _evenly(spec)
    true = _beds(thrown, spec)
    return float(np.mean([np.mean(_beds(thrown + np.array(error), spec) == true) for error in errors_mm]))


def _evenly(board: BoardSpec) -> Floats:
    """Return points (n, 2) spread over the beds, clear of the wires."""
    steps = np.arange(-board.double_outer_mm, board.double_outer_mm, SPACING_MM) + SPACING_MM / 3
    points = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    radius = np.hypot(*points.T)
    off_rings = np.abs(radius[:, None] - np.array(board.radii_mm)).min(axis=1)
    off_rad = (np.arctan2(points[:, 1], points[:, 0]) + SECTOR_RAD / 2) % SECTOR_RAD
    off_radials = np.where(radius > board.single_bull_mm, radius * np.sin(np.minimum(off_rad, SECTOR_RAD - off_rad)), np.inf)
    clear: Floats = points[(radius < board.double_outer_mm) & (np.minimum(off_rings, off_radials) >= WIRE_MM)]
    return clear


def _beds(points: Floats, board: BoardSpec) -> NDArray[np.int64]:
    """Return a number for the bed of each point (n, 2): rings from the bull outwards, with the sector where a ring has sectors."""
    ring = np.searchsorted(np.array(board.radii_mm), np.hypot(*points.T), side="right")
    sector = np.floor((np.arctan2(points[:, 1], points[:, 0]) + SECTOR_RAD / 2) / SECTOR_RAD).astype(np.int64) % 20
    has_sectors = (ring > 1) & (ring < len(board.radii_mm))
    return np.asarray(ring * 20 + np.where(has_sectors, sector, 0), np.int64)
