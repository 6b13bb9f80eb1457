"""Find the axes of thin straight objects in a difference: several hypotheses for each dart.

The change is divided into cross-sections perpendicular to the direction in which darts stand out of the board. Each cross-section of a
point, barrel or shaft has a middle between its two edges at half height; middles on one line are the axis of a dart, which is accurate to a
fraction of a pixel across. Flights are too wide to be used. The tip, where the change ends on the line towards the board, is accurate to
some pixels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Pixel
from schemas.pipe.sightings import CrossSection, Sighting
from workers.vision.cross_sections import LEANS_RAD, STEEPEST, CrossSections, UprightPatch, cross_sections, upright_patch
from workers.vision.difference import MAD_TO_SIGMA, Difference
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection, Floats

# Lengths in mm are on a dart. Measure again: `python -m tests.bench.visits --visits 500 --rigs 25` (errors and missed darts), and for
# recordings of real darts `dartd replay DIR --score`.

# Clusters of change.
OPEN_PX, JOIN_PX = 2, 13  # single pixels are removed; parts of a dart that are nearer than 6 px to each other are one cluster
SMALLEST_PX = 25  # area: less is noise
MOST_CLUSTERS = 6  # bounds the work

# Line hypotheses (RANSAC, then a robust fit).
HYPOTHESES = 4  # in one cluster and lean
FEWEST = 8  # cross-sections on a line
SHORTEST_MM = 9.0  # of a line
SAMPLES = 400  # random pairs of cross-sections: with 15 % inliers, 1 of 9,000 searches draws no pair of two inliers
APART_PX = 6  # rows between the two of a pair, else its slope is noise
ON_LINE_PX = 1.3  # largest distance of an inlier
TAKEN = 1.5  # times ON_LINE_PX: cross-sections this near a line are not used for the next hypothesis
CAUCHY_PX, ROUNDS = 0.6, 4  # scale of the weights of the robust fit, twice the scatter of a clear edge; iterations
OUTLIER_PX = 2.0  # beyond this a cross-section of the fitted part is left out

# The end that points into the board.
NEAR_TIP_MM = 75.0  # point and barrel: the part of a dart that is fitted
GAP_MM = 9.0  # a longer gap separates specks beyond the tip
END_GAP_PX = 3  # rows without change that end the search for the tip
END_WINDOW_PX = 6  # columns to each side of the line that are compared with its middle
END_SHARE = 0.6  # of the threshold: the point is followed down to this change
END_CONTRAST, END_LEVELS = 1.5, 2.0  # and it must differ from both sides by this factor and these grey levels
BLUR_PX = 2.0  # blur lengthens an end: the change is lost in noise this far beyond the place where it has half its strength
TAPERED = 0.6  # of the width of a barrel: an end that is thinner is a point, and the end is a tip
POINT_MM = (12.0, 40.0)  # from the end: up to the first there is only point, beyond the second only barrel

# Uncertainty (standard deviations).
SYSTEMATIC_PX = 0.2  # of the axis: registration, lens and the roundness of the dart, which do not average out along it
INDEPENDENT = 4  # cross-sections that share one error: an edge is disturbed over several rows
FEWEST_INDEPENDENT = 3.0
SCATTER_PX = 0.05  # least scatter of cross-sections: half of a perfect fit is luck
ANGLE_PX = 0.1  # systematic part of the angle, over the length of the line
ENDS_PX = 2.5  # of the end along the axis, if it tapers
BLUNT_MM = 8.0  # of an end that does not taper, in 68 % of them: a dark point is not visible, or a shadow continues beyond it
HIDDEN_PX = 20.0  # of an end behind another dart
DIRECTION_PX = 60.0  # distance of the second point that the direction is computed from


# A clear dart.
DART_SECTIONS = 20.0  # sum of the weights of cross-sections of point and barrel: a dart in view has 60 and more, the shadow of a fly 12
ROWS_FOCAL_PX = 450.0  # in pictures of 800x600; coarser ones have fewer rows on a dart. As dartd.fusion.camera_view.ROWS_FOCAL_PX
UNBROKEN = 0.5  # share of the length of a dart that has cross-sections
LEAVING = 0.5  # share of a sighting that now looks like the empty board: above this something went, and nothing came


def find_axes(diff: Difference, known: Image, projection: CameraProjection, pushed: Image | None = None) -> list[Sighting]:
    """List the thin straight objects that changed, best supported first.

    `known` is 255 where earlier darts are as they were, `pushed` where others were that are not: what hit them may adjoin them.
    """
    sightings = []
    for cluster in _clusters(diff.clear):
        for lean_rad in LEANS_RAD:
            sightings += _line_sightings(upright_patch(diff, (known, pushed), cluster, projection, lean_rad), projection)
    return _different(sorted(sightings, key=_rank), projection)[: 2 * HYPOTHESES]


def is_dart(sighting: Sighting, projection: CameraProjection) -> bool:
    """Return whether a sighting is long and clear enough for a point with its barrel."""
    fewest = DART_SECTIONS * min(1.0, projection.calibration.focal_x_px / ROWS_FOCAL_PX)
    return sum(s.weight for s in sighting.sections) >= fewest and sighting.leaving < LEAVING and sighting.confidence >= UNBROKEN


def _rank(sighting: Sighting) -> float:
    return -sighting.confidence * len(sighting.sections)


def _different(sightings: list[Sighting], projection: CameraProjection) -> list[Sighting]:
    """Keep the first of the sightings of one line, which may be found at two leans."""
    kept: list[Sighting] = []
    same = ON_LINE_PX / projection.calibration.focal_x_px
    for one in sightings:
        sections = np.array([[s.u, s.v] for s in one.sections])
        if not any(np.median(np.abs((sections - [k.u, k.v]) @ [-k.dv, k.du])) < same for k in kept):
            kept.append(one)
    return kept


def _clusters(changed: Image) -> list[Image]:
    """Divide the change into clusters; return a mask of each of the largest."""
    joined = cv2.dilate(
        cv2.morphologyEx(changed, cv2.MORPH_OPEN, np.ones((OPEN_PX, OPEN_PX), np.uint8)), np.ones((JOIN_PX, JOIN_PX), np.uint8)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    largest = sorted(range(1, count), key=lambda k: -int(stats[k, cv2.CC_STAT_AREA]))[:MOST_CLUSTERS]
    clusters = [cv2.bitwise_and(changed, changed, mask=(labels == k).astype(np.uint8)).astype(np.uint8, copy=False) for k in largest]
    return [c for c in clusters if cv2.countNonZero(c) >= SMALLEST_PX]


def _line_sightings(patch: UprightPatch, projection: CameraProjection) -> list[Sighting]:
    cuts = cross_sections(patch)
    free = np.ones(len(cuts.row), bool)
    found = []
    rng = np.random.default_rng(len(cuts.row))
    for _ in range(HYPOTHESES):
        line = _ransac(cuts, free, patch.px_per_mm, rng)
        if line is None:
            break
        on = free & (np.abs(cuts.middle - line[0] - line[1] * cuts.row) < ON_LINE_PX)
        sighting = _sighting(patch, cuts, on, projection)
        free &= np.abs(cuts.middle - line[0] - line[1] * cuts.row) >= TAKEN * ON_LINE_PX
        if sighting is not None:
            found.append(sighting)
    return found


def _ransac(cuts: CrossSections, free: NDArray[np.bool_], px_per_mm: float, rng: np.random.Generator) -> tuple[float, float] | None:
    """Find the line middle = a + b * row with the most inliers; None if no line has enough."""
    index = np.flatnonzero(free)
    if len(index) < FEWEST:
        return None
    row, middle, weight = cuts.row[index], cuts.middle[index], cuts.weight[index]
    one, two = rng.integers(0, len(index), (2, SAMPLES))
    apart = row[two] - row[one]
    good = np.abs(apart) >= APART_PX
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
    """Fit middle = a + b * row by least squares with Cauchy weights (scale `CAUCHY_PX`)."""
    design = np.column_stack([np.ones_like(row), row])
    w = weight.copy()
    a = b = 0.0
    for _ in range(ROUNDS):
        a, b = np.linalg.lstsq(design * np.sqrt(w)[:, None], middle * np.sqrt(w), rcond=None)[0]
        w = weight / (1 + ((middle - a - b * row) / CAUCHY_PX) ** 2)
    return float(a), float(b)


def _sighting(patch: UprightPatch, cuts: CrossSections, on: NDArray[np.bool_], projection: CameraProjection) -> Sighting | None:
    """Make a sighting of the cross-sections on a line: the part nearest the tip, fitted again; None if too few are left."""
    part = _fitted_part(cuts, on, patch.px_per_mm)
    if part is None:
        return None
    near, a, b, error = part
    end_row = _end(patch, a, b, float(cuts.row[near].max()))
    rows = np.concatenate([[end_row, end_row - DIRECTION_PX], cuts.row[near]])
    middles = np.concatenate([[a + b * end_row, a + b * (end_row - DIRECTION_PX)], cuts.middle[near]])
    back = cv2.invertAffineTransform(patch.to_patch)
    pixels = np.asarray(np.column_stack([middles, rows]) @ back[:, :2].T + back[:, 2], float)
    normalised = projection.normalise(pixels)
    focal = projection.calibration.focal_x_px
    length_px = float(np.ptp(cuts.row[near])) + 1
    across, angle_rad = _line_deviations(error, float(end_row - np.mean(cuts.row[near])) / length_px, length_px)
    tip, along = normalised[0], normalised[1] - normalised[0]
    length = float(np.linalg.norm(along))
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
        sigma_across=across / focal,
        sigma_angle_rad=angle_rad,
        sigma_along=(HIDDEN_PX if hidden else ENDS_PX if tapers else max(ENDS_PX, BLUNT_MM * patch.px_per_mm)) / focal,
        confidence=float(np.clip(covered, 0, 1)),
        tip_occluded=hidden,
        sections=_sections(normalised[2:], cuts, near, error, focal),
    )


def _fitted_part(cuts: CrossSections, on: NDArray[np.bool_], px_per_mm: float) -> tuple[NDArray[np.intp], float, float, Floats] | None:
    """Fit the part of a line nearest the tip: indices of its cross-sections, a, b and their residuals; None if too few are left."""
    index = np.flatnonzero(on)
    index = index[np.argsort(-cuts.row[index])]
    index = _from_tip(index, cuts, px_per_mm)
    near = index[cuts.row[index] > cuts.row[index[0]] - NEAR_TIP_MM * px_per_mm]
    if len(near) < FEWEST or np.ptp(cuts.row[near]) < SHORTEST_MM * px_per_mm:
        return None
    a, b = _fit(cuts.row[near], cuts.middle[near], cuts.weight[near])
    error = cuts.middle[near] - a - b * cuts.row[near]
    near, error = near[np.abs(error) < OUTLIER_PX], error[np.abs(error) < OUTLIER_PX]
    return None if len(near) < FEWEST else (near, a, b, error)


def _line_deviations(error: Floats, reach: float, length_px: float) -> tuple[float, float]:
    """Return the standard deviations of the end across the line (px) and of the angle (rad); `reach` is from the middle in lengths."""
    scatter = MAD_TO_SIGMA * float(np.median(np.abs(error))) + SCATTER_PX
    independent = max(FEWEST_INDEPENDENT, len(error) / INDEPENDENT)
    across = np.hypot(scatter * np.sqrt(1 / independent * (1 + 12 * reach**2)), SYSTEMATIC_PX)
    return float(across), float(scatter * np.sqrt(12 / independent) / length_px + ANGLE_PX / length_px)


def _sections(middles: Floats, cuts: CrossSections, near: NDArray[np.intp], error: Floats, focal_px: float) -> tuple[CrossSection, ...]:
    """Return the cross-sections of a sighting; `middles` (n, 2) are normalised."""
    weights = cuts.weight[near] / (1 + (error / CAUCHY_PX) ** 2)
    return tuple(
        CrossSection(u=float(u), v=float(v), half_width=float(h) / focal_px, weight=float(w), hidden=int(side))
        for (u, v), h, w, side in zip(middles, cuts.width[near] / 2, weights, cuts.hidden[near], strict=True)
    )


def _tapers(from_end_px: Floats, width_px: Floats, px_per_mm: float) -> bool:
    """Return whether the end is thin compared with the barrel behind it, as a point is."""
    point = width_px[from_end_px < POINT_MM[0] * px_per_mm]
    barrel = width_px[from_end_px > POINT_MM[1] * px_per_mm]
    return len(point) > 0 < len(barrel) and bool(np.median(point) < TAPERED * np.median(barrel))


def _from_tip(index: NDArray[np.intp], cuts: CrossSections, px_per_mm: float) -> NDArray[np.intp]:
    """Remove specks beyond the tip, which a long gap separates from the cross-sections of a dart."""
    rows = cuts.row[index]
    gaps = np.flatnonzero(-np.diff(rows) > GAP_MM * px_per_mm)
    start = 0
    for gap in gaps:
        if gap + 1 - start < FEWEST // 2:
            start = int(gap) + 1
    return index[start:]


def _end(patch: UprightPatch, a: float, b: float, row: float) -> float:
    """Follow the line from `row` towards the board as long as a thin change continues; return the row where it ends."""
    height, width = patch.magnitude.shape
    gap = 0
    end = row
    while gap <= END_GAP_PX:
        row += 1
        r, c = int(row), round(a + b * row)
        if r >= height or not END_WINDOW_PX <= c < width - END_WINDOW_PX:
            break
        here = float(patch.magnitude[r, c - 1 : c + 2].max())
        left, right = patch.magnitude[r, c - END_WINDOW_PX : c - 3], patch.magnitude[r, c + 4 : c + END_WINDOW_PX + 1]
        background = float(max(left.mean(), right.mean()))
        if here > END_SHARE * float(patch.threshold[r, c]) and here > END_CONTRAST * background + END_LEVELS:
            end, gap = row, 0
        else:
            gap += 1
    return float(end) - BLUR_PX
