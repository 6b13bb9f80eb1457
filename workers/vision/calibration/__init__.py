"""From pictures of the empty board to a camera's lens and place before it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.geometry import Calibration
from schemas.pipe.to_worker import KnownLens
from workers.vision.calibration.boundaries import Lines, blur_of, lines_of, sample_steepest, sample_wires
from workers.vision.calibration.drift import drift_px
from workers.vision.calibration.evidence import ring_evidence
from workers.vision.calibration.finding import FoundBoard, find_board
from workers.vision.calibration.model import Model, from_homography, model_of
from workers.vision.calibration.numbers import read_numbers
from workers.vision.calibration.orientation import oriented
from workers.vision.calibration.points import Points, boards_through
from workers.vision.calibration.refusal import SEEN_SHARE, CalibrationRefusedError, cut_off, judge, not_found
from workers.vision.calibration.solve import Fit, fit
from workers.vision.frame import Image

Floats = NDArray[np.float64]

__all__ = ["CalibrationRefusedError", "calibrate", "verify"]


def calibrate(
    frames: Sequence[Image],
    board: BoardSpec,
    camera_id: CameraId,
    near_sector: int | None,
    at_s: float = 0.0,
    *,
    lens: KnownLens | None = None,
    points: Points | None = None,
) -> Calibration:
    """Calibrate a camera from BGR pictures of the empty board; what is known of its `lens` is held, the rest is found.

    With four `points` (see `points.py`) the board is not looked for, and its numbers are not read: it is where and how they say.

    Raises:
        CalibrationRefusedError: the pictures do not carry a calibration; `reason` says why.
    """
    if not frames:
        raise CalibrationRefusedError("there is no picture of the empty board")
    picture = frames[0] if len(frames) == 1 else np.asarray(np.median(np.stack(frames), axis=0), np.uint8)
    height, width = picture.shape[:2]
    found = find_board(picture, board) if points is None else boards_through(points, board, (width, height))
    if not found:
        raise not_found(picture)
    best, blur_px = _fitted(picture, found, board, lens)
    judge(picture, best, blur_px=blur_px, board=board)
    model = best.model if points is not None else oriented(best.model, read_numbers(picture, best.model, board), near_sector)
    if model is None:
        raise CalibrationRefusedError("the number ring cannot be read: set near_sector to the sector that the camera is nearest to")
    return _calibration(model, best, camera_id, (width, height), at_s)


ROUGH_MM = (8.0, 6.0, 5.0, 4.0, 4.0, 4.0, 4.0, 4.0)  # how far the steepest edges are looked for while the first camera comes near
NEAR_MM = 0.3  # a step that moves the lines less than this ends the rough part
FINE_MM = (2.0, 1.5)  # how far the wires are looked for from then on


def _fitted(picture: Image, found: Sequence[FoundBoard], board: BoardSpec, lens: KnownLens | None) -> tuple[Fit, float]:
    """Fit a camera from whichever guess comes to lie on the rings; also the blur of the picture in pixels."""
    size = (picture.shape[1], picture.shape[0])
    lines = lines_of(board)
    scaled: Floats = np.sqrt(picture.astype(np.float32) * 255)
    best_evidence, model = 0.0, None
    for start in _starts(found, size, board):
        near = _near(scaled, start, lines, lens)
        evidence = 0.0 if near is None else ring_evidence(scaled, near, board)
        if evidence > best_evidence:
            best_evidence, model = evidence, near
        if evidence > CERTAIN:
            break
    if model is None:
        raise cut_off()
    blur_px = blur_of(scaled, model, lines)
    for reach_mm in FINE_MM:
        samples = sample_wires(scaled, model, lines, reach_mm=reach_mm, blur_px=blur_px)
        if len(samples.line) < SEEN_SHARE * len(lines.kind):
            raise cut_off()
        best = fit(model, lines, samples, size=size, lens=lens)
        model = best.model
    return best, blur_px


CERTAIN = 0.93  # evidence of the rings from which on no other guess is tried: good pictures have 0.97 and more


def _starts(found: Sequence[FoundBoard], size: tuple[int, int], board: BoardSpec) -> Iterator[Model]:
    """Give models to start from: the guesses in their order, the first also a ring larger and smaller."""
    ring = board.double_outer_mm / board.double_inner_mm
    for scale in (1.0, 1 / ring, ring):  # where the rings are as light and dark as the beds, the alternation does not end at a ring
        yield from_homography(np.array(found[0].homography).reshape(3, 3) @ np.diag([scale, scale, 1]), found[0].bend, size)
    for guess in found[1:]:
        yield from_homography(np.array(guess.homography).reshape(3, 3), guess.bend, size)


def _near(scaled: Floats, model: Model, lines: Lines, lens: KnownLens | None) -> Model | None:
    """Bring a first model near the lines, by the steepest edges around them; None when too few are seen."""
    size = (scaled.shape[1], scaled.shape[0])
    for reach_mm in ROUGH_MM:
        samples = sample_steepest(scaled, model, lines, reach_mm)
        if len(samples.line) < SEEN_SHARE * len(lines.kind):
            return None
        best = fit(model, lines, samples, size=size, rough=True, lens=lens)
        moved_px = np.linalg.norm(best.model.project(lines.place_mm) - model.project(lines.place_mm), axis=1)
        model = best.model
        if reach_mm == min(ROUGH_MM) and np.median(moved_px[samples.line] / best.px_per_mm) < NEAR_MM:
            break
    return model


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
