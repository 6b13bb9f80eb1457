"""Turn a fix of the cameras into a landing: its bed, how sure it is, which other beds it may be, and what each camera saw."""

from collections.abc import Mapping, Sequence

import numpy as np

from dartd.fusion.camera_view import View
from dartd.fusion.fusion import Fix, Witness
from dartd.fusion.observation import Landing
from schemas.base import CameraId
from schemas.board import Bed, BoardSpec, bed_at, wire_distance_mm
from schemas.events import BoardPoint, Detection, Deviation, PixelPoint, Suggestion
from schemas.geometry import Calibration

SAMPLES = 400
WIDEN = 2.0  # suggestions look at twice the spread: they shall hold the truth when the first choice is wrong
LEAST_SHARE = 0.02
MOST = 3
NEAR_WIRE = 2.5  # uncertainties: a wire farther away than this needs no suggestions

_NORMAL = np.random.default_rng(1).standard_normal((SAMPLES, 2))


def land(
    fix: Fix, views: Sequence[View], board: BoardSpec, num_cameras: int, episodes: Mapping[CameraId, int], settled_s: float
) -> Landing:
    """Make a landing of a fix; `episodes` names each camera's episode in which the dart was new."""
    x_mm, y_mm = fix.axis.x_mm, fix.axis.y_mm
    bed = bed_at(x_mm, y_mm, board)
    calibrations = {v.camera_id: v.calibration for v in views}
    return Landing(
        axis=fix.axis,
        bed=bed,
        uncertainty_mm=round(fix.uncertainty_mm, 3),
        wire_distance_mm=round(wire_distance_mm(x_mm, y_mm, board), 3),
        residual_mm=round(fix.residual_mm, 3),
        confidence=round(_confidence(fix, num_cameras), 3),
        cameras_used=fix.seen_by,
        num_cameras=num_cameras,
        detections=tuple(_detection(w, fix, calibrations[w.camera_id]) for w in fix.witnesses if w.sighting is not None),
        suggestions=suggest(fix, bed, board),
        episodes=dict(episodes),
        settled_at_s=settled_s,
    )


def suggest(fix: Fix, chosen: Bed, board: BoardSpec) -> tuple[Suggestion, ...]:
    """List up to three other beds that the point may lie in, the most likely first; none when every wire is far."""
    x_mm, y_mm = fix.axis.x_mm, fix.axis.y_mm
    if wire_distance_mm(x_mm, y_mm, board) > NEAR_WIRE * fix.uncertainty_mm:
        return ()
    root = np.linalg.cholesky(fix.covariance * WIDEN**2 + 1e-6 * np.eye(2))
    tally: dict[Bed, int] = {}
    for dx, dy in _NORMAL @ root.T:
        bed = bed_at(x_mm + float(dx), y_mm + float(dy), board)
        tally[bed] = tally.get(bed, 0) + 1
    others = sorted(((n, b) for b, n in tally.items() if (b.ring, b.sector) != (chosen.ring, chosen.sector)), key=lambda item: -item[0])
    return tuple(
        Suggestion(
            label=b.label, ring=b.ring, sector=b.sector if b.ring != "miss" else None, total=b.total, probability=round(n / SAMPLES, 3)
        )
        for n, b in others[:MOST]
        if n >= LEAST_SHARE * SAMPLES
    )


def _confidence(fix: Fix, num_cameras: int) -> float:
    """Rate a fix from 0 to 1: how many cameras stand behind it, and how well their lines meet (0.1 mm is well, 1 mm is wrong)."""
    support = sum(w.support for w in fix.witnesses) / max(1, num_cameras)
    return float(np.clip(support, 0, 1) / (1 + (fix.residual_mm / 1.0) ** 2) / (1 + (fix.uncertainty_mm / 4.0) ** 2))


def _detection(witness: Witness, fix: Fix, calibration: Calibration) -> Detection:
    sighting = witness.sighting
    assert sighting is not None  # noqa: S101 - the caller chose witnesses that have one
    rotation = np.array(calibration.rotation).reshape(3, 3)
    center = -rotation.T @ np.array(calibration.translation_mm)
    ray = np.array([sighting.u, sighting.v, 1.0]) @ rotation
    x, y, _ = center - ray * center[2] / ray[2]
    return Detection(
        camera_id=witness.camera_id,
        pixel=PixelPoint(x=round(sighting.tip.x, 2), y=round(sighting.tip.y, 2)),
        board=BoardPoint(x=round(float(x), 2), y=round(float(y), 2)),
        confidence=round(sighting.confidence, 3),
        used=witness.used,
        weight=round(witness.support, 3),
        reject_reason=None if witness.used else "its line does not meet the others'",
        deviation_mm=Deviation(x=round(float(x) - fix.axis.x_mm, 2), y=round(float(y) - fix.axis.y_mm, 2)),
    )
