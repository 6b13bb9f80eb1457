"""From pictures of the empty board to a camera's lens and place before it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.geometry import Calibration
from workers.vision.calibration.boundaries import blur_of, lines_of, sample_steepest, sample_wires
from workers.vision.calibration.drift import drift_px
from workers.vision.calibration.finding import find_board
from workers.vision.calibration.model import Model, from_homography, model_of
from workers.vision.calibration.numbers import read_numbers
from workers.vision.calibration.orientation import oriented
from workers.vision.calibration.refusal import CalibrationRefusedError, judge, not_found, refuse_unseen
from workers.vision.calibration.solve import Fit, fit
from workers.vision.frame import Image

Floats = NDArray[np.float64]

__all__ = ["CalibrationRefusedError", "calibrate", "verify"]

TYPICAL_FOCAL = 0.75  # of the width: a lens of 67°, where the fit of the focal length starts


def calibrate(frames: Sequence[Image], board: BoardSpec, camera_id: CameraId, near_sector: int | None, at_s: float = 0.0) -> Calibration:
    """Calibrate a camera from BGR pictures of the empty board.

    Raises:
        CalibrationRefusedError: the pictures do not carry a calibration; `reason` says why.
    """
    if not frames:
        raise CalibrationRefusedError("there is no picture of the empty board")
    picture = frames[0] if len(frames) == 1 else np.asarray(np.median(np.stack(frames), axis=0), np.uint8)
    height, width = picture.shape[:2]
    found = find_board(picture, board)
    if found is None:
        raise not_found(picture)
    start = from_homography(np.array(found.homography).reshape(3, 3), found.bend, TYPICAL_FOCAL * width, (width, height))
    best, blur_px = _fitted(picture, start, board)
    judge(picture, best, blur_px=blur_px, board=board)
    model = oriented(best.model, read_numbers(picture, best.model, board), near_sector)
    if model is None:
        raise CalibrationRefusedError("the number ring cannot be read: set near_sector to the sector that the camera is nearest to")
    return _calibration(model, best, camera_id, (width, height), at_s)


ROUGH_MM = (8.0, 6.0, 5.0, 4.0, 4.0, 4.0, 4.0, 4.0)  # how far the steepest edges are looked for while the first camera comes near
NEAR_MM = 0.3  # a step that moves the lines less than this ends the rough part
FINE_MM = (2.0, 1.5)  # how far the wires are looked for from then on


def _fitted(picture: Image, model: Model, board: BoardSpec) -> tuple[Fit, float]:
    height, width = picture.shape[:2]
    lines = lines_of(board)
    scaled = np.sqrt(picture.astype(np.float32) * 255)
    for reach_mm in ROUGH_MM:
        samples = sample_steepest(scaled, model, lines, reach_mm)
        refuse_unseen(len(samples.line), len(lines.kind))
        best = fit(model, lines, samples, size=(width, height), free_k2=False)
        moved_px = np.linalg.norm(best.model.project(lines.place_mm) - model.project(lines.place_mm), axis=1)
        model = best.model
        if reach_mm == min(ROUGH_MM) and np.median(moved_px[samples.line] / best.px_per_mm) < NEAR_MM:
            break
    blur_px = blur_of(scaled, model, lines)
    for reach_mm in FINE_MM:
        samples = sample_wires(scaled, model, lines, reach_mm=reach_mm, blur_px=blur_px)
        refuse_unseen(len(samples.line), len(lines.kind))
        best = fit(model, lines, samples, size=(width, height), free_k2=True)
        model = best.model
    return best, blur_px


def _calibration(model: Model, best: Fit, camera_id: CameraId, size: tuple[int, int], at_s: float) -> Calibration:
    a, b, c, d, e, f, g, h, i = (float(v) for v in model.matrix_of_rotation.ravel())
    return Calibration(
        camera_id=camera_id,
        width=size[0],
        height=size[1],
        focal_x_px=float(model.focal_px),
        focal_y_px=float(model.focal_px),
        center_x_px=float(model.center_px[0]),
        center_y_px=float(model.center_px[1]),
        k1=float(model.k1),
        k2=float(model.k2),
        rotation=(a, b, c, d, e, f, g, h, i),
        translation_mm=(float(model.translation_mm[0]), float(model.translation_mm[1]), float(model.translation_mm[2])),
        residual_px=float(np.sqrt(np.mean(best.residual_px[best.believed] ** 2))),
        residual_mm=float(np.sqrt(np.mean((best.residual_px / best.px_per_mm)[best.believed] ** 2))),
        samples=int(best.believed.sum()),
        calibrated_at_s=at_s,
    )


def verify(frame: Image, calibration: Calibration, board: BoardSpec) -> float:
    """Measure how far a BGR picture has moved from a calibration, in pixels; infinite when no board is where it should be."""
    return drift_px(frame, model_of(calibration), board)
