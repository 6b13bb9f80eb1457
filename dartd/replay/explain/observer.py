"""Record what the cameras found of each dart while a replay runs."""

from collections.abc import Iterable, Sequence

import msgspec

from dartd.decision import Input, Step
from dartd.fusion.camera_view import CameraSightings
from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.fusion import fuse
from dartd.runtime.pipeline import BoardDecider
from schemas.base import CameraId, DartId, Value
from schemas.events import DartHit, JournalledEvent, Snapshot
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import Calibrated, Settled
from schemas.pipe.to_worker import KnownDart, UpdateBoard

NEAR_MM = 4.0  # from the reported point to the axis that is found again; farther away it is another dart's


class DartEvidence(Value, frozen=True, kw_only=True):
    """What was known when a dart was reported, or should have been: calibrations, what each camera found, and the darts that stood."""

    settled: dict[CameraId, Settled] = msgspec.field(default_factory=dict)
    poses: dict[CameraId, Calibration] = msgspec.field(default_factory=dict)
    standing: tuple[Axis3, ...] = ()

    def fused_axis(self, x_mm: float, y_mm: float) -> FusedAxis | None:
        """Fuse the sightings again: the axis nearest to the reported point, with its covariance; None when none is near."""
        reported = [CameraSightings(camera, self.poses[camera], s.sightings) for camera, s in self.settled.items() if camera in self.poses]
        near = [(abs(f.axis.x_mm - x_mm) + abs(f.axis.y_mm - y_mm), f) for f in fuse(reported)] if reported else []
        distance_mm, best = min(near, key=lambda pair: pair[0], default=(NEAR_MM, None))
        return best if distance_mm < NEAR_MM else None


class EvidenceRecorder:
    """A board that records what the cameras found: `darts` by id, `reports` with their times in the order in which they came."""

    def __init__(self, board: BoardDecider) -> None:
        self.name = board.name
        self._board = board
        self._poses: dict[CameraId, Calibration] = {}
        self._episodes: dict[tuple[CameraId, int], Settled] = {}
        self._last: dict[CameraId, Settled] = {}
        self._standing: dict[DartId, Axis3] = {}
        self.darts: dict[DartId, DartEvidence] = {}
        self.reports: list[tuple[float, DartEvidence]] = []

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Step the board, and record what its decision was based on."""
        for item in inputs:
            if isinstance(item, Calibrated):
                self._poses[item.camera_id] = item.calibration
            elif isinstance(item, Settled):
                self._last[item.camera_id] = item
                self._episodes[item.camera_id, item.episode] = item
        step = self._board.step(inputs, now)
        if any(isinstance(item, Settled) and item.finding != "nothing" for item in inputs):
            self.reports.append((now, self._evidence(dict(self._last), ())))
        stood = tuple(self._standing.values())
        episodes = {dart.dart_id: dart.episodes for dart in self._standing_darts(step)}
        for event in step.events:
            if isinstance(event, DartHit):
                mine = episodes.get(event.dart_id) or {camera: settled.episode for camera, settled in self._last.items()}
                settled = {camera: self._episodes[camera, n] for camera, n in mine.items() if (camera, n) in self._episodes}
                self.darts[event.dart_id] = self._evidence(settled, stood)
        return step

    def deadline(self) -> float | None:
        """Return that of the board."""
        return self._board.deadline()

    def memory(self, epoch_s: float) -> bytes:
        """Return the memory of the board."""
        return self._board.memory(epoch_s)

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Restore the board."""
        self._board.restore(memory, events, now=now, epoch_s=epoch_s)

    def snapshot(self) -> Snapshot:
        """Return that of the board."""
        return self._board.snapshot()

    def _standing_darts(self, step: Step) -> list[KnownDart]:
        darts = [dart for _, order in step.orders if isinstance(order, UpdateBoard) for dart in order.darts]
        if any(isinstance(order, UpdateBoard) for _, order in step.orders):
            self._standing = {dart.dart_id: dart.axis for dart in darts}
        return darts

    def _evidence(self, settled: dict[CameraId, Settled], standing: tuple[Axis3, ...]) -> DartEvidence:
        return DartEvidence(settled=settled, poses=dict(self._poses), standing=standing)
