"""Gather what the cameras report of one motion, and know how long to wait for the rest.

A motion begins with the first camera that reports it. It is complete when every camera that moved has settled and the others have had
time to report too, or when the time limit since the first one settled is over: no camera is waited for longer.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import msgspec

from dartd.fusion.camera_view import CameraSightings
from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import MotionDetected, Settled

# Seconds. `python -m tests.bench.latency` prints how far apart cameras settle, `python -m tests.bench.visits` what goes wrong when
# something of one motion is taken for another.
GATHER_S = 0.1  # cameras are not in step: one may notice a dart two frames after another
SWINGS_S = 0.3  # a camera that moves again this soon still swings (a quarter of a second); the fastest players throw every 0.45 s
CALM_S = 0.15  # of stillness after a possible miss: someone who waves, or a shadow, moves again within two frames

LEAVING_SHARE = 0.5  # of a sighting that now looks like the empty board: above this something went, and nothing came


@dataclass
class GatheredMotion:
    """What the cameras have reported of one motion so far."""

    started_s: float
    moving: dict[CameraId, MotionDetected] = field(default_factory=dict)
    began_s: dict[CameraId, float] = field(default_factory=dict)  # when each camera first noticed motion
    settled: dict[CameraId, Settled] = field(default_factory=dict)
    first_settled_s: float | None = None
    last_settled_s: float = -math.inf
    withdrawn: dict[CameraId, Settled] = field(default_factory=dict)  # of cameras that went on swinging: part of the same motion
    hand: bool = False  # it was confirmed to be a hand

    def add_motion(self, motion: MotionDetected) -> None:
        """Note that a camera notices motion."""
        self.moving[motion.camera_id] = motion
        self.began_s.setdefault(motion.camera_id, motion.t_s)

    def add_settled(self, settled: Settled, now: float) -> None:
        """Note what a camera found when its picture was still again; start and flight of what it withdrew count too."""
        self.moving.pop(settled.camera_id, None)
        before = self.withdrawn.get(settled.camera_id)
        if before is not None:
            settled = msgspec.structs.replace(settled, started_s=before.started_s, flight=before.flight or settled.flight)
        self.settled[settled.camera_id] = settled
        self.last_settled_s = now
        if self.first_settled_s is None:
            self.first_settled_s = now

    def withdraw(self, camera_id: CameraId) -> int:
        """Take back what a camera reported when it settled, since it moves again; return its episode."""
        self.withdrawn[camera_id] = self.settled.pop(camera_id)
        if not self.settled:
            self.first_settled_s = None
        return self.withdrawn[camera_id].episode

    def complete_at_s(self, expected: Collection[CameraId], timeout_s: float) -> float | None:
        """Return when it is complete, given the cameras that are expected to report; None while none has settled."""
        if self.first_settled_s is None:
            return None
        wait_s = min(GATHER_S, timeout_s)
        if self.moving:
            wait_s = timeout_s
        elif all(camera in self.settled for camera in expected):
            wait_s = 0.0
        return max(self.first_settled_s + wait_s, self.calm_at_s)

    @property
    def calm_at_s(self) -> float:
        """The time until which a possible miss waits for more motion; long past for everything else."""
        settled = self.settled.values()
        possible_miss = any(s.flight for s in settled) and not any(s.finding == "dart" for s in settled)
        return self.last_settled_s + CALM_S if possible_miss else -math.inf


@dataclass(frozen=True)
class Evidence:
    """A complete motion: what each camera found, the calibrations of all cameras, and those that still move."""

    settled: Mapping[CameraId, Settled]
    poses: Mapping[CameraId, Calibration]
    busy: AbstractSet[CameraId]

    @property
    def num_cameras(self) -> int:
        """The number of cameras that could report, at least 1."""
        return max(1, len(self.poses))

    @property
    def still(self) -> list[Calibration]:
        """The calibrations of the cameras that noticed no motion at all."""
        return [pose for camera, pose in self.poses.items() if camera not in self.settled and camera not in self.busy]

    def sightings(self, undisturbed: Sequence[Axis3]) -> list[CameraSightings]:
        """Return the sightings of what is new in each calibrated camera; `undisturbed` darts are among those on the empty board."""
        return [
            CameraSightings(
                camera,
                self.poses[camera],
                tuple(s for s in settled.sightings if s.leaving < LEAVING_SHARE),
                tuple(undisturbed) if settled.sightings_on_empty else (),
            )
            for camera, settled in self.settled.items()
            if camera in self.poses
        ]
