"""Describe a fused axis as a dart in the board: its bed, how sure it is, which other beds it may be in, and what each camera detected."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from dartd.fusion.camera_view import CameraSightings
from dartd.fusion.fused_axis import CameraEvidence, FusedAxis
from dartd.fusion.observation import LocatedDart
from schemas.base import CameraId
from schemas.board import Bed, BoardSpec, bed_at, wire_distance_mm
from schemas.events import BoardPoint, Detection, Deviation, PixelPoint, Suggestion
from schemas.geometry import Calibration

# Suggested beds. `dartd replay DIR --score` prints the share of wrong beds whose right one was suggested.
SAMPLES = 400  # points drawn from the covariance; shares are good to 0.02
WIDEN = 2.0  # standard deviations are doubled: suggestions must hold the truth when the first choice is wrong
MIN_SHARE = 0.02
MAX_SUGGESTIONS = 3
NEAR_WIRE = 2.5  # times the uncertainty: a dart farther from every wire has no other bed

# Confidence: one half where the residual or the uncertainty is as large as this. 0.1 mm is usual for both, 1 mm of residual is wrong
HALF_RESIDUAL_MM = 1.0
HALF_UNCERTAINTY_MM = 4.0

AHEAD = 1e-3  # in normalised coordinates, along a line in the picture: its direction on the face

_NORMAL = np.random.default_rng(1).standard_normal((SAMPLES, 2))


def locate_dart(
    fused: FusedAxis,
    reported: Sequence[CameraSightings],
    board: BoardSpec,
    num_cameras: int,
    episodes: Mapping[CameraId, int],
    settled_s: float,
) -> LocatedDart:
    """Describe a fused axis; `episodes` names each camera's episode in which the dart was new."""
    x_mm, y_mm = fused.axis.x_mm, fused.axis.y_mm
    bed = bed_at(x_mm, y_mm, board)
    calibrations = {each.camera_id: each.calibration for each in reported}
    return LocatedDart(
        axis=fused.axis,
        bed=bed,
        uncertainty_mm=round(fused.uncertainty_mm, 3),
        wire_distance_mm=round(wire_distance_mm(x_mm, y_mm, board), 3),
        residual_mm=round(fused.residual_mm, 3),
        confidence=round(_confidence(fused, num_cameras), 3),
        cameras_used=fused.cameras_used,
        num_cameras=num_cameras,
        detections=tuple(_detection(e, fused, calibrations[e.camera_id]) for e in fused.evidence if e.sighting is not None),
        suggestions=suggest_beds(fused, bed, board),
        episodes=dict(episodes),
        settled_at_s=settled_s,
    )


def suggest_beds(fused: FusedAxis, chosen: Bed, board: BoardSpec) -> tuple[Suggestion, ...]:
    """List up to three other beds that the point may lie in, the most likely first; none when every wire is far."""
    x_mm, y_mm = fused.axis.x_mm, fused.axis.y_mm
    if wire_distance_mm(x_mm, y_mm, board) > NEAR_WIRE * fused.uncertainty_mm:
        return ()
    root = np.linalg.cholesky(fused.covariance * WIDEN**2 + 1e-6 * np.eye(2))
    tally: dict[Bed, int] = {}
    for dx, dy in _NORMAL @ root.T:
        bed = bed_at(x_mm + float(dx), y_mm + float(dy), board)
        tally[bed] = tally.get(bed, 0) + 1
    others = sorted(((n, b) for b, n in tally.items() if (b.ring, b.sector) != (chosen.ring, chosen.sector)), key=lambda item: -item[0])
    return tuple(
        Suggestion(
            label=b.label, ring=b.ring, sector=b.sector if b.ring != "miss" else None, total=b.total, probability=round(n / SAMPLES, 3)
        )
        for n, b in others[:MAX_SUGGESTIONS]
        if n >= MIN_SHARE * SAMPLES
    )


def _confidence(fused: FusedAxis, num_cameras: int) -> float:
    """Rate a fused axis from 0 to 1: how many cameras support it, how well their lines meet, and how well the point is known."""
    support = sum(e.support for e in fused.evidence) / max(1, num_cameras)
    agreement = 1 + (fused.residual_mm / HALF_RESIDUAL_MM) ** 2
    return float(np.clip(support, 0, 1) / agreement / (1 + (fused.uncertainty_mm / HALF_UNCERTAINTY_MM) ** 2))


def _detection(evidence: CameraEvidence, fused: FusedAxis, calibration: Calibration) -> Detection:
    sighting = evidence.sighting
    assert sighting is not None  # noqa: S101 - the caller chose evidence that has one
    x, y = _on_face(calibration, sighting.u, sighting.v)
    off_x, off_y = x - fused.axis.x_mm, y - fused.axis.y_mm
    far_x, far_y = _on_face(calibration, sighting.u + AHEAD * sighting.du, sighting.v + AHEAD * sighting.dv)
    along_x, along_y = far_x - x, far_y - y
    across_mm = (along_x * off_y - along_y * off_x) / math.hypot(along_x, along_y)
    return Detection(
        camera_id=evidence.camera_id,
        pixel=PixelPoint(x=round(sighting.tip.x, 2), y=round(sighting.tip.y, 2)),
        board=BoardPoint(x=round(x, 2), y=round(y, 2)),
        confidence=round(sighting.confidence, 3),
        used=evidence.used,
        weight=round(evidence.support, 3),
        reject_reason=None if evidence.used else "its line does not meet the others'",
        deviation_mm=Deviation(x=round(off_x, 2), y=round(off_y, 2)),
        across_mm=round(across_mm, 2),
    )


def _on_face(calibration: Calibration, u: float, v: float) -> tuple[float, float]:
    """Return where on the face a camera's ray in normalised coordinates ends, in mm."""
    rotation = np.array(calibration.rotation).reshape(3, 3)
    center = -rotation.T @ np.array(calibration.translation_mm)
    ray = np.array([u, v, 1.0]) @ rotation
    x, y, _ = center - ray * center[2] / ray[2]
    return float(x), float(y)
