"""Read the number ring: which of the ten possible rotations of the board puts the numbers where they belong."""

from functools import cache
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from schemas.board import SECTORS, BoardSpec
from workers.vision.calibration.camera_model import CameraModel
from workers.vision.frame import Image

Floats = NDArray[np.float64]
Greys = NDArray[np.float32]

# Measure again: `dartd calibrate PICTURE` on boards of several makers (refused if the numbers cannot be read).

# The unrolled ring.
COLUMNS = 64  # for each sector: about one per millimetre at the numbers
MARGIN_MM, EDGE_MM = 5.0, 1.0  # between the unrolled ring and the doubles, and the edge of the board
FEWEST = 6  # sectors whose number must be in the picture
VISIBLE = 0.97  # share of a sector in the picture

# The rows of the numbers.
TALLEST_MM, SHORTEST_MM = 26.0, 11.0
STROKES_VISIBLE, ROWS_VISIBLE = 0.9, 0.5  # share of a row, and of the rows of a sector, that is used
SMOOTHED_MM = 3  # rows over which strokes are averaged
BAND_MM = 4  # above and below these rows, that is searched

# The templates of the numbers.
HEIGHTS = (0.75, 0.87, 1.0, 1.12)  # shares of the rows of the numbers: blur and wires nearby make these look taller
WEIGHTS, WIDTHS = (400, 750), (0.75, 1.0)  # of the font: thin and bold, narrow and normal
SHORTEST_PX = 9  # height of a template
BLANK = 2.2  # width of a template with its blank border, in heights
SLACK = 10  # columns by which a number may be off the middle of its sector: numbers above the face shift in a slanted view


class NumberRingMatch(Value, frozen=True, kw_only=True):
    """The rotation of the board against the frame of the fit, in pairs of sectors, and how certain it is.

    `lead` is the difference of the scores of the best and the second rotation, in standard deviations.
    """

    rotations: int
    lead: float


def read_numbers(picture: Image, model: CameraModel, board: BoardSpec) -> NumberRingMatch | None:
    """Read the number ring; None if too little of it is visible."""
    match = _matches(_unrolled(picture, model, board))
    seen = np.isfinite(match).all(axis=(1, 2))
    if seen.sum() < FEWEST:
        return None
    match = match[seen]
    match -= match.mean(axis=1, keepdims=True)
    order = [number - 1 for number in SECTORS]
    sectors = np.flatnonzero(seen)
    rows = np.arange(len(sectors))
    readings = []
    for rotation in range(10):
        true = (sectors + 2 * rotation) % 20
        upright, head_over = match[rows, np.array(order)[true]].T
        # some boards have the numbers of their lower half upside down, so that they are upright from the oche
        lower = np.where((true > 6) & (true < 14), head_over, np.where((true == 6) | (true == 14), np.maximum(upright, head_over), upright))
        readings.append(max(upright, lower, key=np.sum))
    ranked = sorted(range(10), key=lambda rotation: -float(np.sum(readings[rotation])))
    ahead = readings[ranked[0]] - readings[ranked[1]]
    return NumberRingMatch(rotations=ranked[0], lead=float(ahead.sum() / (np.sqrt((ahead**2).sum()) + 1e-6)))


def _unrolled(picture: Image, model: CameraModel, board: BoardSpec) -> Greys:
    """Unroll the number ring clockwise: rows of 1 mm from the edge inwards, columns from half a sector before the frame's 20."""
    inner, outer = board.double_outer_mm + MARGIN_MM, board.edge_mm - EDGE_MM
    radius = np.arange(outer, inner, -1.0)
    clockwise = (np.arange(20 * COLUMNS) + 0.5) / COLUMNS - 0.5
    theta = np.pi / 2 - clockwise * np.pi / 10
    points = np.stack([radius[:, None] * np.cos(theta), radius[:, None] * np.sin(theta)], axis=-1)
    pixels = model.project(points.reshape(-1, 2), 0.0).astype(np.float32).reshape(len(radius), len(theta), 2)
    grey = picture.max(axis=2).astype(np.float32)
    ring = cv2.remap(np.sqrt(grey * 255), pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR, borderValue=np.nan)
    return np.asarray(ring, np.float32)


def _matches(ring: Greys) -> Floats:
    """Correlate each sector with each number, upright and upside down, over sizes and fonts.

    Return the best correlations (20 sectors, 20 numbers, 2), NaN where a sector is not visible.
    """
    rows = _rows_of_digits(ring)
    best = np.full((20, 20, 2), -np.inf)
    visible = np.isfinite(ring[rows[0] : rows[1]]).reshape(rows[1] - rows[0], 20, COLUMNS).mean(axis=(0, 2)) > VISIBLE
    band = ring[max(0, rows[0] - BAND_MM) : rows[1] + BAND_MM]
    band = np.where(np.isfinite(band), band, np.nanmedian(band)).astype(np.float32)
    band = np.concatenate([band[:, -COLUMNS:], band, band[:, :COLUMNS]], axis=1)
    tall = rows[1] - rows[0]
    heights = sorted({max(SHORTEST_PX, round(tall * share)) for share in HEIGHTS})
    for height, weight, squeeze, number in product(heights, WEIGHTS, WIDTHS, range(1, 21)):
        upright = _template(number, height, weight, squeeze)
        for flip, template in enumerate((upright, upright[::-1, ::-1])):
            if template.shape[0] <= band.shape[0]:
                best[:, number - 1, flip] = np.maximum(best[:, number - 1, flip], _peaks(band, template))
    best[~visible] = np.nan
    return np.where(np.isfinite(best), best, np.nan)


def _peaks(band: Greys, template: Greys) -> Floats:
    """Return the best correlation of a template near the middle of each sector (20,)."""
    found = cv2.matchTemplate(band, np.ascontiguousarray(template), cv2.TM_CCOEFF_NORMED)
    peak = np.nan_to_num(found).max(axis=0)
    middle = COLUMNS + COLUMNS // 2 - template.shape[1] // 2
    starts = middle + np.arange(20) * COLUMNS
    return np.array([peak[at - SLACK : at + SLACK + 1].max() for at in starts], float)


def _rows_of_digits(ring: Greys) -> tuple[int, int]:
    """Find the rows where most sectors have strokes; a single inscription (a maker's name) and a continuous wire do not count."""
    change = np.abs(ring[:, 2:] - ring[:, :-2])
    change = np.pad(change, ((0, 0), (1, 1)), constant_values=np.nan).reshape(len(ring), 20, COLUMNS)
    known = np.isfinite(change)
    middle = slice(COLUMNS // 4, 3 * COLUMNS // 4)
    energy = np.where(known, change, 0)[:, :, middle].sum(axis=2) / np.maximum(known[:, :, middle].sum(axis=2), 1)
    energy = np.where(known[:, :, middle].mean(axis=2) > STROKES_VISIBLE, energy, np.nan)
    seen = energy[:, np.isfinite(energy).mean(axis=0) > ROWS_VISIBLE]
    if seen.shape[1] == 0:
        return 0, len(ring)
    seen = np.nan_to_num(seen / np.maximum(np.nanmax(seen, axis=0), 1e-3))
    profile = np.median(seen, axis=1)
    profile = np.convolve(profile, np.ones(SMOOTHED_MM) / SMOOTHED_MM, mode="same")
    best, rows = -np.inf, (0, len(ring))
    level = profile.mean()
    total = np.concatenate([[0], np.cumsum(profile - level)])
    for height in range(int(SHORTEST_MM), int(TALLEST_MM) + 1):
        for top in range(len(ring) - height + 1):
            value = total[top + height] - total[top]
            if value > best:
                best, rows = value, (top, top + height)
    return rows


@cache
def _template(number: int, height: int, weight: int, squeeze: float) -> Greys:
    """Draw a number with a blank border, so that a digit does not match half of a number with two digits."""
    face = cv2.FontFace("sans")
    canvas = np.zeros((200, 400), np.uint8)
    _, drawn_on = cv2.putText(canvas, str(number), (60, 150), 255, face, 100, weight)
    canvas = np.asarray(drawn_on, np.uint8)
    ys, xs = np.nonzero(canvas)
    drawn = canvas[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    width = max(3, round(drawn.shape[1] / drawn.shape[0] * height * squeeze))
    small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    across = round(BLANK * height)
    left = max(2, (across - width) // 2)
    padded = cv2.copyMakeBorder(small, 2, 2, left, max(2, across - width - left), cv2.BORDER_CONSTANT, value=0)
    return cv2.GaussianBlur(padded, (0, 0), 1.0).astype(np.float32)
