"""Find the wide parts of a change: flights, hands, shadows.

A dart is thin but for its flight; a hand or arm is wide. The wide places are told with their radius, so that whoever knows all darts'
axes can say which of them a dart explains. A change of light scales what is there, a thing replaces it: where the new picture is the old
one made brighter or darker, the place is no spot.
"""

import cv2
import numpy as np

from schemas.pipe.sightings import Blob
from workers.vision.difference import Difference
from workers.vision.frame import Image
from workers.vision.projection import Projection

MOST = 10
SMALLEST_MM = 7.0
ALIKE = 0.5  # the share of a place's change that brightness alone must explain to call it light
FAINT = 1.6  # in thresholds: a change of light stays near the noise, a hand does not


def find_spots(diff: Difference, before: Image, after: Image, projection: Projection, mm_per_px: float) -> tuple[Blob, ...]:
    """List up to ten wide places of the change, the widest first."""
    closed = cv2.morphologyEx(diff.changed, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    closed = cv2.copyMakeBorder(closed, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    reach = np.asarray(cv2.distanceTransform(closed, cv2.DIST_L2, 3), np.float32)[1:-1, 1:-1].copy()
    spots = []
    for _ in range(MOST):
        _, radius_px, _, (x, y) = cv2.minMaxLoc(reach)
        if radius_px * mm_per_px < SMALLEST_MM:
            break
        cv2.circle(reach, (x, y), int(radius_px * 1.2) + 2, 0.0, -1)
        if _is_light(diff, before, after, (x, y), radius_px):
            continue
        u, v = projection.normalise(np.array([[x, y]], float))[0]
        spots.append(Blob(u=float(u), v=float(v), radius=float(radius_px) / projection.calibration.focal_x_px))
    return tuple(spots)


def _is_light(diff: Difference, before: Image, after: Image, at: tuple[int, int], radius_px: float) -> bool:
    """Say whether brightness alone explains a place: its change is faint and even, and what was there still shows."""
    x, y, r = at[0], at[1], max(3, int(radius_px * 0.7))
    part = np.s_[max(0, y - r) : y + r + 1, max(0, x - r) : x + r + 1]
    faint = float(np.median(diff.magnitude[part])) < FAINT * float(np.median(diff.threshold[part]))
    old = cv2.cvtColor(before[part], cv2.COLOR_BGR2GRAY).astype(np.float32)
    new = cv2.cvtColor(after[part], cv2.COLOR_BGR2GRAY).astype(np.float32)
    old_spread, new_spread = float(old.std()), float(new.std())
    if old_spread < 4.0:
        return faint and new_spread < 6.0
    alike = float(np.mean((old - old.mean()) * (new - new.mean()))) / (old_spread * max(new_spread, 1e-3))
    return alike > (ALIKE if faint else 0.9)
