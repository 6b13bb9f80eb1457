"""Distinguish hands from darts: hands that move, by what cameras report together; hands at rest, by what is too wide for a dart."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from dartd.fusion.accept import SHAKES_S
from dartd.fusion.camera_pose import in_camera_frame
from dartd.fusion.gather import Evidence, GatheredMotion
from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Blob

# Hands that move. `python -m tests.bench.visits` counts takeouts that start late or for no reason.
REACHES_S = 0.7  # within which a hand that reaches for the board is in view of all cameras; someone who walks past takes longer
ALSO_HAND_S = SHAKES_S  # a camera that moves for so long sees a hand too: a dart is still by then
FLY_SHARE = 0.005  # of the face: a hand covers ten times as much of it, a fly 0.001

# Hands at rest: radii of the largest circles in what changed, mm. `python -m tests.bench.visits`, and workers.vision.look.HAND_MM (45),
# from which one camera alone calls it a hand.
HAND_MM = 38.0  # in one camera, when another one has something wide too or still moves
FINGERS_MM = 24.0  # in two cameras
# On no dart at all, in pictures of rendered rigs (A, B, C, F; 162 of 164 without a hand have nothing there, two 18 mm in one camera):
REACHING_MM = 11.0  # in the second widest camera, where all have something: the narrowest hands have 14 and more
ALONE_MM = 21.0  # in the only camera: two thirds of the hands have more
WIDE_MM = 8.0  # in another camera at the least: a fly on one lens is nothing to the others
FLIGHT_MM = (30.0, 190.0)  # along a dart's axis: shaft and flight
FLIGHT_HALF_MM = 28.0  # across it
WIDEST_FLIGHT_MM = 26.0  # the largest circle in a flight from any side has a radius of 22 mm; pictures blur it


# -- hands that move


def is_in_all_views(motion: GatheredMotion, cameras: Collection[CameraId], busy: AbstractSet[CameraId]) -> bool:
    """Return whether every camera notices something, or did in this motion: a hand that reaches for a dart is in view of all of them."""
    return all(motion.settled[c].max_share > FLY_SHARE if c in motion.settled else c in motion.began_s or c in busy for c in cameras)


def is_hand_moving(motion: GatheredMotion, now: float, num_cameras: int, *, in_all_views: bool) -> bool:
    """Return whether a hand that a camera reports is one: others began to notice motion with it, and notice it for long enough."""
    began = motion.began_s
    reporting = [c for c, m in motion.moving.items() if m.hand]
    if num_cameras < 2:
        return bool(reporting)
    agreeing = [c for c in motion.moving if c in reporting or now >= began[c] + ALSO_HAND_S]
    return in_all_views and any(c != one and abs(began[c] - began[one]) <= REACHES_S for one in reporting for c in agreeing)


def hand_due_s(motion: GatheredMotion, *, in_all_views: bool) -> float | None:
    """Return when a hand that one camera reports is confirmed, if others notice motion until then; None without one."""
    if motion.hand or not in_all_views:
        return None
    began = motion.began_s
    reporting = [c for c, m in motion.moving.items() if m.hand]
    agreeing = [c for c in motion.moving if any(c != one and abs(began[c] - began[one]) <= REACHES_S for one in reporting)]
    return min((began[c] + ALSO_HAND_S for c in agreeing), default=None)


# -- hands at rest


def is_hand_at_rest(changed: Sequence[Axis3], standing: Sequence[Axis3], evidence: Evidence) -> bool:
    """Return whether something wide is in view that no dart's flight explains, and not of one camera alone where there are several.

    What differs from the reference is explained by darts that `changed`, what differs from the empty board by those `standing`.
    """
    poses = evidence.poses
    widest = _widest_by_camera(evidence, changed, standing)
    if not widest:
        return False
    supported = bool(evidence.busy) or len(poses) < 2 or (len(widest) > 1 and widest[1] > WIDE_MM)
    if (widest[0] > HAND_MM and supported) or (len(widest) > 1 and widest[1] > FINGERS_MM):
        return True
    apart = _widest_by_camera(evidence, [*changed, *standing], [*changed, *standing])  # flights of darts that stand sway
    if len(poses) < 2:
        return apart[0] > ALONE_MM
    return len(apart) >= len(poses) and apart[-1] > 0 and apart[1] > REACHING_MM


def _widest_by_camera(evidence: Evidence, changed: Sequence[Axis3], standing: Sequence[Axis3]) -> list[float]:
    """Return the widest thing in each camera that no dart explains, the widest first."""
    poses = evidence.poses
    return sorted(
        (
            _widest_mm(settled, standing if settled.blobs_on_empty else changed, poses[camera])
            for camera, settled in evidence.settled.items()
            if camera in poses
        ),
        reverse=True,
    )


def _widest_mm(settled: Settled, explained: Sequence[Axis3], calibration: Calibration) -> float:
    return max((_unexplained_mm(spot, explained, calibration) for spot in settled.blobs), default=0.0)


def _unexplained_mm(spot: Blob, explained: Sequence[Axis3], calibration: Calibration) -> float:
    """Return a spot's radius on the face in mm, 0 when it is on the shaft or flight of a dart and not wider than a flight there."""
    for axis in explained:
        ends = in_camera_frame(calibration, axis, FLIGHT_MM)
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
