"""Measure cross-sections of thin objects in a difference: the part with a dart is rotated so that it is upright, and read row by row."""

from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.vision.board_masks import outward_direction
from workers.vision.difference import Difference
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection, Floats

# Lengths in mm are on a dart. Measure again: `python -m tests.bench.visits --visits 500 --rigs 25` (errors and missed darts).
MARGIN_PX = 12  # around a cluster in its patch, for the edges of cross-sections and for the end
CLOSE_PX = (3, 5)  # rows, columns: holes in a barrel that has the colour of the bed
WIDEST_MM = 11.0  # barrels are up to 9 mm thick, and the picture blurs them
LEANS_RAD = (0.0, -0.55, 0.55)  # cross-sections are square to darts that lean by this in the picture, against one that is perpendicular to
STEEPEST = 0.33  # the face, and to those that lean up to 18° (this slope) more or less: oblique cross-sections make barrels too wide
BORDER_PX = (4, 6)  # left and right: a run of change closer to the border of the patch has no room for its edges
EDGE_PX = (3, 4)  # an edge is searched from 3 px inside a run of change to 4 px outside
NEIGHBOUR_PX = 2  # outside an edge: the pixel that decides whether another dart adjoins
FULL_CONTRAST_LEVELS = (
    40.0  # contrast of full weight; shadows of a ring of lamps are faint streaks around the point of a dart and weigh less
)
FAINTEST = 0.25  # the least weight for contrast
ADJOINING = 0.3  # factor on the weight of a cross-section that adjoins another dart: that one may hide an edge
TRIMMED = 0.5  # of its height: what is fainter at the sides of a run that is too wide for one dart is blur, compression or shadow
SKIRTS_PX = 6.0  # and no wider than that by more than this, both sides together: it is two objects otherwise
MERGED_MM = 22.0  # up to this width a run over a dart that was pushed may be two darts: each outer edge is one of a dart
BARREL_MM = 6.5  # the width of a barrel, to place the middle of a dart where one edge is known; the supervisor knows it better


@dataclass(frozen=True)
class CrossSections:
    """Cross-sections in a patch: `row` along the axis (tip downwards), `middle` and `width` in px, `weight` 0 to 1.

    `hidden` is 1 where another dart may hide the right edge, -1 the left one, 2 both, 0 neither.
    """

    row: Floats
    middle: Floats
    width: Floats
    weight: Floats
    hidden: NDArray[np.int8]


NO_SECTIONS = CrossSections(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, np.int8))


@dataclass(frozen=True)
class UprightPatch:
    """A part of the picture, rotated so that a dart is upright in it, tip down."""

    to_patch: Floats
    magnitude: NDArray[np.float32]
    threshold: NDArray[np.float32]
    changed: Image
    known: Image
    pushed: Image | None
    px_per_mm: float


def upright_patch(
    diff: Difference, darts: tuple[Image, Image | None], cluster: Image, projection: CameraProjection, lean_rad: float
) -> UprightPatch:
    """Rotate the part of the picture with a cluster so that a dart that leans by `lean_rad` at its lower end is upright.

    `darts` are the masks of darts that are known, and of those that were pushed.
    """
    points = np.asarray(cv2.findNonZero(cluster), float).reshape(-1, 2)
    middle = points.mean(axis=0)
    direction, _ = outward_direction(projection, middle)
    lowest = points[np.argmin(points @ direction)]
    direction, px_per_mm = outward_direction(projection, lowest)
    c, s = np.cos(lean_rad), np.sin(lean_rad)
    direction = np.array([[c, -s], [s, c]]) @ direction
    # rows grow towards the board: the patch's y axis is minus the outward direction
    rotation = np.array([[-direction[1], direction[0]], [-direction[0], -direction[1]]])
    rotated = points @ rotation.T
    low, high = rotated.min(axis=0) - MARGIN_PX, rotated.max(axis=0) + MARGIN_PX
    size = (int(np.ceil(high[0] - low[0])), int(np.ceil(high[1] - low[1])))
    to_patch = np.column_stack([rotation, -low])

    def warp(picture: Image, how: int) -> Image:
        return cv2.warpAffine(picture, to_patch, size, flags=how).astype(np.uint8, copy=False)

    magnitude = cv2.blur(warp(diff.magnitude, cv2.INTER_LINEAR).astype(np.float32), (1, 3))
    return UprightPatch(
        to_patch,
        np.asarray(magnitude, np.float32),
        warp(diff.clear_threshold, cv2.INTER_NEAREST).astype(np.float32),
        cv2.morphologyEx(warp(cluster, cv2.INTER_NEAREST), cv2.MORPH_CLOSE, np.ones(CLOSE_PX, np.uint8)).astype(np.uint8, copy=False),
        warp(darts[0], cv2.INTER_NEAREST),
        None if darts[1] is None else warp(darts[1], cv2.INTER_NEAREST),
        px_per_mm,
    )


def cross_sections(patch: UprightPatch) -> CrossSections:
    """Measure the runs of change in each row that are thin enough, with sub-pixel edges at half height."""
    inside = np.pad((patch.changed > 0).astype(np.int8), ((0, 0), (1, 1)))
    step = np.diff(inside, axis=1)
    row, first = np.nonzero(step == 1)
    _, last = np.nonzero(step == -1)
    last = last - 1
    inside_patch = (first > BORDER_PX[0]) & (last < patch.changed.shape[1] - BORDER_PX[1])
    width_px = last - first + 1
    thin = inside_patch & (width_px <= WIDEST_MM * patch.px_per_mm)
    wide = inside_patch & ~thin & (width_px <= MERGED_MM * patch.px_per_mm)
    merged = _is_merged(patch, row[wide], first[wide], last[wide])
    two, one = np.flatnonzero(wide)[merged], np.flatnonzero(wide)[~merged]
    one = one[(width_px[one] <= WIDEST_MM * patch.px_per_mm + SKIRTS_PX) & ~_adjoins_known(patch, row[one], first[one], last[one])]
    first[one], last[one] = _trimmed(patch.magnitude, row[one], first[one], last[one])
    thin[one] = last[one] - first[one] + 1 <= WIDEST_MM * patch.px_per_mm
    return _joined(_whole(patch, row[thin], first[thin], last[thin]), _merged(patch, row[two], first[two], last[two]))


def _joined(one: CrossSections, other: CrossSections) -> CrossSections:
    return CrossSections(*(np.concatenate([getattr(one, f.name), getattr(other, f.name)]) for f in fields(CrossSections)))


def _trimmed(
    magnitude: NDArray[np.float32], row: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Trim runs to where the change is `TRIMMED` of its height: blur widens them by pixels, and in coarse pictures these are many mm."""
    if len(row) == 0:
        return first, last
    columns = first[:, None] + np.arange(int((last - first).max()) + 1)
    profile = magnitude[row[:, None], np.minimum(columns, last[:, None])]
    profile[columns > last[:, None]] = 0
    high = profile >= TRIMMED * profile.max(axis=1, keepdims=True)
    return first + high.argmax(axis=1), first + high.shape[1] - 1 - high[:, ::-1].argmax(axis=1)


def _adjoins_known(patch: UprightPatch, row: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which runs have a known dart within or next to them: their sides are not those of one dart."""
    before = np.pad(np.cumsum(patch.known > 0, axis=1), ((0, 0), (1, 0)))
    left, right = np.maximum(first - NEIGHBOUR_PX, 0), np.minimum(last + NEIGHBOUR_PX + 1, patch.known.shape[1])
    return np.asarray(before[row, right] > before[row, left], bool)


def _is_merged(patch: UprightPatch, row: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which runs that are wide enough for two darts lie where a dart was pushed."""
    if patch.pushed is None:
        return np.zeros(len(row), bool)
    before = np.pad(np.cumsum(patch.pushed > 0, axis=1), ((0, 0), (1, 0)))
    return np.asarray(before[row, last + 1] > before[row, first], bool)


def _merged(patch: UprightPatch, row: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp]) -> CrossSections:
    """Measure runs that are two darts: one cross-section at each outer edge."""
    if len(row) == 0:
        return NO_SECTIONS
    width = BARREL_MM * patch.px_per_mm
    parts = []
    for column, side in ((first, -1), (last, 1)):
        middle = _edge(patch.magnitude, row, column, side) - side * width / 2
        contrast = patch.magnitude[row, np.clip(middle.astype(int), 0, patch.magnitude.shape[1] - 1)]
        weight = ADJOINING * np.clip(contrast / FULL_CONTRAST_LEVELS, FAINTEST, 1.0)
        parts.append(CrossSections(row.astype(float), middle, np.full(len(row), width), weight, np.full(len(row), -side, np.int8)))
    return _joined(*parts)


def _whole(patch: UprightPatch, row: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp]) -> CrossSections:
    """Measure runs that are thin enough for one dart."""
    if len(row) == 0:
        return NO_SECTIONS
    left = _edge(patch.magnitude, row, first, -1)
    right = _edge(patch.magnitude, row, last, 1)
    hidden_left = patch.known[row, np.maximum(first - NEIGHBOUR_PX, 0)] > 0
    hidden_right = patch.known[row, np.minimum(last + NEIGHBOUR_PX, patch.known.shape[1] - 1)] > 0
    hidden = np.where(hidden_left & hidden_right, np.int8(2), hidden_right.astype(np.int8) - hidden_left)
    contrast = patch.magnitude[row, (first + last) // 2]
    clear = np.clip(contrast / FULL_CONTRAST_LEVELS, FAINTEST, 1.0)
    weight = np.where(hidden_left | hidden_right, ADJOINING * clear, clear)
    return CrossSections(row.astype(float), (left + right) / 2, right - left, weight, hidden)


def _edge(magnitude: NDArray[np.float32], row: NDArray[np.intp], column: NDArray[np.intp], side: int) -> Floats:
    """Find where the change falls to half of its height at the edge, in px; `side` is -1 for the left edge, 1 for the right one."""
    offsets = np.arange(-EDGE_PX[0], EDGE_PX[1] + 1)  # in px from the inside to the outside
    columns = np.clip(column[:, None] + side * offsets[None, :], 0, magnitude.shape[1] - 1)
    profile = magnitude[row[:, None], columns]
    half = profile[:, : EDGE_PX[0] + 2].max(axis=1) / 2
    below = profile < half[:, None]
    below[:, : EDGE_PX[0] - 1] = False
    k = np.where(below.any(axis=1), below.argmax(axis=1), len(offsets) - 1)
    n = np.arange(len(row))
    high, low = profile[n, k - 1], profile[n, k]
    part = np.clip((high - half) / np.maximum(high - low, 1e-3), 0, 1)
    return np.asarray(column + side * (offsets[k - 1] + part), float)
