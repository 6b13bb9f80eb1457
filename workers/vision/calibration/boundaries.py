"""Edge samples on the boundaries of the beds: where the colour changes across rings and radials, to a fraction of a pixel."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.camera_model import CameraModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RINGS = 6
RADIAL_BED, RADIAL_RING = 12, 13  # classes of points: 2·ring + parity for rings, then radials between singles and between ring beds

# Where the points are, clear of crossings. From the dimensions of a board.
ARC_DEG = 6.5  # of a bed's 9° to each side, that carry points of a ring
ARC_POINTS = (3, 5, 9, 9, 9, 9)  # on each bed of a ring, from the bull outwards
BED_GAP_MM, RING_GAP_MM = 4.0, 2.5  # between the points of a radial and the rings
INNER_POINTS, OUTER_POINTS, RING_POINTS = 16, 14, 3  # on a radial: inner singles, outer singles, trebles and doubles

# How they are found. Measure again: `dartd calibrate PICTURE` (residual, number of samples).
STEP_MM = 0.25  # of the profiles: a third of a pixel or finer
LAG_MM, MARGIN_MM = 1.0, 2.0  # half the distance whose colours are compared for the steepest edge; more of the profile than is searched
FAR_WEIGHT = 0.5  # a change at the end of the profile counts less by this share
PROFILE_MM = 4.0  # half the length of the profiles in which wires are fitted: half a ring
WIRE_MM = 1.2  # between two beds: wires of 1.0–1.4 mm, or a blade with its shadow
SEARCH_MM = 0.1  # step of the search for a wire, before a parabola refines it
CONTRAST = 12.0  # difference of colour (root scale, 0–255) of two sides below which an edge is noise
DARK_WIRE = 0.03  # weight of the assumption that a wire is not darker than the lighter bed, where the picture leaves it open
BED_MM = (1.8, 3.2)  # from a line, where its beds have their colours
UNLIKE = 4.0  # difference of a wire from both beds, beyond the noise
DARK_SHARE = 0.1  # of the lines: painted wires are darker at 0.16–0.26 of them and lighter at none, bare ones at 0.05 and at 0.11–0.48
LEVEL_PRIOR = 1e-3  # keeps the fit of three levels solvable where blur merges them
BLURS_PX = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)  # candidates
BLUR_PROFILES, BLUR_REACH_MM = 400, 2.0  # profiles and search range for the blur
LEAST_BLUR_MM, BLUR_RATIO = 0.05, 1.2  # profiles of about the same blur in mm are fitted together


class BoundaryPoints(NamedTuple):
    """Points on the boundaries of the beds: position (n, 2) in mm, unit normal (n, 2), class (n,) and polarity (n,)."""

    point_mm: Floats
    normal: Floats
    kind: Ints
    polarity: Floats


class EdgeSamples(NamedTuple):
    """Edges that were found: index of the boundary point, shift along its normal (mm), pixel (n, 2) and contrast."""

    point: Ints
    shift_mm: Floats
    pixel: Floats
    contrast: Floats


def boundary_points(board: BoardSpec) -> BoundaryPoints:
    """Return points on the six rings and twenty radials, clear of their crossings."""
    points, normal, kind, polarity = [], [], [], []
    for ring, radius in enumerate(board.radii_mm):
        within = np.linspace(-ARC_DEG, ARC_DEG, ARC_POINTS[ring])
        theta = np.radians((np.arange(20) * 18.0)[:, None] + within).ravel()
        light = np.repeat(np.arange(20) % 2 == 0, len(within))  # the 1, at 72°, is light, and so is every second bed from it
        unit = np.column_stack([np.cos(theta), np.sin(theta)])
        points.append(unit * radius)
        normal.append(unit)
        kind.append(2 * ring + np.where(light, 1, 0))
        polarity.append(np.ones(len(theta)))
    beds = np.concatenate(
        [
            np.linspace(board.single_bull_mm + BED_GAP_MM, board.triple_inner_mm - BED_GAP_MM, INNER_POINTS),
            np.linspace(board.triple_outer_mm + BED_GAP_MM, board.double_inner_mm - BED_GAP_MM, OUTER_POINTS),
        ]
    )
    rings = np.concatenate(
        [
            np.linspace(inner + RING_GAP_MM, outer - RING_GAP_MM, RING_POINTS)
            for inner, outer in ((board.triple_inner_mm, board.triple_outer_mm), (board.double_inner_mm, board.double_outer_mm))
        ]
    )
    for radii, name in ((beds, RADIAL_BED), (rings, RADIAL_RING)):
        theta = np.repeat(np.radians(np.arange(20) * 18.0 + 9.0), len(radii))
        points.append(np.column_stack([np.cos(theta), np.sin(theta)]) * np.tile(radii, 20)[:, None])
        normal.append(np.column_stack([-np.sin(theta), np.cos(theta)]))
        kind.append(np.full(len(theta), name))
        polarity.append(np.repeat(np.where(np.arange(20) % 2 == 0, 1.0, -1.0), len(radii)))  # +1: from light to dark, counter-clockwise
    return BoundaryPoints(np.concatenate(points), np.concatenate(normal), np.concatenate(kind), np.concatenate(polarity))


def thinned(boundaries: BoundaryPoints, by: int) -> BoundaryPoints:
    """Return every `by`-th boundary point."""
    point_mm, normal, kind, polarity = boundaries
    return BoundaryPoints(point_mm[::by], normal[::by], kind[::by], polarity[::by])


def sample_steepest(picture: Floats, model: CameraModel, boundaries: BoundaryPoints, reach_mm: float) -> EdgeSamples:
    """Sample the steepest change of colour within `reach_mm` of each boundary point as a rough model predicts it."""
    found, colour, s, _ = _profiles(picture, model, boundaries, reach_mm + MARGIN_MM)
    lag = round(LAG_MM / STEP_MM)
    change = np.zeros(colour.shape[:2])
    change[:, lag:-lag] = np.linalg.norm(colour[:, 2 * lag :] - colour[:, : -2 * lag], axis=2)
    change[:, np.abs(s) > reach_mm] = 0
    change *= 1 - FAR_WEIGHT * np.abs(s) / s[-1]
    k = change.argmax(axis=1)
    strength = change[np.arange(len(k)), k]
    return _samples(model, boundaries, found, s[k], strength)


def sample_wires(
    picture: Floats, model: CameraModel, boundaries: BoundaryPoints, *, reach_mm: float, blur_px: float, dark: bool = False
) -> EdgeSamples:
    """Fit bed, wire, bed to the colours across each boundary within `reach_mm` of where the model predicts it, for a known blur.

    A wire is assumed not to be darker than the lighter bed, except where the wires of the board are `dark`.
    """
    found, colour, s, mm_per_px = _profiles(picture, model, boundaries, PROFILE_MM)
    shift, contrast, _ = _zones(colour, s, mm_per_px * blur_px, reach_mm, 0.0 if dark else DARK_WIRE)
    return _samples(model, boundaries, found, shift, contrast)


def wires_are_dark(picture: Floats, model: CameraModel, boundaries: BoundaryPoints) -> bool:
    """Return whether the wires of a board are painted: more of them are darker than both beds than lighter."""
    _, colour, s, _ = _profiles(picture, model, boundaries, PROFILE_MM)
    level = colour.mean(axis=2)
    wire = level[:, np.abs(s) < WIRE_MM / 4].mean(axis=1)
    beds = np.stack([level[:, (side * s > BED_MM[0]) & (side * s < BED_MM[1])].mean(axis=1) for side in (-1, 1)])
    darker, lighter = np.mean(wire < beds.min(axis=0) - UNLIKE), np.mean(wire > beds.max(axis=0) + UNLIKE)
    return bool(darker > DARK_SHARE and darker > lighter)


def blur_of(picture: Floats, model: CameraModel, boundaries: BoundaryPoints) -> float:
    """Return the blur of a picture (the deviation of a Gaussian, in pixels) that explains the profiles best."""
    found, colour, s, mm_per_px = _profiles(picture, model, boundaries, PROFILE_MM)
    some = slice(None, None, max(1, len(found) // BLUR_PROFILES))
    misfit = [float(np.median(_zones(colour[some], s, mm_per_px[some] * blur, BLUR_REACH_MM)[2])) for blur in BLURS_PX]
    return BLURS_PX[int(np.argmin(misfit))]


def _profiles(picture: Floats, model: CameraModel, boundaries: BoundaryPoints, span_mm: float) -> tuple[Ints, Floats, Floats, Floats]:
    """Read the colours across the boundaries.

    Return the indices of points whose profile is completely in the picture, colours (n, s, 3), s in mm, and mm per pixel (n,).
    """
    s = np.arange(-span_mm, span_mm + STEP_MM / 2, STEP_MM)
    along = boundaries.point_mm[:, None, :] + boundaries.normal[:, None, :] * s[:, None]
    pixels = model.project(along.reshape(-1, 2)).reshape(len(boundaries.kind), len(s), 2)
    height, width = picture.shape[:2]
    found = np.flatnonzero(((pixels > 1) & (pixels < [width - 2, height - 2])).all(axis=(1, 2)))
    pixels = pixels[found].astype(np.float32)
    colour = cv2.remap(picture, pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR).astype(np.float64)
    length_px = np.hypot(*(pixels[:, -1] - pixels[:, 0]).T)
    return found, colour, s, 2 * span_mm / np.maximum(length_px, 1e-6)


def _samples(model: CameraModel, boundaries: BoundaryPoints, found: Ints, shift: Floats, contrast: Floats) -> EdgeSamples:
    ok = contrast > CONTRAST
    found, shift, contrast = found[ok], shift[ok], contrast[ok]
    pixel = model.project(boundaries.point_mm[found] + boundaries.normal[found] * shift[:, None])
    return EdgeSamples(found, shift, pixel, contrast)


def _zones(colour: Floats, s: Floats, blur_mm: Floats, reach_mm: float, dark_wire: float = DARK_WIRE) -> tuple[Floats, Floats, Floats]:
    """Fit three levels (bed, wire, bed) at every position in reach; return the best position, contrast and misfit of each profile."""
    positions = np.arange(-reach_mm, reach_mm + SEARCH_MM / 2, SEARCH_MM)
    position, contrast, misfit = np.zeros(len(colour)), np.zeros(len(colour)), np.zeros(len(colour))
    bins = np.round(np.log(np.maximum(blur_mm, LEAST_BLUR_MM)) / np.log(BLUR_RATIO))
    for name in np.unique(bins):
        of = np.flatnonzero(bins == name)
        basis = _zone_basis(s, positions, BLUR_RATIO**name)
        gram = np.einsum("csi,csj->cij", basis, basis) + LEVEL_PRIOR * np.eye(3)
        inverse = np.linalg.solve(gram, basis.transpose(0, 2, 1))
        values = colour[of].transpose(0, 2, 1).reshape(-1, len(s))
        shape = (len(of), 3, len(positions), 3)
        against = (values @ basis.transpose(1, 0, 2).reshape(len(s), -1)).reshape(shape)
        levels = (values @ inverse.transpose(2, 0, 1).reshape(len(s), -1)).reshape(shape)
        power = (values**2).sum(axis=1).reshape(len(of), 3).sum(axis=1)
        brightness = levels.mean(axis=1)
        darker = np.maximum(np.maximum(brightness[..., 0], brightness[..., 2]) - brightness[..., 1], 0)
        cost = power[:, None] - (levels * against).sum(axis=(1, 3)) + dark_wire * len(s) * 3 * darker**2
        row = np.arange(len(of))
        k = np.clip(cost.argmin(axis=1), 1, len(positions) - 2)
        before, here, after = cost[row, k - 1], cost[row, k], cost[row, k + 1]
        distortion = before - 2 * here + after
        position[of] = positions[k] + SEARCH_MM * np.clip(0.5 * (before - after) / np.where(distortion > 0, distortion, np.inf), -1, 1)
        best = levels[row, :, k]
        contrast[of] = np.linalg.norm(best.max(axis=2) - best.min(axis=2), axis=1)
        misfit[of] = here
    return position, contrast, misfit


def _zone_basis(s: Floats, positions: Floats, blur_mm: float) -> Floats:
    """Return the shares (positions, s, 3) of bed, wire and bed in each point of a profile."""
    first = _blurred_step((s - (positions[:, None] - WIRE_MM / 2)) / blur_mm)
    last = _blurred_step((s - (positions[:, None] + WIRE_MM / 2)) / blur_mm)
    return np.stack([1 - first, first - last, last], axis=2)


def _blurred_step(x: Floats) -> Floats:
    """Approximate the normal distribution function (logistic, within 0.01)."""
    step: Floats = 1 / (1 + np.exp(-np.clip(1.702 * x, -50, 50)))
    return step
