"""Determine whether a known dart is still in the board, from the colours of its pixels before it arrived and when it was new."""

from dataclasses import dataclass

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.base import DartId
from schemas.geometry import Axis3
from schemas.pipe.sightings import DartPresence, Sighting
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection

Colours = NDArray[np.float32]

# Measure again: `python -m tests.bench.visits --visits 500` (darts removed, fallen or moved that were missed or invented).
LENGTH_MM = 60.0  # of point and barrel: flights rotate and sway
HALF_WIDTH_MM = 6.0  # around the axis: half a barrel, and the error of the axis
CORE_MM = 1.5  # half the width in which a dart certainly covers the board: all that can be used if the board behind it is unknown
ALIKE = (0.4, 0.9)  # share of the core that has its colours: up to the first by chance, from the second on the dart is there
UNLIKE = (0.1, 0.6)  # share of the core that differs from the empty board: up to the first by noise, from the second on a dart is there
CLEAR_LEVELS = 18.0  # a pixel distinguishes dart and board if they differ by more: twice the noise
FULL_PIXELS = 60.0  # number of such pixels for a weight of 1
FOREIGN_LEVELS = 30.0  # a pixel that differs from both by more is hidden by something else: three times the noise
# By so much a pixel may be farther from the board than the dart was: noise goes both ways. With every pixel held at 1 a dart that nothing
# had touched was there by 0.83 to 0.93 at 360x320 and JPEG 47 to 62, and each new dart was then compared with the empty board.
NOISE_SHARE = 0.5
UNKNOWN = 0.5  # score without a usable pixel
RETURNED = 0.5  # a cross-section shows the empty board again if it differs from it by less than this share of before


@dataclass(frozen=True)
class DartPixels:
    """The pixels of a dart in one camera: flat indices, and their colours before it arrived and when it was new.

    After a restart one of the two is None.
    """

    dart_id: DartId
    index: NDArray[np.intp]
    before: Colours | None
    after: Colours | None


def dart_pixels(dart_id: DartId, axis: Axis3, projection: CameraProjection, before: Image | None, after: Image | None) -> DartPixels:
    """Return the pixels along the axis of a dart that differ between the pictures `before` and `after` its arrival.

    After a restart only one of the two is known: the empty board before it, or the board with it.
    """
    shown = after if after is not None else before
    assert shown is not None  # noqa: S101 - callers have at least one of them
    mask = np.zeros(shown.shape[:2], np.uint8)
    whole = before is not None and after is not None
    cv2.fillConvexPoly(mask, outline(axis, projection, LENGTH_MM, HALF_WIDTH_MM if whole else CORE_MM), 255)
    index = np.flatnonzero(mask)
    old = None if before is None else before.reshape(-1, 3)[index].astype(np.float32)
    new = None if after is None else after.reshape(-1, 3)[index].astype(np.float32)
    if old is None or new is None:
        return DartPixels(dart_id, index, old, new)
    clear = np.abs(new - old).max(axis=1) > CLEAR_LEVELS
    return DartPixels(dart_id, index[clear], old[clear], new[clear])


def presence_of(pixels: DartPixels, picture: Image) -> DartPresence:
    """Return how much of a dart is still visible in a picture (registered with the same reference)."""
    now = picture.reshape(-1, 3)[pixels.index].astype(np.float32)
    if len(now) == 0:
        return DartPresence(dart_id=pixels.dart_id, score=UNKNOWN, weight=0.0)
    if pixels.before is None or pixels.after is None:
        weight = float(min(1.0, len(now) / FULL_PIXELS))
        return DartPresence(dart_id=pixels.dart_id, score=_core_share(pixels.before, pixels.after, now), weight=weight)
    step = pixels.after - pixels.before
    share = np.clip(np.sum((now - pixels.before) * step, axis=1) / np.sum(step**2, axis=1), -NOISE_SHARE, 1.0 + NOISE_SHARE)
    foreign = np.abs(now - pixels.before - share[:, None] * step).max(axis=1) > FOREIGN_LEVELS
    plain = ~foreign
    if not plain.any():
        return DartPresence(dart_id=pixels.dart_id, score=UNKNOWN, weight=0.0)
    return DartPresence(
        dart_id=pixels.dart_id,
        score=float(np.clip(share[plain].mean(), 0.0, 1.0)),
        weight=float(min(1.0, np.count_nonzero(plain) / FULL_PIXELS) * plain.mean()),
    )


def _core_share(before: Colours | None, after: Colours | None, now: Colours) -> float:
    """Return the score from the core of a dart: how much of it differs from the empty board, or has the colours of the dart."""
    if before is not None:
        share, bounds = float(np.mean(np.abs(now - before).max(axis=1) > CLEAR_LEVELS)), UNLIKE
    elif after is not None:
        share, bounds = float(np.mean(np.abs(now - after).max(axis=1) < FOREIGN_LEVELS)), ALIKE
    else:
        return UNKNOWN
    return float(np.clip((share - bounds[0]) / (bounds[1] - bounds[0]), 0.0, 1.0))


def leaving(sightings: list[Sighting], projection: CameraProjection, before: Image, after: Image, empty: Image) -> list[Sighting]:
    """Set `leaving` of each sighting: the share of its cross-sections where the empty board was hidden before and is visible now."""
    return [msgspec.structs.replace(s, leaving=_leaving(s, projection, before, after, empty)) for s in sightings]


def _leaving(sighting: Sighting, projection: CameraProjection, before: Image, after: Image, empty: Image) -> float:
    points = projection.denormalise(np.array([[c.u, c.v] for c in sighting.sections]))
    height, width = after.shape[:2]
    x = np.clip(np.round(points[:, 0]).astype(int), 0, width - 1)
    y = np.clip(np.round(points[:, 1]).astype(int), 0, height - 1)
    versus_empty = empty[y, x].astype(np.int16)
    was = np.abs(before[y, x] - versus_empty).max(axis=1)
    now = np.abs(after[y, x] - versus_empty).max(axis=1)
    return float(np.mean((now < RETURNED * was) & (was > CLEAR_LEVELS)))


def outline(axis: Axis3, projection: CameraProjection, length_mm: float, half_width_mm: float) -> NDArray[np.int32]:
    """Return the outline of a dart in the picture: its axis from the face outwards, `half_width_mm` to both sides; (4, 2) pixels."""
    ends = np.array(
        [
            [axis.x_mm, axis.y_mm, 0.0],
            [axis.x_mm + length_mm * axis.slope_x, axis.y_mm + length_mm * axis.slope_y, length_mm],
        ]
    )
    foot, head = projection.project(ends)
    along = (head - foot) / max(1e-6, float(np.linalg.norm(head - foot)))
    across = np.array([-along[1], along[0]])
    scale = projection.calibration.focal_x_px / np.linalg.norm(ends - projection.center_mm, axis=1)
    low, high = half_width_mm * scale[0] * across, half_width_mm * scale[1] * across
    return np.round(np.array([foot - low, foot + low, head + high, head - high])).astype(np.int32)
