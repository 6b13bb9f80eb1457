"""Read the number ring: which of the ten possible rotations of the board puts the numbers where they belong.

All twenty numbers in their order are one hypothesis, with the height of the ring above the face, the distance of the numbers from the
centre and their size in common. A network gives the probability of each number in each sector; a sector in which none is recognised says
nothing. The evidence for a hypothesis is the logarithm of its likelihood against that of twenty sectors that say nothing. Rotations by
an odd number of sectors, which the colours of the beds exclude, and the mirrored board are hypotheses too: evidence by chance supports
them as often as the possible ones, so a rotation is certain only if it is far more likely than all of these.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from schemas.board import SECTORS, BoardSpec
from workers.vision.calibration.camera_model import CameraModel
from workers.vision.calibration.glyphs import CELL_PX, COLUMNS, GLYPH_PX, ROWS, Readers, describe, readers
from workers.vision.frame import Image

Floats = NDArray[np.float32]

# Measure again: `python -m tests.bench.boards FOLDER`.

# What is common to all numbers.
HEIGHTS_MM = (15.0, 18.0, 21.5, 26.0)  # of the numbers: in steps that the network tolerates
ABOVE_MM = (0.0, 5.0, 10.0)  # of the ring above the face: printed numbers lie on it, wires stand off by up to a finger's breadth
SECTOR_MM = 65.0  # width of a sector at the numbers
INSIDE_MM, OUTSIDE_MM = 8.0, 10.0  # of the strip, within the doubles' outer edge and beyond the edge of the board
CLEAR_MM, OVER_MM = 3.0, 4.0  # numbers end this far from the doubles, and at most this far beyond the edge of the board

# What each number may deviate.
SHIFTS = 2  # cells of `CELL_PX` to both sides: numbers above the face shift in a slanted view
SLACK = 1  # cells, inwards and outwards
BACKGROUND = 1e-3  # weight of a shift at which no number is recognised
HALF_WIDTH = 0.6  # of a number, in its heights
VISIBLE = 0.97  # share of a number that must be in the picture
MISTAKE = 0.03  # chance that a sector shows anything: a clip, an inscription, a number that is read wrong

# The numbers around the bottom may stand upside down, so that they are upright from the oche.
LOWEST, MOST_LOWERED = 10, 5  # the place of the 3, and to how many places at each side of it they do at most
PRIOR_NOTHING = math.log(10)  # as likely as that the ring is readable, in any of its ten rotations

SURE = 9.0  # lead (logarithm of the odds) with which the mirrored board is not tried: readable rings have 12 and more, by chance at most 5

_ORDER = np.array(SECTORS) - 1
_PLACES = np.arange(20)


class NumberRingMatch(Value, frozen=True, kw_only=True):
    """The rotation of the board against the frame of the fit, in pairs of sectors, and its probability.

    `mirrored` is the probability that the picture is mirrored. `log_odds` holds the evidence for each of the ten rotations against none;
    evidence that is not more than that for an impossible one counts nothing.
    """

    rotations: int
    probability: float
    mirrored: float
    log_odds: tuple[float, ...] = ()


class _Strip(NamedTuple):
    """The unrolled ring for one height above the face and one size of the numbers; rows go inwards, columns clockwise.

    `visible` marks the pixels that are in the picture, `radius_mm` is that of each row, `cells` the width of a sector.
    """

    root: Floats
    visible: NDArray[np.bool_]
    radius_mm: NDArray[np.float64]
    cells: int


def read_numbers(picture: Image, model: CameraModel, board: BoardSpec) -> NumberRingMatch:
    """Read the number ring of a BGR picture."""
    root = np.sqrt(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32) * 255)
    strips = [(height, _unrolled(root, model, board, above, height)) for above in ABOVE_MM for height in HEIGHTS_MM]
    network, opposite = readers()
    straight = _evidence(strips, board, network)
    is_sure = straight.max() - np.sort(straight)[-2] > SURE and straight.max() > PRIOR_NOTHING + SURE
    mirrored = np.full(20, -np.inf) if is_sure else _evidence(strips, board, opposite)
    evidence = np.concatenate([straight, mirrored])
    weight = np.exp(evidence - evidence.max())
    total = float(weight.sum() + np.exp(PRIOR_NOTHING - evidence.max()))
    best = int(straight[::2].argmax())
    by_chance = max(0.0, float(np.logaddexp.reduce(np.concatenate([straight[1::2], mirrored]))))
    return NumberRingMatch(
        rotations=best,
        probability=float(weight[2 * best]) / total,
        mirrored=float(weight[len(straight) :: 2].sum()) / total,
        log_odds=tuple((np.logaddexp(straight[::2], by_chance) - by_chance).round(3).tolist()),
    )


def _unrolled(root: Floats, model: CameraModel, board: BoardSpec, above_mm: float, height_mm: float) -> _Strip:
    """Unroll the number ring; a number is `GLYPH_PX` high, and columns begin half a sector before the frame's 20."""
    step = height_mm / GLYPH_PX
    inner, outer = board.double_outer_mm - INSIDE_MM, board.edge_mm + OUTSIDE_MM
    cells = round(SECTOR_MM / step / CELL_PX)
    radius = outer - (np.arange(int((outer - inner) / step)) + 0.5) * step
    theta = np.pi / 2 - ((np.arange(20 * cells * CELL_PX) + 0.5) / (cells * CELL_PX) - 0.5) * np.pi / 10
    points = np.stack([radius[:, None] * np.cos(theta), radius[:, None] * np.sin(theta)], axis=-1)
    pixels = model.project(points.reshape(-1, 2), above_mm).astype(np.float32).reshape(len(radius), len(theta), 2)
    strip = cv2.remap(root, pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    visible = np.all((pixels >= 0) & (pixels <= [root.shape[1] - 1, root.shape[0] - 1]), axis=2)
    return _Strip(np.asarray(strip, np.float32), visible, np.asarray(radius, np.float64), cells)


def _evidence(strips: list[tuple[float, _Strip]], board: BoardSpec, network: Readers) -> NDArray[np.float64]:
    """Return the evidence (20,) for the rotations of the board by 0 to 19 sectors, over what all numbers have in common."""
    likelihood = np.concatenate([np.stack(list(_likelihoods(strip, board, height, network))) for height, strip in strips])
    if network.mirrored:
        likelihood = likelihood[:, -_PLACES % 20]
    evidence = np.empty((20, MOST_LOWERED + 1, len(likelihood)))
    for rotation in range(20):
        place = (_PLACES + rotation) % 20
        number = _ORDER[place]
        for lowered in range(MOST_LOWERED + 1):
            upside_down = (np.abs(place - LOWEST) < lowered).astype(int)
            evidence[rotation, lowered] = likelihood[:, _PLACES, upside_down, number].sum(axis=1)
    flat = evidence.reshape(20, -1)
    return np.asarray(np.logaddexp.reduce(flat, axis=1) - math.log(flat.shape[1]))


def _likelihoods(strip: _Strip, board: BoardSpec, height_mm: float, network: Readers) -> Iterator[NDArray[np.float64]]:
    """Return for each distance of the numbers from the centre the log-likelihood ratios (20 sectors, upright or not, 20 numbers)."""
    margin = COLUMNS // 2 + SHIFTS + 1
    around = np.concatenate([strip.root[:, -margin * CELL_PX :], strip.root, strip.root[:, : margin * CELL_PX]], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(describe(around), (ROWS, COLUMNS), axis=(0, 1))
    middle = strip.radius_mm[np.minimum((np.arange(len(windows)) + ROWS // 2) * CELL_PX + CELL_PX // 2, len(strip.radius_mm) - 1)]
    fits = (middle - height_mm / 2 > board.double_outer_mm + CLEAR_MM) & (middle + height_mm / 2 < board.edge_mm + OVER_MM)
    starts = margin + np.arange(20) * strip.cells + strip.cells // 2 - COLUMNS // 2
    columns = (starts[:, None] + np.arange(-SHIFTS, SHIFTS + 1)).ravel()
    rows = np.flatnonzero(fits)
    patches = windows[rows[:, None], columns].transpose(0, 1, 3, 4, 2).reshape(len(rows) * len(columns), -1)
    found = network.recognise(patches).reshape(len(rows), 20, 2 * SHIFTS + 1, 2, 21)
    half = round(HALF_WIDTH * GLYPH_PX)
    pixels = (np.arange(20)[:, None] * strip.cells + strip.cells // 2) * CELL_PX + np.arange(-half, half)
    for k, row in enumerate(rows):
        near = found[max(0, k - SLACK) : k + SLACK + 1]
        # where in reach a number is recognised counts, and not where between two of them nothing is
        weight = (1 - near[..., 20:]) ** 2 + BACKGROUND
        likely = (near * weight).sum(axis=(0, 2)) / weight.sum(axis=(0, 2))
        top = row * CELL_PX + (ROWS * CELL_PX - GLYPH_PX) // 2
        seen = strip.visible[top : top + GLYPH_PX][:, pixels].mean(axis=(0, 2)) > VISIBLE
        ratio = np.log((1 - MISTAKE) * (20 * likely[..., :20] + likely[..., 20:]) + MISTAKE)
        yield np.where(seen[:, None, None], ratio, 0.0)
