"""Samples of the lines a board is made of: where the colour changes across rings and radials, to a fraction of a pixel."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import BoardSpec
from workers.vision.calibration.model import Model
from workers.vision.frame import Image

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
    """Edges that were found: index into the lines, shift along the line's normal (mm), and pixel (n, 2)."""

    index: Ints
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


def sample(picture: Floats, model: Model, lines: Lines, *, reach_mm: float, steepest: bool) -> Samples:
    """Look for the change of colour within `reach_mm` of each line as the model predicts it.

    `steepest` takes the steepest change (for a first, rough model); else the half-way point between the two sides' colours.
    """
    step = 0.25
    span = reach_mm + 2.0
    s = np.arange(-span, span + step / 2, step)
    points = lines.place_mm[:, None, :] + lines.normal[:, None, :] * s[:, None]
    pixels = model.project(points.reshape(-1, 2)).reshape(len(lines.kind), len(s), 2)
    height, width = picture.shape[:2]
    inside = ((pixels > 1) & (pixels < [width - 2, height - 2])).all(axis=(1, 2))
    found = np.flatnonzero(inside)
    pixels = pixels[found]
    colour = cv2.remap(picture, pixels[..., 0].astype(np.float32), pixels[..., 1].astype(np.float32), cv2.INTER_LINEAR).astype(np.float64)
    shift, contrast = (_steepest if steepest else _half_way)(colour, s, reach_mm)
    ok = np.isfinite(shift)
    found, shift, contrast = found[ok], shift[ok], contrast[ok]
    pixel = model.project(lines.place_mm[found] + lines.normal[found] * shift[:, None])
    return Samples(found, shift, pixel, contrast)


def _steepest(colour: Floats, s: Floats, reach_mm: float) -> tuple[Floats, Floats]:
    lag = 4
    change = np.zeros(colour.shape[:2])
    change[:, lag:-lag] = np.linalg.norm(colour[:, 2 * lag :] - colour[:, : -2 * lag], axis=2)
    change[:, np.abs(s) > reach_mm] = 0
    change *= 1 - 0.5 * np.abs(s) / s[-1]
    k = np.clip(change.argmax(axis=1), 1, len(s) - 2)
    row = np.arange(len(k))
    strength = change[row, k]
    return np.where(strength > CONTRAST, s[k], np.nan), strength


CONTRAST = 12.0  # grey levels (root scale) between two sides below which an edge is noise


def _half_way(colour: Floats, s: Floats, reach_mm: float) -> tuple[Floats, Floats]:
    outer = np.abs(s) >= 0.4 * reach_mm
    low = np.median(colour[:, (s < 0) & outer & (s > -reach_mm)], axis=1)
    high = np.median(colour[:, (s > 0) & outer & (s < reach_mm)], axis=1)
    edge = high - low
    contrast = np.linalg.norm(edge, axis=1)
    q = ((colour - low[:, None, :]) * edge[:, None, :]).sum(axis=2) / (contrast[:, None] ** 2 + 1e-9) - 0.5
    crossing = (q[:, :-1] < 0) & (q[:, 1:] >= 0) & (np.abs(s[:-1]) < reach_mm)
    at = s[:-1] + (s[1] - s[0]) * (-q[:, :-1]) / np.where(crossing, q[:, 1:] - q[:, :-1], 1)
    distance = np.where(crossing, np.abs(at), np.inf)
    k = distance.argmin(axis=1)
    row = np.arange(len(k))
    ok = np.isfinite(distance[row, k]) & (contrast > CONTRAST)
    return np.where(ok, at[row, k], np.nan), contrast
