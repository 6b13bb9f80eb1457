"""Decide how the board is rotated for cameras that cannot read its numbers, from all cameras of the rig together.

A camera that has measured the board but for its rotation has ten possible ones, 36° apart. Three things decide between them. The numbers
that it reads are evidence, though not enough of it. A dart is at one position of the board for all cameras that see it: rotations that put
it elsewhere for another camera are excluded, so that what one camera knows, by its numbers or by a hint, all know after a dart. And most
rigs have their cameras evenly around the board.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from dartd.fusion.camera_pose import CameraPose, ray_of
from schemas.base import CameraId
from schemas.board import SECTORS
from schemas.geometry import Calibration
from schemas.pipe.from_worker import OrientationUnknown, Settled
from schemas.pipe.sightings import Sighting

Floats = NDArray[np.float64]

# Measure again: `pytest tests/unit/dartd/fusion/test_rig_orientation.py`, on random rigs.
ROTATIONS: Final = 10
STEP_RAD: Final = 2 * np.pi / ROTATIONS
CERTAIN = 0.995  # probability of a rotation, the same as is asked of the numbers of one picture
CONSIDERED = 4  # open cameras that are decided together: their combinations are 10⁴
APART_S = 1.0  # cameras report the same dart within this time; three darts of a visit are thrown at least as far apart
TIP_MM = 10.0  # standard deviation of the visible end of a dart on the face, most of it along the dart
WRONG = 0.1  # share of visible ends that are not those of the dart
AREA_MM2 = 1.6e5  # of the board, over which these are spread
LEAVING = 0.5  # a sighting that is an object which left, not one that arrived
DARTS = 12  # that are remembered
EVEN = 0.5  # share of rigs whose cameras are evenly spaced around the board
EVEN_RAD = 0.2  # standard deviation of the azimuths of their cameras: those of three known rigs are 6° off
EVENLY_FROM = 3  # cameras: two are as often at a right angle or side by side


class _Unoriented(NamedTuple):
    calibration: Calibration
    log_odds: Floats


class _Seen(NamedTuple):
    """The visible end of one dart in the pictures of some cameras (normalised)."""

    at_s: float
    ends: dict[CameraId, tuple[float, float]]


class RigOrientation:
    """The cameras whose rotation is open, and the evidence for it."""

    def __init__(self) -> None:
        self._open: dict[CameraId, _Unoriented] = {}
        self._known: dict[CameraId, Calibration] = {}
        self._darts: list[_Seen] = []
        self._ordered: set[CameraId] = set()  # cameras that were sent their rotation and have not confirmed it
        self._changed = False  # there is evidence that was not considered

    def is_open(self, camera_id: CameraId) -> bool:
        """Return whether the rotation of the board is unknown to a camera: what it reports has no position yet."""
        return camera_id in self._open or camera_id in self._ordered

    def calibration(self, camera_id: CameraId) -> Calibration | None:
        """Return one of the ten possible calibrations of a camera whose rotation is open."""
        unoriented = self._open.get(camera_id)
        return None if unoriented is None else unoriented.calibration

    def add_open(self, message: OrientationUnknown) -> None:
        """Note that a camera has measured the board but for its rotation; where it saw darts before is of another calibration."""
        self.remove(message.camera_id)
        self._changed = True
        self._open[message.camera_id] = _Unoriented(message.calibration, np.array(message.log_odds))

    def add_known(self, calibration: Calibration, *, kept: bool) -> None:
        """Note the calibration of a camera that knows the rotation."""
        if not kept:
            self._forget_darts(calibration.camera_id)
        self._open.pop(calibration.camera_id, None)
        self._ordered.discard(calibration.camera_id)
        self._known[calibration.camera_id] = calibration
        self._changed = True

    def remove(self, camera_id: CameraId) -> None:
        """Forget a camera that is gone or must be calibrated anew."""
        self._forget_darts(camera_id)
        self._open.pop(camera_id, None)
        self._known.pop(camera_id, None)
        self._ordered.discard(camera_id)

    def add_settled(self, settled: Settled) -> None:
        """Note where a camera saw a new dart; nothing is noted while every camera knows the rotation."""
        arrived = [sighting for sighting in settled.sightings if sighting.leaving < LEAVING]
        if not self._open or settled.finding != "dart" or settled.sightings_on_empty or not arrived:
            return
        best: Sighting = max(arrived, key=lambda sighting: sighting.confidence)
        seen = next((each for each in self._darts if abs(each.at_s - settled.t_s) < APART_S and settled.camera_id not in each.ends), None)
        if seen is None:
            seen = _Seen(settled.t_s, {})
            self._darts = [*self._darts[1 - DARTS :], seen]
        seen.ends[settled.camera_id] = best.u, best.v
        self._changed = True

    def decide(self) -> dict[CameraId, Calibration]:
        """Return the calibrations, with their rotation, of the cameras for which it has become certain: they are to be sent to these."""
        if not self._open or not self._changed:
            return {}
        self._changed = False
        cameras = list(self._open)[:CONSIDERED]
        likely = self._probabilities(cameras)
        found: dict[CameraId, Calibration] = {}
        for axis, camera_id in enumerate(cameras):
            own = likely.sum(axis=tuple(other for other in range(len(cameras)) if other != axis))
            if own.max() > CERTAIN:
                found[camera_id] = self.settle(camera_id, rotated(self._open[camera_id].calibration, -int(own.argmax())))
        return found

    def settle(self, camera_id: CameraId, calibration: Calibration) -> Calibration:
        """Note that a camera is sent this calibration, and return it; what others know of the darts follows from it."""
        self.add_known(calibration, kept=True)
        self._ordered.add(camera_id)
        return calibration

    def _forget_darts(self, camera_id: CameraId) -> None:
        for seen in self._darts:
            seen.ends.pop(camera_id, None)

    def _probabilities(self, cameras: list[CameraId]) -> Floats:
        """Return the probability of each combination of the rotations of open cameras: (10, …), one axis for each."""
        shape = (ROTATIONS,) * len(cameras)
        log_likely = np.zeros(shape)
        for axis, camera_id in enumerate(cameras):
            log_likely += _along(self._open[camera_id].log_odds, (axis,), len(cameras))
        for table, axes in self._dart_tables(cameras):
            log_likely += _along(table, axes, len(cameras))
        log_likely += self._evenness(cameras)
        likely = np.exp(log_likely - log_likely.max())
        return np.asarray(likely / likely.sum(), np.float64)

    def _dart_tables(self, cameras: list[CameraId]) -> Iterator[tuple[Floats, tuple[int, ...]]]:
        """Return for each dart and pair of cameras the logarithm of its likelihood for their rotations, and the axes of these."""
        poses = self._poses(cameras)
        for seen in self._darts:
            points = {camera_id: poses[camera_id].on_face(np.array([end]))[0] for camera_id, end in seen.ends.items() if camera_id in poses}
            for one, other in combinations(points, 2):
                axes = tuple(cameras.index(each) for each in (one, other) if each in cameras)
                if axes:
                    table = _pair_table(_candidates(points[one], one in cameras), _candidates(points[other], other in cameras))
                    # the pairs of n cameras say what n - 1 of them would
                    yield table.squeeze() * 2 / len(points), axes

    def _evenness(self, cameras: list[CameraId]) -> Floats:
        """Return the logarithm of the prior of combinations: in many rigs the cameras are evenly around the board."""
        fixed = [_azimuth(calibration) for camera_id, calibration in self._known.items() if camera_id not in cameras]
        num_cameras = len(fixed) + len(cameras)
        shape = (ROTATIONS,) * len(cameras)
        if num_cameras < EVENLY_FROM:
            return np.zeros(shape)
        rotations = np.indices(shape).reshape(len(cameras), -1).T
        azimuths = np.array([_azimuth(self._open[camera_id].calibration) for camera_id in cameras]) - rotations * STEP_RAD
        azimuths = np.column_stack([azimuths, np.tile(fixed, (len(azimuths), 1))]) % (2 * np.pi)
        azimuths.sort(axis=1)
        gaps = np.diff(azimuths, axis=1, append=azimuths[:, :1] + 2 * np.pi)
        even = np.exp(-0.5 * np.sum(((gaps - 2 * np.pi / num_cameras) / EVEN_RAD) ** 2, axis=1))
        prior = (1 - EVEN) / len(even) + EVEN * even / max(even.sum(), 1e-12)
        return np.asarray(np.log(prior).reshape(shape), np.float64)

    def _poses(self, cameras: list[CameraId]) -> Mapping[CameraId, CameraPose]:
        calibrations = self._known | {camera_id: self._open[camera_id].calibration for camera_id in cameras}
        return {camera_id: CameraPose(calibration) for camera_id, calibration in calibrations.items()}


def rotated(calibration: Calibration, steps: int) -> Calibration:
    """Return the calibration for a board that is rotated so that the azimuth of the camera grows by so many steps of 36°."""
    matrix = np.array(calibration.rotation).reshape(3, 3) @ _rotation(steps).T
    a, b, c, d, e, f, g, h, i = (float(value) for value in matrix.ravel())
    return msgspec.structs.replace(calibration, rotation=(a, b, c, d, e, f, g, h, i))


def rotated_to_sector(calibration: Calibration, near_sector: int) -> Calibration:
    """Return the calibration for the rotation at which the camera is nearest to a sector (or to the next one)."""
    wanted = np.pi / 2 - SECTORS.index(near_sector) * np.pi / 10
    return rotated(calibration, round((wanted - _azimuth(calibration)) / STEP_RAD))


def rotated_to_twenty(calibration: Calibration, x_px: float, y_px: float) -> Calibration:
    """Return the calibration for the rotation at which the 20 is closest to the direction of a pixel from the bull."""
    x_mm, y_mm = CameraPose(calibration).on_face(np.array([ray_of(calibration, x_px, y_px)]))[0]
    return rotated(calibration, round((np.pi / 2 - float(np.arctan2(y_mm, x_mm))) / STEP_RAD))


def _rotation(steps: int) -> Floats:
    c, s = np.cos(steps * STEP_RAD), np.sin(steps * STEP_RAD)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _azimuth(calibration: Calibration) -> float:
    x, y, _ = -np.array(calibration.rotation).reshape(3, 3).T @ np.array(calibration.translation_mm)
    return float(np.arctan2(y, x))


def _candidates(point: Floats, is_open: bool) -> Floats:  # noqa: FBT001 - private, both calls say what it is
    """Return the possible positions (10 or 1, 2) of a point of the face, by the rotation of the camera that saw it."""
    steps = range(ROTATIONS) if is_open else range(1)
    return np.stack([_rotation(-step)[:2, :2] @ point for step in steps])


def _pair_table(one: Floats, other: Floats) -> Floats:
    """Return the log-likelihood ratios (n, m) that two visible ends are of one dart, for their possible positions."""
    square = np.sum((one[:, None] - other[None]) ** 2, axis=2)
    variance = 2 * TIP_MM**2
    same = np.exp(-0.5 * square / variance) / (2 * np.pi * variance)
    return np.asarray(np.log((1 - WRONG) * same * AREA_MM2 + WRONG), np.float64)


def _along(table: Floats, axes: tuple[int, ...], count: int) -> Floats:
    """Return a table whose axes are those of `count` cameras; the given ones must ascend, or be two that descend."""
    if len(axes) > 1 and axes[0] > axes[1]:
        table, axes = table.T, axes[::-1]
    return table.reshape([ROTATIONS if axis in axes else 1 for axis in range(count)])
