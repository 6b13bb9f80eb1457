"""Find the axes of thin straight things in a difference: darts, several hypotheses of them.

The change is cut across the direction in which darts stand out of the board. Each cut through a point, barrel or shaft gives a middle
between two edges at half height; middles that lie on one line are a dart's axis, known across to a fraction of a pixel. Flights are
too wide to take part. Where the change ends on the line, towards the board, is the tip, known to some pixels only.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Pixel
from schemas.pipe.sightings import CrossSection, Sighting
from workers.vision.difference import Difference
from workers.vision.frame import Image
from workers.vision.projection import Floats, Projection
from workers.vision.region import outward

WIDEST_MM = 11.0  # barrels are up to 9 mm thick, and the picture blurs them
LEANS_RAD = (0.0, -0.55, 0.55)  # cuts are square to darts that lean so in the picture, against one that stands straight,
STEEPEST = 0.33  # and to those that lean less than 18° more or less: oblique cuts make barrels too wide
NEAR_TIP_MM = 75.0  # point and barrel: the part of the axis that counts
SHORTEST_MM = 9.0
FEWEST = 8
ON_LINE_PX = 1.3
HYPOTHESES = 4
SMALLEST_PX = 25
MOST_CLUSTERS = 6
MARGIN_PX = 12
GAP_MM = 9.0
SYSTEMATIC_PX = 0.2  # registration, lens and the dart's own roundness: what does not average out along the axis
ENDS_PX = 2.5
TAPERED = 0.6  # of a barrel's width: what is so much thinner where it ends is a point, and the end is a tip
POINT_MM = (12.0, 40.0)  # from the end on: within the first is nothing but point, beyond the second nothing but barrel
BLUNT_MM = 8.0  # how far along an end that does not taper is from the tip in 68 %: a dark point is not seen, or a shadow goes on beyond it
BLUR_PX = 2.0  # blur draws out an end: where it is lost in noise lies so far beyond where it is half as strong as before
CLEAR_LEVELS = 40.0  # shadows of a ring of lamps are faint streaks around the foot of a dart: they weigh less than the dart
FAINTEST = 0.25
BESIDE = 0.3  # of a cut beside a dart that stands: that one may hide an edge of it


@dataclass(frozen=True)
class Cuts:
    """Cross-sections in a patch: `row` along the axis (tip downwards), `middle` and `width` in px, `weight` 0 to 1.

    `hidden` is 1 where the right edge may be hidden by a dart that stands, -1 where the left one may be, 2 where both, 0 where neither.
    """

    row: Floats
    middle: Floats
    width: Floats
    weight: Floats
    hidden: NDArray[np.int8]


@dataclass(frozen=True)
class Patch:
    """A part of the picture turned so that a straight dart stands upright in it, tip down."""

    to_patch: Floats
    magnitude: NDArray[np.float32]
    threshold: NDArray[np.float32]
    changed: Image
    known: Image
    px_per_mm: float


def find_axes(diff: Difference, known: Image, projection: Projection) -> list[Sighting]:
    """List the thin straight things that changed, best supported first; `known` is 255 where earlier darts are."""
    sightings = []
    for cluster in _clusters(diff.changed):
        for lean_rad in LEANS_RAD:
            sightings += _lines(_upright(diff, known, cluster, projection, lean_rad), projection)
    return _different(sorted(sightings, key=_rank), projection)[: 2 * HYPOTHESES]


def _rank(sighting: Sighting) -> float:
    return -sighting.confidence * len(sighting.sections)


def _different(sightings: list[Sighting], projection: Projection) -> list[Sighting]:
    """Keep of the same line, found square to two leans, the first."""
    kept: list[Sighting] = []
    same = ON_LINE_PX / projection.calibration.focal_x_px
    for one in sightings:
        sections = np.array([[s.u, s.v] for s in one.sections])
        if not any(np.median(np.abs((sections - [k.u, k.v]) @ [-k.dv, k.du])) < same for k in kept):
            kept.append(one)
    return kept


def _clusters(changed: Image) -> list[Image]:
    """Part the changed areas, near ones together: for each of the largest a picture with that one alone."""
    joined = cv2.dilate(cv2.morphologyEx(changed, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.ones((13, 13), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    largest = sorted(range(1, count), key=lambda k: -int(stats[k, cv2.CC_STAT_AREA]))[:MOST_CLUSTERS]
    clusters = [cv2.bitwise_and(changed, changed, mask=(labels == k).astype(np.uint8)).astype(np.uint8, copy=False) for k in largest]
    return [c for c in clusters if cv2.countNonZero(c) >= SMALLEST_PX]


def _upright(diff: Difference, known: Image, cluster: Image, projection: Projection, lean_rad: float) -> Patch:
    """Turn the part of the picture with a cluster so that a dart that leans so at its lower end is upright."""
    points = np.asarray(cv2.findNonZero(cluster), float).reshape(-1, 2)
    middle = points.mean(axis=0)
    direction, _ = outward(projection, middle)
    lowest = points[np.argmin(points @ direction)]
    direction, px_per_mm = outward(projection, lowest)
    c, s = np.cos(lean_rad), np.sin(lean_rad)
    direction = np.array([[c, -s], [s, c]]) @ direction
    # rows grow towards the board: the patch's y axis is minus the outward direction
    turn = np.array([[-direction[1], direction[0]], [-direction[0], -direction[1]]])
    turned = points @ turn.T
    low, high = turned.min(axis=0) - MARGIN_PX, turned.max(axis=0) + MARGIN_PX
    size = (int(np.ceil(high[0] - low[0])), int(np.ceil(high[1] - low[1])))
    to_patch = np.column_stack([turn, -low])

    def warp(picture: Image, how: int) -> Image:
        return cv2.warpAffine(picture, to_patch, size, flags=how).astype(np.uint8, copy=False)

    magnitude = cv2.blur(warp(diff.magnitude, cv2.INTER_LINEAR).astype(np.float32), (1, 3))
    return Patch(
        to_patch,
        np.asarray(magnitude, np.float32),
        warp(diff.threshold, cv2.INTER_NEAREST).astype(np.float32),
        cv2.morphologyEx(warp(cluster, cv2.INTER_NEAREST), cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8)).astype(np.uint8, copy=False),
        warp(known, cv2.INTER_NEAREST),
        px_per_mm,
    )


def _cuts(patch: Patch) -> Cuts:
    """Cut the patch row by row: the runs of change that are thin enough, with sub-pixel edges at half height."""
    inside = np.pad((patch.changed > 0).astype(np.int8), ((0, 0), (1, 1)))
    step = np.diff(inside, axis=1)
    row, first = np.nonzero(step == 1)
    _, last = np.nonzero(step == -1)
    last = last - 1
    thin = (last - first + 1 <= WIDEST_MM * patch.px_per_mm) & (first > 4) & (last < patch.changed.shape[1] - 6)
    row, first, last = row[thin], first[thin], last[thin]
    if len(row) == 0:
        return Cuts(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, np.int8))
    left = _edge(patch.magnitude, row, first, -1)
    right = _edge(patch.magnitude, row, last, 1)
    hidden_left = patch.known[row, np.maximum(first - 2, 0)] > 0
    hidden_right = patch.known[row, np.minimum(last + 2, patch.known.shape[1] - 1)] > 0
    hidden = np.where(hidden_left & hidden_right, np.int8(2), hidden_right.astype(np.int8) - hidden_left)
    contrast = patch.magnitude[row, (first + last) // 2]
    clear = np.clip(contrast / CLEAR_LEVELS, FAINTEST, 1.0)
    weight = np.where(hidden_left | hidden_right, BESIDE * clear, clear)
    return Cuts(row.astype(float), (left + right) / 2, right - left, weight, hidden)


def _edge(magnitude: NDArray[np.float32], row: NDArray[np.intp], column: NDArray[np.intp], side: int) -> Floats:
    """Find where the change falls to half of its height beside the edge, in px; `side` -1 is the left edge, 1 the right."""
    offsets = np.arange(-3, 5)  # from three px inside to four outside
    columns = np.clip(column[:, None] + side * offsets[None, :], 0, magnitude.shape[1] - 1)
    profile = magnitude[row[:, None], columns]
    half = profile[:, :5].max(axis=1) / 2
    below = profile < half[:, None]
    below[:, :2] = False
    k = np.where(below.any(axis=1), below.argmax(axis=1), len(offsets) - 1)
    n = np.arange(len(row))
    high, low = profile[n, k - 1], profile[n, k]
    part = np.clip((high - half) / np.maximum(high - low, 1e-3), 0, 1)
    return np.asarray(column + side * (offsets[k - 1] + part), float)


def _lines(patch: Patch, projection: Projection) -> list[Sighting]:
    cuts = _cuts(patch)
    free = np.ones(len(cuts.row), bool)
    found = []
    rng = np.random.default_rng(len(cuts.row))
    for _ in range(HYPOTHESES):
        line = _ransac(cuts, free, patch.px_per_mm, rng)
        if line is None:
            break
        on = free & (np.abs(cuts.middle - line[0] - line[1] * cuts.row) < ON_LINE_PX)
        sighting = _sighting(patch, cuts, on, projection)
        free &= np.abs(cuts.middle - line[0] - line[1] * cuts.row) >= 1.5 * ON_LINE_PX
        if sighting is not None:
            found.append(sighting)
    return found


def _ransac(cuts: Cuts, free: NDArray[np.bool_], px_per_mm: float, rng: np.random.Generator) -> tuple[float, float] | None:
    """Find the line middle = a + b * row that most cuts lie on; None when none has enough."""
    index = np.flatnonzero(free)
    if len(index) < FEWEST:
        return None
    row, middle, weight = cuts.row[index], cuts.middle[index], cuts.weight[index]
    one, two = rng.integers(0, len(index), (2, 400))
    apart = row[two] - row[one]
    good = np.abs(apart) >= 6
    one, two, apart = one[good], two[good], apart[good]
    slope = (middle[two] - middle[one]) / apart
    good = np.abs(slope) <= STEEPEST
    slope, start = (
        slope[good],
        (middle[one] - slope * row[one])[good] if len(slope) == len(one) else middle[one][good] - slope[good] * row[one][good],
    )
    if len(slope) == 0:
        return None
    near = np.abs(middle[None, :] - start[:, None] - slope[:, None] * row[None, :]) < ON_LINE_PX
    best = int(np.argmax(near @ weight))
    on = near[best]
    if np.count_nonzero(on) < FEWEST or np.ptp(row[on]) < SHORTEST_MM * px_per_mm:
        return None
    return _fit(row[on], middle[on], weight[on])


def _fit(row: Floats, middle: Floats, weight: Floats) -> tuple[float, float]:
    """Fit middle = a + b * row by least squares with Cauchy weights (scale 0.6 px, four rounds)."""
    design = np.column_stack([np.ones_like(row), row])
    w = weight.copy()
    a = b = 0.0
    for _ in range(4):
        a, b = np.linalg.lstsq(design * np.sqrt(w)[:, None], middle * np.sqrt(w), rcond=None)[0]
        w = weight / (1 + ((middle - a - b * row) / 0.6) ** 2)
    return float(a), float(b)


def _sighting(patch: Patch, cuts: Cuts, on: NDArray[np.bool_], projection: Projection) -> Sighting | None:
    """Make a sighting of the cuts on a line: its part nearest the tip, refined, and where it ends."""
    index = np.flatnonzero(on)
    index = index[np.argsort(-cuts.row[index])]
    index = _from_tip(index, cuts, patch.px_per_mm)
    near = index[cuts.row[index] > cuts.row[index[0]] - NEAR_TIP_MM * patch.px_per_mm]
    if len(near) < FEWEST or np.ptp(cuts.row[near]) < SHORTEST_MM * patch.px_per_mm:
        return None
    a, b = _fit(cuts.row[near], cuts.middle[near], cuts.weight[near])
    error = cuts.middle[near] - a - b * cuts.row[near]
    near, error = near[np.abs(error) < 2.0], error[np.abs(error) < 2.0]
    if len(near) < FEWEST:
        return None
    end_row = _end(patch, a, b, float(cuts.row[near].max()))
    back = cv2.invertAffineTransform(patch.to_patch)
    rows = np.concatenate([[end_row, end_row - 60.0], cuts.row[near]])
    middles = np.concatenate([[a + b * end_row, a + b * (end_row - 60.0)], cuts.middle[near]])
    pixels = np.asarray(np.column_stack([middles, rows]) @ back[:, :2].T + back[:, 2], float)
    normalised = projection.normalise(pixels)
    focal = projection.calibration.focal_x_px
    scatter = 1.4826 * float(np.median(np.abs(error))) + 0.05
    independent = max(3.0, len(near) / 4)
    length_px = float(np.ptp(cuts.row[near])) + 1
    tip, along = normalised[0], normalised[1] - normalised[0]
    length = float(np.linalg.norm(along))
    reach = float(end_row - np.mean(cuts.row[near])) / length_px
    across = np.hypot(scatter * np.sqrt(1 / independent * (1 + 12 * reach**2)), SYSTEMATIC_PX)
    weights = cuts.weight[near] / (1 + (error / 0.6) ** 2)
    tapers = _tapers(end_row - cuts.row[near], cuts.width[near], patch.px_per_mm)
    hidden = bool(patch.known[min(int(end_row) + 3, patch.known.shape[0] - 1), int(np.clip(a + b * end_row, 0, patch.known.shape[1] - 1))])
    covered = len(np.unique(cuts.row[near])) / (float(end_row - cuts.row[near].min()) + 1)
    return Sighting(
        tip=Pixel(x=float(pixels[0, 0]), y=float(pixels[0, 1])),
        u=float(tip[0]),
        v=float(tip[1]),
        du=float(along[0] / length),
        dv=float(along[1] / length),
        length=length_px / focal,
        sigma_across=float(across) / focal,
        sigma_angle_rad=float(scatter * np.sqrt(12 / independent) / length_px + 0.1 / length_px),
        sigma_along=(20.0 if hidden else ENDS_PX if tapers else max(ENDS_PX, BLUNT_MM * patch.px_per_mm)) / focal,
        confidence=float(np.clip(covered, 0, 1)),
        tip_occluded=hidden,
        sections=tuple(
            CrossSection(u=float(u), v=float(v), half_width=float(h) / focal, weight=float(w), hidden=int(side))
            for (u, v), h, w, side in zip(normalised[2:], cuts.width[near] / 2, weights, cuts.hidden[near], strict=True)
        ),
    )


def _tapers(from_end_px: Floats, width_px: Floats, px_per_mm: float) -> bool:
    """Say whether what ends there is thin beside the barrel behind it, as a point is."""
    point = width_px[from_end_px < POINT_MM[0] * px_per_mm]
    barrel = width_px[from_end_px > POINT_MM[1] * px_per_mm]
    return len(point) > 0 < len(barrel) and bool(np.median(point) < TAPERED * np.median(barrel))


def _from_tip(index: NDArray[np.intp], cuts: Cuts, px_per_mm: float) -> NDArray[np.intp]:
    """Leave out crumbs beyond the tip: the run of cuts must go on without a long gap."""
    rows = cuts.row[index]
    gaps = np.flatnonzero(-np.diff(rows) > GAP_MM * px_per_mm)
    start = 0
    for gap in gaps:
        if gap + 1 - start < FEWEST // 2:
            start = int(gap) + 1
    return index[start:]


def _end(patch: Patch, a: float, b: float, row: float) -> float:
    """Follow the line from `row` towards the board as long as something thin goes on, at half of the threshold."""
    height, width = patch.magnitude.shape
    gap = 0
    end = row
    while gap <= 3:
        row += 1
        r, c = int(row), round(a + b * row)
        if r >= height or not 6 <= c < width - 6:
            break
        here = float(patch.magnitude[r, c - 1 : c + 2].max())
        beside = float(max(patch.magnitude[r, c - 6 : c - 3].mean(), patch.magnitude[r, c + 4 : c + 7].mean()))
        if here > 0.6 * float(patch.threshold[r, c]) and here > 1.5 * beside + 2:
            end, gap = row, 0
        else:
            gap += 1
    return float(end) - BLUR_PX
