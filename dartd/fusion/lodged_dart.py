"""Find out that a dart stuck in the end of a standing one: no line of it leads to the board, but it prolongs that dart.

In several pictures a line is new that begins where the shaft of a standing dart ends and goes on with it. A coarse picture shows no such
line, but something wide on the extension; a flight that a passing dart turned is new there too, but ends where flights end.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dartd.fusion.camera_pose import in_camera_frame
from dartd.fusion.dart_axis import Floats
from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.gather import Evidence
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Sighting

# Heights above the face, mm. Darts are 150 to 170 mm long: shafts end 105 to 125 mm above the face and flights up to 168 mm, so that the
# middle of a blob (7 mm at the least, workers.vision.blobs) of a flight lies below 161 mm. In the clearest picture of 11 simulated lodged
# darts the highest one lay at 165 to 233 mm; `python -m tests.bench.visits --kind robin_hood --first-rig 7031` counts what goes wrong.
SHAFT_END_MM = 105.0
BEYOND_FLIGHTS_MM = 160.0
LOWEST_MM, HIGHEST_MM, STEP_MM = 60.0, 260.0, 4.0  # cameras are 230 to 290 mm above the face, and near them an axis has no direction
NEAREST_MM = 40.0  # in front of a camera: what is nearer is out of its picture, or behind it
OFF_MM, DROOPS = 10.0, 0.1  # from the extension at the end of the shaft, and more for each mm beyond: a dart hangs by its own weight

# Of 60 simulated lodged darts nearly all lines began 84 to 116 mm above the face, of one 116 to 132; they were 16 to 68 mm long and up
# to 3 mm off the extension. A line of a turned flight begins where the flight does.
LINE_BEGINS_MM, LINE_BEGINS_AT_MOST_MM = 80.0, 135.0
BEFORE_FLIGHTS_MM = 120.0
LINE_MM, LINE_OFF_MM = 12.0, 4.0


class _Extension(NamedTuple):
    """Points of a dart's axis at and beyond its end, in a picture: heights above the face, depths (n), and where they are (n, 2)."""

    heights_mm: Floats
    depths_mm: Floats
    points: Floats

    def nearest(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the height of the extension next to each point (m, 2), and how far the point lies off it, in mm at its depth."""
        apart = np.linalg.norm(points[:, None] - self.points, axis=2)
        nearest = apart.argmin(axis=1)
        return self.heights_mm[nearest], apart.min(axis=1) * self.depths_mm[nearest]


class _Prolongation(NamedTuple):
    """What is new on the extension of a dart in one picture: where its longest line begins, how far all of it reaches (mm of height)."""

    begins_mm: float
    reaches_mm: float


def is_lodged(standing: Sequence[Axis3], evidence: Evidence) -> bool:
    """Return whether something prolongs a standing dart in two pictures: lines from its shaft on, or what reaches beyond flights in one."""
    return any(_prolongs(dart, evidence) for dart in standing)


def is_of_lodged(candidate: FusedAxis, standing: Sequence[Axis3], evidence: Evidence) -> bool:
    """Return whether all lines of a candidate prolong a standing dart: it is where those of a lodged dart would meet the board."""
    lines = [(e.sighting, evidence.poses[e.camera_id]) for e in candidate.evidence if e.used and e.sighting is not None]
    return bool(lines) and any(all(_goes_on(line, dart, pose) for line, pose in lines) for dart in standing)


def _goes_on(line: Sighting, dart: Axis3, calibration: Calibration) -> bool:
    extension = _extension(dart, calibration)
    return extension is not None and _ends_mm(line, extension) is not None


def _prolongs(dart: Axis3, evidence: Evidence) -> bool:
    found = [
        _prolongation(settled, extension)
        for camera, settled in evidence.settled.items()
        if camera in evidence.poses and (extension := _extension(dart, evidence.poses[camera])) is not None
    ]
    from_shaft = sum(each.begins_mm <= BEFORE_FLIGHTS_MM for each in found)
    reach_mm = [each.reaches_mm for each in found if each.reaches_mm > SHAFT_END_MM]
    return from_shaft > 1 or (len(reach_mm) > 1 and max(reach_mm) > BEYOND_FLIGHTS_MM)


def _prolongation(settled: Settled, extension: _Extension) -> _Prolongation:
    """Return what prolongs a dart in a picture; a longer line that leads elsewhere is a dart, in front of whose flight a shorter one is."""
    longest_first = [_ends_mm(line, extension) for line in sorted(settled.sightings, key=lambda line: -line.length)]
    longest = next(iter(longest_first), None)
    reach_mm = [ends_mm for ends in longest_first if ends is not None for ends_mm in ends]
    return _Prolongation(math.inf if longest is None else longest[0], max([_highest_mm(settled, extension), *reach_mm]))


def _extension(dart: Axis3, calibration: Calibration) -> _Extension | None:
    """Return the extension of a dart in the picture of a camera, None where it is out of it."""
    heights_mm = np.arange(LOWEST_MM, HIGHEST_MM, STEP_MM)
    points = in_camera_frame(calibration, dart, tuple(heights_mm))
    shown = points[:, 2] > NEAREST_MM
    points = points[shown]
    return _Extension(heights_mm[shown], points[:, 2], points[:, :2] / points[:, 2:]) if len(points) else None


def _ends_mm(line: Sighting, extension: _Extension) -> tuple[float, float] | None:
    """Return between which heights a line goes on with a dart, None for one that leads to the board or elsewhere."""
    along = np.array([0.0, 0.5, 1.0])[:, None] * line.length
    heights_mm, off_mm = extension.nearest(np.array([line.u, line.v]) + along * np.array([line.du, line.dv]))
    begins_mm, ends_mm = float(heights_mm[0]), float(heights_mm[-1])
    is_on = off_mm < LINE_OFF_MM + DROOPS * (heights_mm - SHAFT_END_MM).clip(min=0)
    goes_on = LINE_BEGINS_MM <= begins_mm <= LINE_BEGINS_AT_MOST_MM and ends_mm - begins_mm >= LINE_MM and is_on.all()
    return (begins_mm, ends_mm) if goes_on else None


def _highest_mm(settled: Settled, extension: _Extension) -> float:
    """Return how high above the face the highest new blob on an extension lies, 0 without one."""
    if not settled.blobs or settled.blobs_on_empty:
        return 0.0
    heights_mm, off_mm = extension.nearest(np.array([[blob.u, blob.v] for blob in settled.blobs]))
    on = off_mm < OFF_MM + DROOPS * (heights_mm - SHAFT_END_MM).clip(min=0)
    return float(heights_mm[on].max(initial=0.0))
