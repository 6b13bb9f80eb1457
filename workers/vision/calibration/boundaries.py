"""Samples of the lines a board is made of: where the colour changes across rings and radials, to a fraction of a pixel."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.model import Model

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RINGS = 6
RADIAL_BED, RADIAL_RING = 12, 13  # classes of samples: 2·ring + parity for rings, then radials between singles and between ring beds


class Lines(NamedTuple):
    """Points on the board's lines: place (n, 2) in mm, unit normal (n, 2), class (n,) and polarity (n,)."""

    place_mm: Floats
    normal: Floats
    kind: Ints
    polarity: Floats


class Samples(NamedTuple):
    """Edges that were found: number of the line, shift along the line's normal (mm), and pixel (n, 2)."""

    line: Ints
    shift_mm: Floats
    pixel: Floats
    contrast: Floats


def lines_of(board: BoardSpec) -> Lines:
    """Spread points over the six rings and twenty radials, clear of where they cross."""
    place, normal, kind, polarity = [], [], [], []
    for ring, radius in enumerate(board.radii_mm):
        within = np.linspace(-6.5, 6.5, 3 if ring == 0 else 5 if ring == 1 else 9)
        theta = np.radians((np.arange(20) * 18.0)[:, None] + within).ravel()
        light = np.repeat(np.arange(20) % 2 == 0, len(within))  # the 1, at 72°, is light, and so is every second bed from it
        unit = np.column_stack([np.cos(theta), np.sin(theta)])
        place.append(unit * radius)
        normal.append(unit)
        kind.append(2 * ring + np.where(light, 1, 0))
        polarity.append(np.ones(len(theta)))
    gap = 4.0
    beds = np.concatenate(
        [
            np.linspace(board.single_bull_mm + gap, board.triple_inner_mm - gap, 16),
            np.linspace(board.triple_outer_mm + gap, board.double_inner_mm - gap, 14),
        ]
    )
    rings = np.concatenate(
        [
            np.linspace(inner + 2.5, outer - 2.5, 3)
            for inner, outer in ((board.triple_inner_mm, board.triple_outer_mm), (board.double_inner_mm, board.double_outer_mm))
        ]
    )
    for radii, name in ((beds, RADIAL_BED), (rings, RADIAL_RING)):
        theta = np.repeat(np.radians(np.arange(20) * 18.0 + 9.0), len(radii))
        place.append(np.column_stack([np.cos(theta), np.sin(theta)]) * np.tile(radii, 20)[:, None])
        normal.append(np.column_stack([-np.sin(theta), np.cos(theta)]))
        kind.append(np.full(len(theta), name))
        polarity.append(np.repeat(np.where(np.arange(20) % 2 == 0, 1.0, -1.0), len(radii)))  # +1: from light to dark, counter-clockwise
    return Lines(np.concatenate(place), np.concatenate(normal), np.concatenate(kind), np.concatenate(polarity))


STEP_MM = 0.25  # of the profiles: a third of a pixel or finer
WIRE_MM = 1.2  # what lies between two beds: wires of 1.0–1.4 mm, or a blade with its shadow
SEARCH_MM = 0.1  # step of the search for a line's place, before a parabola refines it
CONTRAST = 12.0  # colour steps (root scale, 0–255) between two sides below which an edge is noise
DARK_WIRE = 0.03  # weight of the belief that a wire is no darker than the lighter bed, where the picture leaves it open


def sample_steepest(picture: Floats, model: Model, lines: Lines, reach_mm: float) -> Samples:
    """Take the steepest change of colour within `reach_mm` of each line as a rough model predicts it."""
    found, colour, s, _ = _profiles(picture, model, lines, reach_mm + 2.0)
    lag = round(1.0 / STEP_MM)
    change = np.zeros(colour.shape[:2])
    change[:, lag:-lag] = np.linalg.norm(colour[:, 2 * lag :] - colour[:, : -2 * lag], axis=2)
    change[:, np.abs(s) > reach_mm] = 0
    change *= 1 - 0.5 * np.abs(s) / s[-1]
    k = change.argmax(axis=1)
    strength = change[np.arange(len(k)), k]
    return _samples(model, lines, found, s[k], strength)


def sample_wires(picture: Floats, model: Model, lines: Lines, *, reach_mm: float, blur_px: float) -> Samples:
    """Fit bed, wire, bed to the colours across each line within `reach_mm` of where the model predicts it, under a known blur."""
    found, colour, s, mm_per_px = _profiles(picture, model, lines, 4.0)
    shift, contrast, _ = _zones(colour, s, mm_per_px * blur_px, reach_mm)
    return _samples(model, lines, found, shift, contrast)


def blur_of(picture: Floats, model: Model, lines: Lines) -> float:
    """Measure the blur of a picture (the deviation of a Gaussian, in pixels) as the one that explains the profiles best."""
    found, colour, s, mm_per_px = _profiles(picture, model, lines, 4.0)
    some = slice(None, None, max(1, len(found) // 400))
    misfit = [float(np.median(_zones(colour[some], s, mm_per_px[some] * blur, 2.0)[2])) for blur in BLURS_PX]
    return BLURS_PX[int(np.argmin(misfit))]


BLURS_PX = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)


def _profiles(picture: Floats, model: Model, lines: Lines, span_mm: float) -> tuple[Ints, Floats, Floats, Floats]:
    """Read the colours across the lines: index of lines wholly in the picture, colours (n, s, 3), s in mm, mm per pixel (n,)."""
    s = np.arange(-span_mm, span_mm + STEP_MM / 2, STEP_MM)
    points = lines.place_mm[:, None, :] + lines.normal[:, None, :] * s[:, None]
    pixels = model.project(points.reshape(-1, 2)).reshape(len(lines.kind), len(s), 2)
    height, width = picture.shape[:2]
    found = np.flatnonzero(((pixels > 1) & (pixels < [width - 2, height - 2])).all(axis=(1, 2)))
    pixels = pixels[found].astype(np.float32)
    colour = cv2.remap(picture, pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR).astype(np.float64)
    length_px = np.hypot(*(pixels[:, -1] - pixels[:, 0]).T)
    return found, colour, s, 2 * span_mm / np.maximum(length_px, 1e-6)


def _samples(model: Model, lines: Lines, found: Ints, shift: Floats, contrast: Floats) -> Samples:
    ok = contrast > CONTRAST
    found, shift, contrast = found[ok], shift[ok], contrast[ok]
    pixel = model.project(lines.place_mm[found] + lines.normal[found] * shift[:, None])
    return Samples(found, shift, pixel, contrast)


def _zones(colour: Floats, s: Floats, blur_mm: Floats, reach_mm: float) -> tuple[Floats, Floats, Floats]:
    """Fit three levels (bed, wire, bed) at every place of the wire within reach: best place, contrast of the levels, misfit."""
    places = np.arange(-reach_mm, reach_mm + SEARCH_MM / 2, SEARCH_MM)
    place, contrast, misfit = np.zeros(len(colour)), np.zeros(len(colour)), np.zeros(len(colour))
    bins = np.round(np.log(np.maximum(blur_mm, 0.05)) / np.log(1.2))
    for name in np.unique(bins):
        of = np.flatnonzero(bins == name)
        basis = _zone_basis(s, places, 1.2**name)
        gram = np.einsum("csi,csj->cij", basis, basis) + 1e-3 * np.eye(3)
        inverse = np.linalg.solve(gram, basis.transpose(0, 2, 1))
        values = colour[of].transpose(0, 2, 1).reshape(-1, len(s))
        shape = (len(of), 3, len(places), 3)
        against = (values @ basis.transpose(1, 0, 2).reshape(len(s), -1)).reshape(shape)
        levels = (values @ inverse.transpose(2, 0, 1).reshape(len(s), -1)).reshape(shape)
        power = (values**2).sum(axis=1).reshape(len(of), 3).sum(axis=1)
        brightness = levels.mean(axis=1)
        darker = np.maximum(np.maximum(brightness[..., 0], brightness[..., 2]) - brightness[..., 1], 0)
        cost = power[:, None] - (levels * against).sum(axis=(1, 3)) + DARK_WIRE * len(s) * 3 * darker**2
        row = np.arange(len(of))
        k = np.clip(cost.argmin(axis=1), 1, len(places) - 2)
        before, here, after = cost[row, k - 1], cost[row, k], cost[row, k + 1]
        bend = before - 2 * here + after
        place[of] = places[k] + SEARCH_MM * np.clip(0.5 * (before - after) / np.where(bend > 0, bend, np.inf), -1, 1)
        best = levels[row, :, k]
        contrast[of] = np.linalg.norm(best.max(axis=2) - best.min(axis=2), axis=1)
        misfit[of] = here
    return place, contrast, misfit


def _zone_basis(s: Floats, places: Floats, blur_mm: float) -> Floats:
    """Give the shares (places, s, 3) of bed, wire and bed in each point of a profile."""
    first = _blurred_step((s - (places[:, None] - WIRE_MM / 2)) / blur_mm)
    last = _blurred_step((s - (places[:, None] + WIRE_MM / 2)) / blur_mm)
    return np.stack([1 - first, first - last, last], axis=2)


def _blurred_step(x: Floats) -> Floats:
    """Approximate the normal distribution function (logistic, within 0.01)."""
    step: Floats = 1 / (1 + np.exp(-np.clip(1.702 * x, -50, 50)))
    return step
