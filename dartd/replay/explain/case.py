"""The darts of a replay, one by one: what was told, what was true, and what the cameras said."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dartd.fusion.fusion import Fix
from dartd.replay.explain.observer import Testimony, Witness
from dartd.replay.playlist import Playlist
from dartd.replay.replay import Told
from dartd.replay.scoring import Expectation, Truth, TruthFrame
from schemas.base import CameraId, Value
from schemas.events import DartHit
from schemas.geometry import Calibration
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Sighting

Floats = NDArray[np.float64]


class Case(Value, frozen=True, kw_only=True):
    """A dart that was told (`hit`), or that should have been; `expect` is the truth where there is one."""

    sequence_id: str
    t_ms: float
    testimony: Testimony
    hit: DartHit | None = None
    expect: Expectation | None = None

    @property
    def error_mm(self) -> float | None:
        """Give how far the dart was told from where it stands."""
        if self.hit is None or self.expect is None:
            return None
        at = self.hit.board_coordinates
        return float(np.hypot(at.x_mm - self.expect.x_mm, at.y_mm - self.expect.y_mm))

    @property
    def is_right(self) -> bool:
        """Say whether the bed is the true one; without a truth nothing is known to be wrong."""
        if self.expect is None:
            return True
        return self.hit is not None and self.expect.names(self.hit.score.ring, self.hit.score.label)

    def fix(self) -> Fix | None:
        """Fuse once more what the cameras said; None for a dart that was not told, or when nothing comes of it."""
        return None if self.hit is None else self.testimony.fix(self.hit.board_coordinates.x_mm, self.hit.board_coordinates.y_mm)


class Line(Value, frozen=True, kw_only=True):
    """Where the plane of a sighting's line cuts the face: a point (the visible end, as if it were on the face) and a unit direction, mm."""

    x_mm: float
    y_mm: float
    dx: float
    dy: float

    def miss_mm(self, x_mm: float, y_mm: float) -> float:
        """Give how far a point of the face lies off the line."""
        return abs((x_mm - self.x_mm) * self.dy - (y_mm - self.y_mm) * self.dx)


def line_on_face(sighting: Sighting, calibration: Calibration) -> Line:
    """Cut what a camera saw with the face of the board."""
    rotation = np.array(calibration.rotation).reshape(3, 3)
    center = -rotation.T @ np.array(calibration.translation_mm)
    rays = np.array([[sighting.u, sighting.v, 1.0], [sighting.u + sighting.du, sighting.v + sighting.dv, 1.0]]) @ rotation
    x_mm, y_mm, _ = center - rays[0] * center[2] / rays[0, 2]
    normal = np.cross(rays[0], rays[1])[:2]
    dx, dy = np.array([-normal[1], normal[0]]) / max(float(np.linalg.norm(normal)), 1e-12)
    return Line(x_mm=float(x_mm), y_mm=float(y_mm), dx=float(dx), dy=float(dy))


def pixels_of(calibration: Calibration, points_mm: Floats) -> Floats:
    """Project board points (n, 3) to the pixels (n, 2) of a camera."""
    solid = points_mm @ np.array(calibration.rotation).reshape(3, 3).T + np.array(calibration.translation_mm)
    return pixels_of_rays(calibration, solid[:, :2] / solid[:, 2:])


def pixels_of_rays(calibration: Calibration, rays: Floats) -> Floats:
    """Send normalised coordinates (n, 2) through the lens to pixels (n, 2)."""
    c = calibration
    square = (rays**2).sum(axis=1, keepdims=True)
    bent = rays * (1 + square * (c.k1 + c.k2 * square))
    return np.asarray(bent * [c.focal_x_px, c.focal_y_px] + [c.center_x_px, c.center_y_px], float)


def cases_of(told: Sequence[Told], witness: Witness, playlist: Playlist, truth: Truth | None) -> list[Case]:
    """List the darts of a replay in order: those that were told, and those of the truth that were not."""
    hits = [Case(sequence_id=t.sequence_id or "", t_ms=t.t_ms, testimony=witness.darts[e.dart_id], hit=e) for t, e in _hits(told)]
    if truth is None:
        return hits
    cases: list[Case] = []
    for sequence_id, sequence in truth.sequences.items():
        cases += _judged(sequence_id, sequence.frames, [c for c in hits if c.sequence_id == sequence_id], witness, playlist)
    order = {sequence_id: k for k, sequence_id in enumerate(playlist.ids)}
    return sorted(cases, key=lambda case: (order.get(case.sequence_id, len(order)), case.t_ms))


def _hits(told: Sequence[Told]) -> Iterator[tuple[Told, DartHit]]:
    for each in told:
        if isinstance(each.envelope.event, DartHit):
            yield each, each.envelope.event


def _judged(sequence_id: str, frames: Sequence[TruthFrame], hits: Sequence[Case], witness: Witness, playlist: Playlist) -> Iterator[Case]:
    """Put the truth beside the darts that were told, and list those that were not."""
    starts = [frame.t_ms for frame in frames]
    expected = {k: frame.expect for k, frame in enumerate(frames) if frame.expect.type == "dart_hit"}
    for hit in hits:
        expect = expected.pop(bisect_right(starts, hit.t_ms) - 1, None)
        yield Case(sequence_id=sequence_id, t_ms=hit.t_ms, testimony=hit.testimony, hit=hit.hit, expect=expect)
    for k, expect in expected.items():
        ends_ms = starts[k + 1] if k + 1 < len(starts) else float("inf")
        said = [w for at_s, w in witness.words if _lies_within(playlist.place(at_s), sequence_id, starts[k], ends_ms)]
        yield Case(sequence_id=sequence_id, t_ms=starts[k], testimony=said[-1] if said else Testimony(), expect=expect)


def _lies_within(place: tuple[str | None, float], sequence_id: str, from_ms: float, to_ms: float) -> bool:
    return place[0] == sequence_id and from_ms <= place[1] < to_ms


def chosen(case: Case) -> Mapping[CameraId, tuple[Sighting, bool]]:
    """Name each camera's sighting that the dart stands on, and whether it was used; the best supported where no dart was told."""
    fix = case.fix()
    if fix is not None:
        return {w.camera_id: (w.sighting, w.used) for w in fix.witnesses if w.sighting is not None}
    return {camera: (said.sightings[0], False) for camera, said in case.testimony.settled.items() if said.sightings}


def seen_by(case: Case) -> Iterator[tuple[CameraId, Settled, Calibration]]:
    """Go through the cameras that said something and know where they stand, by name."""
    for camera in sorted(case.testimony.settled):
        if camera in case.testimony.poses:
            yield camera, case.testimony.settled[camera], case.testimony.poses[camera]
