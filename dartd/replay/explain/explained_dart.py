"""The darts of a replay, one by one: what was reported, what was true, and what the cameras found."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dartd.fusion.fused_axis import FusedAxis
from dartd.replay.explain.observer import DartEvidence, EvidenceRecorder
from dartd.replay.playlist import Playlist
from dartd.replay.replay import ReplayedEvent
from dartd.replay.scoring import Expectation, Truth, TruthFrame
from schemas.base import CameraId, Value
from schemas.events import DartHit
from schemas.geometry import Calibration
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Sighting

Floats = NDArray[np.float64]


class ExplainedDart(Value, frozen=True, kw_only=True):
    """A dart that was reported (`hit`), or that should have been; `expect` is the truth where there is one."""

    sequence_id: str
    t_ms: float
    evidence: DartEvidence
    hit: DartHit | None = None
    expect: Expectation | None = None

    @property
    def error_mm(self) -> float | None:
        """The distance of the reported point from the true one; None without either."""
        if self.hit is None or self.expect is None:
            return None
        at = self.hit.board_coordinates
        return float(np.hypot(at.x_mm - self.expect.x_mm, at.y_mm - self.expect.y_mm))

    @property
    def is_right(self) -> bool:
        """Whether the bed is the true one; without a truth nothing is known to be wrong."""
        if self.expect is None:
            return True
        return self.hit is not None and self.expect.names(self.hit.score.ring, self.hit.score.label)

    def fused_axis(self) -> FusedAxis | None:
        """Fuse the sightings of the dart again; None for a dart that was not reported, or when none is found."""
        return None if self.hit is None else self.evidence.fused_axis(self.hit.board_coordinates.x_mm, self.hit.board_coordinates.y_mm)


class FaceLine(Value, frozen=True, kw_only=True):
    """Where the plane of a sighting's line meets the face: a point (the visible end, as if on the face) and a unit direction, mm."""

    x_mm: float
    y_mm: float
    dx: float
    dy: float

    def distance_mm(self, x_mm: float, y_mm: float) -> float:
        """Return the distance of a point of the face from the line."""
        return abs((x_mm - self.x_mm) * self.dy - (y_mm - self.y_mm) * self.dx)


def line_on_face(sighting: Sighting, calibration: Calibration) -> FaceLine:
    """Return where the plane of a sighting's line meets the face."""
    rotation = np.array(calibration.rotation).reshape(3, 3)
    center = -rotation.T @ np.array(calibration.translation_mm)
    rays = np.array([[sighting.u, sighting.v, 1.0], [sighting.u + sighting.du, sighting.v + sighting.dv, 1.0]]) @ rotation
    x_mm, y_mm, _ = center - rays[0] * center[2] / rays[0, 2]
    normal = np.cross(rays[0], rays[1])[:2]
    dx, dy = np.array([-normal[1], normal[0]]) / max(float(np.linalg.norm(normal)), 1e-12)
    return FaceLine(x_mm=float(x_mm), y_mm=float(y_mm), dx=float(dx), dy=float(dy))


def pixels_of(calibration: Calibration, points_mm: Floats) -> Floats:
    """Project board points (n, 3) to the pixels (n, 2) of a camera."""
    solid = points_mm @ np.array(calibration.rotation).reshape(3, 3).T + np.array(calibration.translation_mm)
    return pixels_of_rays(calibration, solid[:, :2] / solid[:, 2:])


def pixels_of_rays(calibration: Calibration, rays: Floats) -> Floats:
    """Project normalised coordinates (n, 2) through the lens to pixels (n, 2)."""
    c = calibration
    square = (rays**2).sum(axis=1, keepdims=True)
    decentered = 2 * (rays @ [c.p2, c.p1])[:, None] * rays + square * [c.p2, c.p1]
    bent = rays * (1 + square * (c.k1 + c.k2 * square)) + decentered
    return np.asarray(bent * [c.focal_x_px, c.focal_y_px] + [c.center_x_px, c.center_y_px], float)


def explained_darts(
    events: Sequence[ReplayedEvent], recorder: EvidenceRecorder, playlist: Playlist, truth: Truth | None
) -> list[ExplainedDart]:
    """List the darts of a replay in order: those that were reported, and those of the truth that were not."""
    hits = [
        ExplainedDart(sequence_id=t.sequence_id or "", t_ms=t.t_ms, evidence=recorder.darts[e.dart_id], hit=e) for t, e in _hits(events)
    ]
    if truth is None:
        return hits
    darts: list[ExplainedDart] = []
    for sequence_id, sequence in truth.sequences.items():
        darts += _judged(sequence_id, sequence.frames, [c for c in hits if c.sequence_id == sequence_id], recorder, playlist)
    order = {sequence_id: k for k, sequence_id in enumerate(playlist.ids)}
    return sorted(darts, key=lambda dart: (order.get(dart.sequence_id, len(order)), dart.t_ms))


def _hits(events: Sequence[ReplayedEvent]) -> Iterator[tuple[ReplayedEvent, DartHit]]:
    for each in events:
        if isinstance(each.envelope.event, DartHit):
            yield each, each.envelope.event


def _judged(
    sequence_id: str, frames: Sequence[TruthFrame], hits: Sequence[ExplainedDart], recorder: EvidenceRecorder, playlist: Playlist
) -> Iterator[ExplainedDart]:
    """Add the truth to the darts that were reported, and list those that were not."""
    starts = [frame.t_ms for frame in frames]
    expected = {k: frame.expect for k, frame in enumerate(frames) if frame.expect.type == "dart_hit"}
    for hit in hits:
        expect = expected.pop(bisect_right(starts, hit.t_ms) - 1, None)
        yield ExplainedDart(sequence_id=sequence_id, t_ms=hit.t_ms, evidence=hit.evidence, hit=hit.hit, expect=expect)
    for k, expect in expected.items():
        ends_ms = starts[k + 1] if k + 1 < len(starts) else float("inf")
        found = [each for at_s, each in recorder.reports if _lies_within(playlist.position(at_s), sequence_id, starts[k], ends_ms)]
        yield ExplainedDart(sequence_id=sequence_id, t_ms=starts[k], evidence=found[-1] if found else DartEvidence(), expect=expect)


def _lies_within(position: tuple[str | None, float], sequence_id: str, from_ms: float, to_ms: float) -> bool:
    return position[0] == sequence_id and from_ms <= position[1] < to_ms


def fitted_sightings(dart: ExplainedDart) -> Mapping[CameraId, tuple[Sighting, bool]]:
    """Return each camera's sighting of the dart, and whether it was used; its first one where no dart was reported."""
    fused = dart.fused_axis()
    if fused is not None:
        return {w.camera_id: (w.sighting, w.used) for w in fused.evidence if w.sighting is not None}
    return {camera: (settled.sightings[0], False) for camera, settled in dart.evidence.settled.items() if settled.sightings}


def reporting_cameras(dart: ExplainedDart) -> Iterator[tuple[CameraId, Settled, Calibration]]:
    """Iterate over the calibrated cameras that found something, in order of their names."""
    for camera in sorted(dart.evidence.settled):
        if camera in dart.evidence.poses:
            yield camera, dart.evidence.settled[camera], dart.evidence.poses[camera]
