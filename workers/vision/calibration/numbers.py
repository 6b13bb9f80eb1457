"""Reading the number ring: which of the ten possible turns puts the numbers where a board has them."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from schemas.board import SECTORS, BoardSpec
from workers.vision.calibration.model import Model
from workers.vision.frame import Image

Floats = NDArray[np.float64]
Greys = NDArray[np.float32]

COLUMNS = 64  # of the unrolled ring to each sector: about one a millimetre at the numbers
MARGIN_MM = 5.0  # the unrolled ring begins this far outside the doubles and ends this far inside the edge
TALLEST_MM, SHORTEST_MM = 26.0, 11.0
HEIGHTS = (0.75, 0.87, 1.0, 1.12)  # of the rows in which strokes are found: blur and neighbouring wires make those look taller
SLACK = 10  # columns by which a number may stand beside the middle of its sector (numbers stand off, so they shift in a slanted view)


class Reading(Value, frozen=True, kw_only=True):
    """How many sectors the board is turned against the frame of the fit, in pairs, and how sure that is.

    `lead` is how far the best turn leads the second, summed over the sectors, in standard deviations of that sum.
    """

    turns: int
    lead: float


def read_numbers(picture: Image, model: Model, board: BoardSpec) -> Reading | None:
    """Read the number ring; None when too little of it can be seen."""
    match = _matches(_unrolled(picture, model, board))
    seen = np.isfinite(match).all(axis=(1, 2))
    if seen.sum() < FEWEST:
        return None
    match = match[seen]
    match -= match.mean(axis=1, keepdims=True)
    order = [number - 1 for number in SECTORS]
    places = np.flatnonzero(seen)
    rows = np.arange(len(places))
    readings = []
    for turn in range(10):
        true = (places + 2 * turn) % 20
        upright, head_over = match[rows, np.array(order)[true]].T
        # some boards turn the numbers of their lower half head over, so that they read upright from the oche
        lower = np.where((true > 6) & (true < 14), head_over, np.where((true == 6) | (true == 14), np.maximum(upright, head_over), upright))
        readings.append(max(upright, lower, key=np.sum))
    ranked = sorted(range(10), key=lambda turn: -float(np.sum(readings[turn])))
    ahead = readings[ranked[0]] - readings[ranked[1]]
    return Reading(turns=ranked[0], lead=float(ahead.sum() / (np.sqrt((ahead**2).sum()) + 1e-6)))


FEWEST = 6  # sectors whose number must lie in the picture


def _unrolled(picture: Image, model: Model, board: BoardSpec) -> Greys:
    """Unroll the number ring clockwise: rows of 1 mm from the edge inwards, columns from half a sector before the frame's 20."""
    inner, outer = board.double_outer_mm + MARGIN_MM, board.edge_mm - 1.0
    radius = np.arange(outer, inner, -1.0)
    clockwise = (np.arange(20 * COLUMNS) + 0.5) / COLUMNS - 0.5
    theta = np.pi / 2 - clockwise * np.pi / 10
    points = np.stack([radius[:, None] * np.cos(theta), radius[:, None] * np.sin(theta)], axis=-1)
    pixels = model.project(points.reshape(-1, 2), 0.0).astype(np.float32).reshape(len(radius), len(theta), 2)
    grey = picture.max(axis=2).astype(np.float32)
    ring = cv2.remap(np.sqrt(grey * 255), pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR, borderValue=np.nan)
    return np.asarray(ring, np.float32)


def _matches(ring: Greys) -> Floats:
    """Correlate each sector with each number, upright and head over, over sizes and founts: (20 sectors, 20 numbers, 2), NaN unseen."""
    rows = _rows_of_digits(ring)
    best = np.full((20, 20, 2), -np.inf)
    visible = np.isfinite(ring[rows[0] : rows[1]]).reshape(rows[1] - rows[0], 20, COLUMNS).mean(axis=(0, 2)) > 0.97
    band = ring[max(0, rows[0] - 4) : rows[1] + 4]
    band = np.where(np.isfinite(band), band, np.nanmedian(band)).astype(np.float32)
    band = np.concatenate([band[:, -COLUMNS:], band, band[:, :COLUMNS]], axis=1)
    tall = rows[1] - rows[0]
    for height in sorted({max(9, round(tall * share)) for share in HEIGHTS}):
        for weight in (400, 750):
            for squeeze in (0.75, 1.0):
                for number in range(1, 21):
                    upright = _template(number, height, weight, squeeze)
                    for flip, template in enumerate((upright, upright[::-1, ::-1])):
                        if template.shape[0] > band.shape[0]:
                            continue
                        found = cv2.matchTemplate(band, np.ascontiguousarray(template), cv2.TM_CCOEFF_NORMED)
                        peak = np.nan_to_num(found).max(axis=0)
                        middle = COLUMNS + COLUMNS // 2 - template.shape[1] // 2
                        for sector in range(20):
                            at = middle + sector * COLUMNS
                            best[sector, number - 1, flip] = max(best[sector, number - 1, flip], peak[at - SLACK : at + SLACK + 1].max())
    best[~visible] = np.nan
    return np.where(np.isfinite(best), best, np.nan)


def _rows_of_digits(ring: Greys) -> tuple[int, int]:
    """Find the rows where most sectors have strokes: what is written once (a maker's name) and what runs around (a wire) do not count."""
    change = np.abs(ring[:, 2:] - ring[:, :-2])
    change = np.pad(change, ((0, 0), (1, 1)), constant_values=np.nan).reshape(len(ring), 20, COLUMNS)
    known = np.isfinite(change)
    middle = slice(COLUMNS // 4, 3 * COLUMNS // 4)
    energy = np.where(known, change, 0)[:, :, middle].sum(axis=2) / np.maximum(known[:, :, middle].sum(axis=2), 1)
    energy = np.where(known[:, :, middle].mean(axis=2) > 0.9, energy, np.nan)
    seen = energy[:, np.isfinite(energy).mean(axis=0) > 0.5]
    if seen.shape[1] == 0:
        return 0, len(ring)
    seen = np.nan_to_num(seen / np.maximum(np.nanmax(seen, axis=0), 1e-3))
    profile = np.median(seen, axis=1)
    profile = np.convolve(profile, np.ones(3) / 3, mode="same")
    best, place = -np.inf, (0, len(ring))
    level = profile.mean()
    total = np.concatenate([[0], np.cumsum(profile - level)])
    for height in range(int(SHORTEST_MM), int(TALLEST_MM) + 1):
        for top in range(len(ring) - height + 1):
            value = total[top + height] - total[top]
            if value > best:
                best, place = value, (top, top + height)
    return place


@cache
def _template(number: int, height: int, weight: int, squeeze: float) -> Greys:
    """Draw a number with blank room around it, so that a digit does not pass for half of a number with two."""
    face = cv2.FontFace("sans")
    canvas = np.zeros((200, 400), np.uint8)
    _, drawn_on = cv2.putText(canvas, str(number), (60, 150), 255, face, 100, weight)
    canvas = np.asarray(drawn_on, np.uint8)
    ys, xs = np.nonzero(canvas)
    drawn = canvas[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    width = max(3, round(drawn.shape[1] / drawn.shape[0] * height * squeeze))
    small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    across = round(2.2 * height)
    left = max(2, (across - width) // 2)
    padded = cv2.copyMakeBorder(small, 2, 2, left, max(2, across - width - left), cv2.BORDER_CONSTANT, value=0)
    return cv2.GaussianBlur(padded, (0, 0), 1.0).astype(np.float32)
