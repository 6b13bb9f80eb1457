"""Find out that a dart stuck in the end of a standing one: no line of it leads to the board, but it prolongs that dart.

Something wide is new on the extension of one standing dart in several pictures. A flight that a passing dart turned is new there too, but
ends where flights end.
"""

from collections.abc import Sequence

import numpy as np

from dartd.fusion.camera_pose import in_camera_frame
from dartd.fusion.gather import Evidence
from schemas.geometry import Axis3, Calibration
from schemas.pipe.sightings import Blob

# Heights above the face, mm. Darts are 150 to 170 mm long: shafts end 105 to 125 mm above the face and flights up to 168 mm, so that the
# middle of a blob (7 mm at the least, workers.vision.blobs) of a flight lies below 161 mm. In the clearest picture of 11 simulated lodged
# darts the highest one lay at 165 to 233 mm; `python -m tests.bench.visits --kind robin_hood --first-rig 7031` counts what goes wrong.
SHAFT_END_MM = 105.0
BEYOND_FLIGHTS_MM = 160.0
HIGHEST_MM, STEP_MM = 260.0, 4.0  # cameras are 230 to 290 mm above the face, and near them an axis has no direction
NEAREST_MM = 40.0  # in front of a camera: what is nearer is out of its picture, or behind it
OFF_MM, DROOPS = 10.0, 0.1  # from the extension at the end of the shaft, and more for each mm beyond: a dart hangs by its own weight


def is_lodged(standing: Sequence[Axis3], evidence: Evidence) -> bool:
    """Return whether something prolongs a standing dart in two pictures at least, in one of them farther than flights reach."""
    return any(_prolongs(dart, evidence) for dart in standing)


def _prolongs(dart: Axis3, evidence: Evidence) -> bool:
    highest = [
        _highest_mm(settled.blobs, dart, evidence.poses[camera])
        for camera, settled in evidence.settled.items()
        if camera in evidence.poses and not settled.blobs_on_empty
    ]
    return sum(height_mm > SHAFT_END_MM for height_mm in highest) > 1 and max(highest) > BEYOND_FLIGHTS_MM


def _highest_mm(blobs: Sequence[Blob], dart: Axis3, calibration: Calibration) -> float:
    """Return how high above the face the highest blob on the extension of a dart lies, 0 without one."""
    heights_mm = np.arange(SHAFT_END_MM, HIGHEST_MM, STEP_MM)
    points = in_camera_frame(calibration, dart, tuple(heights_mm))
    shown = points[:, 2] > NEAREST_MM
    if not (blobs and shown.any()):
        return 0.0
    heights_mm, depths_mm, axis = heights_mm[shown], points[shown, 2], points[shown, :2] / points[shown, 2:]
    apart = np.linalg.norm(np.array([[blob.u, blob.v] for blob in blobs])[:, None] - axis, axis=2)
    nearest = apart.argmin(axis=1)
    off_mm = apart.min(axis=1) * depths_mm[nearest]
    on = off_mm < OFF_MM + DROOPS * (heights_mm[nearest] - SHAFT_END_MM)
    return float(heights_mm[nearest][on].max(initial=0.0))
