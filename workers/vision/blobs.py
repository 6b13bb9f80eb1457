"""Find the blobs of a change, its wide parts: flights, hands, shadows.

A dart is thin except for its flight; a hand or arm is wide. Each blob has a radius, so that the supervisor, which knows the axes of all
darts, can decide which blobs belong to a dart. A change of light scales what is there, an object replaces it: where the new picture is a
brighter or darker copy of the old one, there is no blob.
"""

import cv2
import numpy as np

from schemas.pipe.sightings import Blob
from workers.vision.difference import Difference
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection

# Measure again: `python -m tests.bench.quiet --minutes 60` (light that is taken for a hand), `python -m tests.bench.visits --visits 500`.
MOST = 10  # bounds the work
SMALLEST_MM = 7.0  # radius: less is a barrel or a shadow's edge
CLOSE_MM, LEAST_CLOSE_PX = 6.0, 3  # holes in a blob that are narrower are filled: a barrel may have the colour of the bed
ERASED, ERASED_PX = 1.2, 2  # a blob is erased to this multiple of its radius plus this before the next one is searched
JUDGED = 0.7  # half the side of the square in which light is judged, in radii
ALIKE, CLEARLY_ALIKE = 0.5, 0.9  # correlation of old and new picture from which a change is light: if it is faint, and if it is not
FAINT = 1.6  # in thresholds: a change of light stays near the noise, a hand does not
EVEN_LEVELS, STILL_EVEN_LEVELS = 4.0, 6.0  # spread of an area without texture, before and after: nothing to correlate


def find_blobs(diff: Difference, before: Image, after: Image, projection: CameraProjection, mm_per_px: float) -> tuple[Blob, ...]:
    """List up to `MOST` blobs of the change, the widest first."""
    close_px = max(LEAST_CLOSE_PX, 2 * int(CLOSE_MM / mm_per_px / 2) + 1)
    closed = cv2.morphologyEx(diff.changed, cv2.MORPH_CLOSE, np.ones((close_px, close_px), np.uint8))
    closed = cv2.copyMakeBorder(closed, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    reach = np.asarray(cv2.distanceTransform(closed, cv2.DIST_L2, 3), np.float32)[1:-1, 1:-1].copy()
    blobs = []
    for _ in range(MOST):
        _, radius_px, _, (x, y) = cv2.minMaxLoc(reach)
        if radius_px * mm_per_px < SMALLEST_MM:
            break
        cv2.circle(reach, (x, y), int(radius_px * ERASED) + ERASED_PX, 0.0, -1)
        if _is_light(diff, before, after, (x, y), radius_px):
            continue
        u, v = projection.normalise(np.array([[x, y]], float))[0]
        blobs.append(Blob(u=float(u), v=float(v), radius=float(radius_px) / projection.calibration.focal_x_px))
    return tuple(blobs)


def _is_light(diff: Difference, before: Image, after: Image, at: tuple[int, int], radius_px: float) -> bool:
    """Return whether brightness alone explains a change: it is faint and even, and the old texture is still there."""
    x, y, r = at[0], at[1], max(3, int(radius_px * JUDGED))
    part = np.s_[max(0, y - r) : y + r + 1, max(0, x - r) : x + r + 1]
    faint = float(np.median(diff.magnitude[part])) < FAINT * float(np.median(diff.threshold[part]))
    old = cv2.cvtColor(before[part], cv2.COLOR_BGR2GRAY).astype(np.float32)
    new = cv2.cvtColor(after[part], cv2.COLOR_BGR2GRAY).astype(np.float32)
    old_spread, new_spread = float(old.std()), float(new.std())
    if old_spread < EVEN_LEVELS:
        return faint and new_spread < STILL_EVEN_LEVELS
    alike = float(np.mean((old - old.mean()) * (new - new.mean()))) / (old_spread * max(new_spread, 1e-3))
    return alike > (ALIKE if faint else CLEARLY_ALIKE)
