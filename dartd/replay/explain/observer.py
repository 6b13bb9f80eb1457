"""What the cameras told of each dart, kept beside the board while a replay runs."""

from collections.abc import Iterable, Sequence

import msgspec

from dartd.decision import Input, Step
from dartd.fusion.camera_view import View
from dartd.fusion.fusion import Fix, fuse
from dartd.runtime.pipeline import BoardDecider
from schemas.base import CameraId, DartId, Value
from schemas.events import DartHit, JournalledEvent, Snapshot
from schemas.geometry import Axis3, Calibration
from schemas.worker import BoardState, Calibrated, KnownDart, Settled

NEAR_MM = 4.0  # a fix of the same round that lies so near to what was told is the one that was told


class Testimony(Value, frozen=True, kw_only=True):
    """What was known when a dart was told, or should have been: each camera's calibration and last word, and the darts that stood."""

    settled: dict[CameraId, Settled] = msgspec.field(default_factory=dict)
    poses: dict[CameraId, Calibration] = msgspec.field(default_factory=dict)
    standing: tuple[Axis3, ...] = ()

    def fix(self, x_mm: float, y_mm: float) -> Fix | None:
        """Fuse what the cameras said once more: the axis that lies where the dart was told, with its covariance."""
        views = [View(camera, self.poses[camera], said.sightings) for camera, said in self.settled.items() if camera in self.poses]
        near = [(abs(f.axis.x_mm - x_mm) + abs(f.axis.y_mm - y_mm), f) for f in fuse(views)] if views else []
        distance_mm, best = min(near, key=lambda pair: pair[0], default=(NEAR_MM, None))
        return best if distance_mm < NEAR_MM else None


class Witness:
    """The board, with a memory of what the cameras said of each dart. `darts` by id, `words` in the order in which they came."""

    def __init__(self, board: BoardDecider) -> None:
        self.name = board.name
        self._board = board
        self._poses: dict[CameraId, Calibration] = {}
        self._episodes: dict[tuple[CameraId, int], Settled] = {}
        self._last: dict[CameraId, Settled] = {}
        self._standing: dict[DartId, Axis3] = {}
        self.darts: dict[DartId, Testimony] = {}
        self.words: list[tuple[float, Testimony]] = []

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Let the board decide, and remember what that was decided from."""
        for item in inputs:
            if isinstance(item, Calibrated):
                self._poses[item.camera_id] = item.calibration
            elif isinstance(item, Settled):
                self._last[item.camera_id] = item
                self._episodes[item.camera_id, item.episode] = item
        step = self._board.step(inputs, now)
        if any(isinstance(item, Settled) and item.finding != "nothing" for item in inputs):
            self.words.append((now, self._testimony(dict(self._last), ())))
        stood = tuple(self._standing.values())
        episodes = {dart.dart_id: dart.episodes for dart in self._told_to_stand(step)}
        for event in step.events:
            if isinstance(event, DartHit):
                mine = episodes.get(event.dart_id) or {camera: said.episode for camera, said in self._last.items()}
                settled = {camera: self._episodes[camera, n] for camera, n in mine.items() if (camera, n) in self._episodes}
                self.darts[event.dart_id] = self._testimony(settled, stood)
        return step

    def deadline(self) -> float | None:
        """Pass on what the board says."""
        return self._board.deadline()

    def memory(self, epoch_s: float) -> bytes:
        """Return the memory of the board."""
        return self._board.memory(epoch_s)

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Restore the board."""
        self._board.restore(memory, events, now=now, epoch_s=epoch_s)

    def snapshot(self) -> Snapshot:
        """Pass on what the board says."""
        return self._board.snapshot()

    def _told_to_stand(self, step: Step) -> list[KnownDart]:
        darts = [dart for _, order in step.orders if isinstance(order, BoardState) for dart in order.darts]
        if any(isinstance(order, BoardState) for _, order in step.orders):
            self._standing = {dart.dart_id: dart.axis for dart in darts}
        return darts

    def _testimony(self, settled: dict[CameraId, Settled], standing: tuple[Axis3, ...]) -> Testimony:
        return Testimony(settled=settled, poses=dict(self._poses), standing=standing)
