"""Tell whether a known dart is still in the board, from what its place looked like before it came and when it was new."""

from dataclasses import dataclass

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.base import DartId
from schemas.geometry import Axis3
from schemas.pipe.sightings import DartPresence, Sighting
from workers.vision.frame import Image
from workers.vision.projection import Projection

Colours = NDArray[np.float32]

LENGTH_MM = 60.0  # point and barrel: flights turn and sway
HALF_WIDTH_MM = 6.0
CORE_MM = 1.5  # half the width in which a dart surely covers the board: all that can be judged when the board behind was never seen
ALIKE = (0.4, 0.9)  # that core looks like the board by chance for less than the first share, and like itself from the second on
UNLIKE = (0.1, 0.6)  # less of a bare core differs from the empty board, and more of a dart's: parts of it may have the board's colour
CLEAR_LEVELS = 18.0  # a pixel tells dart from board when the two differ by more
FULL_PIXELS = 60.0  # so many such pixels make a full judgement
STRANGE_LEVELS = 30.0  # a pixel that is neither is hidden by something else


@dataclass(frozen=True)
class Trace:
    """A dart's pixels in one camera: flat indices, and their colours before it came and when it was new; after a restart one is None."""

    dart_id: DartId
    index: NDArray[np.intp]
    before: Colours | None
    after: Colours | None


def trace_dart(dart_id: DartId, axis: Axis3, projection: Projection, before: Image | None, after: Image | None) -> Trace:
    """Remember the pixels along a dart's axis that tell it from what was there before.

    After a restart only one of the two is known: the empty board `before` it, or else the board with it.
    """
    shown = after if after is not None else before
    assert shown is not None  # noqa: S101 - a caller has one of them
    mask = np.zeros(shown.shape[:2], np.uint8)
    whole = before is not None and after is not None
    cv2.fillConvexPoly(mask, outline(axis, projection, LENGTH_MM, HALF_WIDTH_MM if whole else CORE_MM), 255)
    index = np.flatnonzero(mask)
    old = None if before is None else before.reshape(-1, 3)[index].astype(np.float32)
    new = None if after is None else after.reshape(-1, 3)[index].astype(np.float32)
    if old is None or new is None:
        return Trace(dart_id, index, old, new)
    clear = np.abs(new - old).max(axis=1) > CLEAR_LEVELS
    return Trace(dart_id, index[clear], old[clear], new[clear])


def judge(trace: Trace, picture: Image) -> DartPresence:
    """Say how much of a traced dart a picture (laid over the same reference) still shows."""
    now = picture.reshape(-1, 3)[trace.index].astype(np.float32)
    if len(now) == 0:
        return DartPresence(dart_id=trace.dart_id, score=0.5, weight=0.0)
    if trace.before is None or trace.after is None:
        weight = float(min(1.0, len(now) / FULL_PIXELS))
        return DartPresence(dart_id=trace.dart_id, score=_core_share(trace.before, trace.after, now), weight=weight)
    step = trace.after - trace.before
    share = np.clip(np.sum((now - trace.before) * step, axis=1) / np.sum(step**2, axis=1), 0.0, 1.0)
    strange = np.abs(now - trace.before - share[:, None] * step).max(axis=1) > STRANGE_LEVELS
    plain = ~strange
    if not plain.any():
        return DartPresence(dart_id=trace.dart_id, score=0.5, weight=0.0)
    return DartPresence(
        dart_id=trace.dart_id,
        score=float(share[plain].mean()),
        weight=float(min(1.0, np.count_nonzero(plain) / FULL_PIXELS) * plain.mean()),
    )


def _core_share(before: Colours | None, after: Colours | None, now: Colours) -> float:
    """Judge by the core of a dart alone: unlike the empty board, or else like the dart as it was."""
    if before is not None:
        share, bounds = float(np.mean(np.abs(now - before).max(axis=1) > CLEAR_LEVELS)), UNLIKE
    elif after is not None:
        share, bounds = float(np.mean(np.abs(now - after).max(axis=1) < STRANGE_LEVELS)), ALIKE
    else:
        return 0.5
    return float(np.clip((share - bounds[0]) / (bounds[1] - bounds[0]), 0.0, 1.0))


def leaving(sightings: list[Sighting], projection: Projection, before: Image, after: Image, empty: Image) -> list[Sighting]:
    """Note on each sighting the share of its cross-sections where the empty board has come back: hidden before, showing now."""
    return [msgspec.structs.replace(s, leaving=_leaving(s, projection, before, after, empty)) for s in sightings]


def _leaving(sighting: Sighting, projection: Projection, before: Image, after: Image, empty: Image) -> float:
    points = projection.denormalise(np.array([[c.u, c.v] for c in sighting.sections]))
    height, width = after.shape[:2]
    x = np.clip(np.round(points[:, 0]).astype(int), 0, width - 1)
    y = np.clip(np.round(points[:, 1]).astype(int), 0, height - 1)
    bare = empty[y, x].astype(np.int16)
    was = np.abs(before[y, x] - bare).max(axis=1)
    now = np.abs(after[y, x] - bare).max(axis=1)
    return float(np.mean((now < 0.5 * was) & (was > CLEAR_LEVELS)))


def outline(axis: Axis3, projection: Projection, length_mm: float, half_width_mm: float) -> NDArray[np.int32]:
    """Outline a dart in the picture: its axis from the face outwards, `half_width_mm` to both sides; (4, 2) pixels."""
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
