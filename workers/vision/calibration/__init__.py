"""From pictures of the empty board to a camera's lens and place before it."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.geometry import Calibration
from workers.vision.calibration.boundaries import blur_of, lines_of, sample_steepest, sample_wires
from workers.vision.calibration.finding import find_board
from workers.vision.calibration.model import Model, from_homography
from workers.vision.calibration.numbers import read_numbers
from workers.vision.calibration.orientation import oriented
from workers.vision.calibration.solve import Fit, fit
from workers.vision.frame import Image

Floats = NDArray[np.float64]

TYPICAL_FOCAL = 0.75  # of the width: a lens of 67°, where the fit of the focal length starts


class CalibrationRefusedError(Exception):
    """A picture from which no trustworthy calibration comes; `reason` says why, in words for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def calibrate(frames: Sequence[Image], board: BoardSpec, camera_id: CameraId, near_sector: int | None, at_s: float = 0.0) -> Calibration:
    """Calibrate a camera from BGR pictures of the empty board.

    Raises:
        CalibrationRefusedError: the pictures do not carry a calibration.
    """
    if not frames:
        raise CalibrationRefusedError("there is no picture of the empty board")
    picture = frames[0] if len(frames) == 1 else np.median(np.stack(frames), axis=0).astype(np.uint8)
    height, width = picture.shape[:2]
    found = find_board(picture, board)
    if found is None:
        raise CalibrationRefusedError("no dartboard was found in the picture")
    start = from_homography(np.array(found.homography).reshape(3, 3), found.bend, TYPICAL_FOCAL * width, (width, height))
    best = _fitted(picture, start, board)
    model = oriented(best.model, read_numbers(picture, best.model, board), near_sector)
    if model is None:
        raise CalibrationRefusedError("the number ring cannot be read: set near_sector to the sector that the camera is nearest to")
    return _calibration(model, best, camera_id, (width, height), at_s)


ROUGH_MM = (8.0, 6.0, 5.0, 4.0, 4.0, 4.0, 4.0, 4.0)  # how far the steepest edges are looked for while the first camera comes near
NEAR_MM = 0.3  # a step that moves the lines less than this ends the rough part
FINE_MM = (2.0, 1.5)  # how far the wires are looked for from then on


def _fitted(picture: Image, model: Model, board: BoardSpec) -> Fit:
    height, width = picture.shape[:2]
    lines = lines_of(board)
    scaled = np.sqrt(picture.astype(np.float32) * 255)
    best: Fit | None = None
    for reach_mm in ROUGH_MM:
        samples = sample_steepest(scaled, model, lines, reach_mm)
        best = fit(model, lines, samples, size=(width, height), free_k2=False)
        moved_px = np.linalg.norm(best.model.project(lines.place_mm) - model.project(lines.place_mm), axis=1)
        model = best.model
        if reach_mm == min(ROUGH_MM) and np.median(moved_px[samples.index] / best.px_per_mm) < NEAR_MM:
            break
    blur_px = blur_of(scaled, model, lines)
    for reach_mm in FINE_MM:
        samples = sample_wires(scaled, model, lines, reach_mm=reach_mm, blur_px=blur_px)
        best = fit(model, lines, samples, size=(width, height), free_k2=True)
        model = best.model
    assert best is not None
    return best


def _calibration(model: Model, best: Fit, camera_id: CameraId, size: tuple[int, int], at_s: float) -> Calibration:
    rotation = cv2.Rodrigues(model.rotation)[0].ravel().tolist()
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
        rotation=tuple(rotation),
        translation_mm=(float(model.translation_mm[0]), float(model.translation_mm[1]), float(model.translation_mm[2])),
        residual_px=float(np.sqrt(np.mean(best.residual_px[best.believed] ** 2))),
        residual_mm=float(np.sqrt(np.mean((best.residual_px / best.px_per_mm)[best.believed] ** 2))),
        samples=int(best.believed.sum()),
        calibrated_at_s=at_s,
    )


def verify(frame: Image, calibration: Calibration, board: BoardSpec) -> float:
    """Measure the picture against a calibration: median distance of the found lines from where they should be, in pixels."""
    c = calibration
    model = Model(
        (c.focal_x_px + c.focal_y_px) / 2,
        (c.center_x_px, c.center_y_px),
        c.k1,
        c.k2,
        cv2.Rodrigues(np.array(c.rotation).reshape(3, 3))[0].ravel(),
        np.array(c.translation_mm),
    )
    lines = lines_of(board)
    scaled = np.sqrt(frame.astype(np.float32) * 255)
    samples = sample_wires(scaled, model, lines, reach_mm=2.0, blur_px=1.0)
    if len(samples.index) < len(lines.kind) // 4:
        return float("inf")
    off = samples.pixel - model.project(lines.place_mm[samples.index])
    return float(np.median(np.hypot(off[:, 0], off[:, 1])))
