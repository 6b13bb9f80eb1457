"""Tell hands by what is too wide for darts."""

from collections.abc import Mapping, Sequence

import numpy as np

from dartd.fusion.camera_view import before_camera
from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Blob

HAND_MM = 38.0  # an unexplained spot this wide in one camera is a hand, when another sees something wide too or is still busy
FINGERS_MM = 24.0  # or this wide in two
BESIDE_MM = 8.0  # what another camera must see at the least: a fly on one lens is nothing to the others
FLIGHT_MM = (30.0, 190.0)  # where along a dart's axis its shaft and flight are
FLIGHT_HALF_MM = 28.0
WIDEST_FLIGHT_MM = 26.0  # the largest circle that fits into a flight seen from anywhere has a radius of 22 mm; pictures blur it


def is_hand(
    changed: Sequence[Axis3],
    standing: Sequence[Axis3],
    settled: Mapping[CameraId, Settled],
    poses: Mapping[CameraId, Calibration],
    busy: int = 0,
) -> bool:
    """Say whether something wide is in view that no dart's flight explains, and not of one camera alone where there are several.

    What differs from the reference is explained by darts that `changed`, what differs from the empty board by those `standing`.
    `busy` cameras still see motion.
    """
    widest = sorted(
        (_widest_mm(s, standing if s.blobs_on_empty else changed, poses[c]) for c, s in settled.items() if c in poses), reverse=True
    )
    if not widest:
        return False
    beside = busy > 0 or len(poses) < 2 or (len(widest) > 1 and widest[1] > BESIDE_MM)
    return (widest[0] > HAND_MM and beside) or (len(widest) > 1 and widest[1] > FINGERS_MM)


def _widest_mm(settled: Settled, explained: Sequence[Axis3], calibration: Calibration) -> float:
    return max((_unexplained_mm(spot, explained, calibration) for spot in settled.blobs), default=0.0)


def _unexplained_mm(spot: Blob, explained: Sequence[Axis3], calibration: Calibration) -> float:
    """Give a spot's radius on the face in mm, 0 when it lies on the shaft or flight of a dart and is not wider than a flight there."""
    for axis in explained:
        ends = before_camera(calibration, axis, FLIGHT_MM)
        foot, head = ends[:, :2] / ends[:, 2:]
        length = max(1e-9, float(np.linalg.norm(head - foot)))
        along = (head - foot) / length
        apart = np.array([spot.u, spot.v]) - foot
        where = float(apart @ along) / length
        part = min(1.0, max(0.0, where))
        depth_mm = 1 / ((1 - part) / ends[0, 2] + part / ends[1, 2])  # along a line in a picture the inverse of the depth is linear
        off_mm = max(abs(float(apart @ np.array([-along[1], along[0]]))), abs(where - part) * length) * depth_mm
        if off_mm < FLIGHT_HALF_MM and spot.radius * depth_mm < WIDEST_FLIGHT_MM:
            return 0.0
    return spot.radius * float(np.linalg.norm(calibration.translation_mm))
