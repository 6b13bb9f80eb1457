"""Calibrate a camera: lens and pose from pictures of the empty board."""

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.geometry import Calibration
from schemas.pipe.to_worker import KnownLens
from workers.vision.calibration.board_search import BoardHypothesis, find_board
from workers.vision.calibration.boundaries import (
    BoundaryPoints,
    blur_of,
    boundary_points,
    sample_steepest,
    sample_wires,
    thinned,
    wires_are_dark,
)
from workers.vision.calibration.camera_fit import CameraFit, fit_camera
from workers.vision.calibration.camera_model import CameraModel, from_homography, model_of
from workers.vision.calibration.drift import drift_px
from workers.vision.calibration.number_ring import read_numbers
from workers.vision.calibration.orientation import orient
from workers.vision.calibration.points import Points, boards_through
from workers.vision.calibration.refusal import (
    CERTAIN,
    SEEN_SHARE,
    BoardCoveredError,
    CalibrationRefusedError,
    OrientationUnknownError,
    board_cut_off,
    board_not_found,
    check_fit,
    lines_do_not_fit,
    orientation_needed,
)
from workers.vision.calibration.ring_contrast import ring_contrast
from workers.vision.frame import Image

Floats = NDArray[np.float64]

__all__ = ["CalibrationRefusedError", "OrientationUnknownError", "calibrate", "read_orientation", "verify"]

# Measure again: `dartd calibrate PICTURE` (residual, time).
ROUGH_MM = (8.0, 6.0, 5.0, 4.0, 4.0, 4.0, 4.0, 4.0)  # search range for the steepest edges, in the steps of the rough fit
ROUGH_THINNED = 2  # of so many boundary points one is used in the rough fit
NEAR_MM = 0.3  # a step that moves the lines by less ends the rough fit
FINE_MM = (2.0, 1.5)  # search range for the wires, in the first and in the other steps of the fine fit
FINE_STEPS, SETTLED_PX = 16, 0.02  # most steps of the fine fit; it ends when the lines move by less (median)
TRIED = 3  # hypotheses that are fitted at most: one that is off by a ring in a part of the picture may have the contrast too
APART_PX = 1.0  # hypotheses whose lines are closer (median) are the same


def calibrate(
    frames: Sequence[Image],
    board: BoardSpec,
    camera_id: CameraId,
    near_sector: int | None,
    *,
    lens: KnownLens | None = None,
    points: Points | None = None,
) -> Calibration:
    """Calibrate a camera from BGR pictures of the empty board; known parameters of its `lens` are kept, the others are estimated.

    With four `points` (see `points.py`) neither the board is searched nor its numbers read: position and rotation follow from them.

    Raises:
        OrientationUnknownError: all is measured but for the rotation of the board: its numbers cannot be read, and there is no hint.
        CalibrationRefusedError: the pictures allow no calibration; `reason` says why.
    """
    if not frames:
        raise CalibrationRefusedError("there is no picture of the empty board: give at least one")
    picture = frames[0] if len(frames) == 1 else np.asarray(np.median(np.stack(frames), axis=0), np.uint8)
    height, width = picture.shape[:2]
    found = find_board(picture, board) if points is None else iter(boards_through(points, board, (width, height)))
    first = next(found, None)
    if first is None:
        raise board_not_found(picture)
    best = _fitted(picture, first, found, board, lens)
    if points is not None:
        return _calibration(best.model, best, camera_id, (width, height))
    match = read_numbers(picture, best.model, board)
    model = orient(best.model, match, near_sector)
    if model is None:
        near_mm = best.model.center_mm[:2] * board.edge_mm / np.linalg.norm(best.model.center_mm[:2])
        needed = orientation_needed(best.model.project(near_mm[None])[0], (width, height))
        raise OrientationUnknownError(needed, _calibration(best.model, best, camera_id, (width, height)), match.log_odds)
    return _calibration(model, best, camera_id, (width, height))


def read_orientation(picture: Image, calibration: Calibration, board: BoardSpec) -> Calibration | None:
    """Return the calibration with the board rotated by the numbers of a BGR picture, which may show darts; None if they are not certain.

    Raises:
        CalibrationRefusedError: the picture is mirrored.
    """
    model = model_of(calibration)
    oriented = orient(model, read_numbers(picture, model, board), None)
    if oriented is None:
        return None
    a, b, c, d, e, f, g, h, i = (float(v) for v in oriented.matrix_of_rotation.ravel())
    return msgspec.structs.replace(calibration, rotation=(a, b, c, d, e, f, g, h, i))


def _fitted(
    picture: Image, first: BoardHypothesis, others: Iterator[BoardHypothesis], board: BoardSpec, lens: KnownLens | None
) -> CameraFit:
    """Fit a camera from the hypothesis that matches the rings.

    Raises:
        CalibrationRefusedError: none passes the checks; the reason is that of the first.
    """
    boundaries = boundary_points(board)
    scaled: Floats = np.sqrt(picture.astype(np.float32) * 255)
    refused: CalibrationRefusedError | None = None
    for model in islice(_hypotheses(scaled, _starts(first, others, (picture.shape[1], picture.shape[0]), board), board, lens), TRIED):
        try:
            fit, blur_px = _fine_fit(scaled, model, boundaries, lens)
            check_fit(picture, fit, blur_px=blur_px, board=board)
        except BoardCoveredError:
            raise
        except CalibrationRefusedError as error:
            refused = refused or error
        else:
            return fit
    if refused is not None:
        raise refused
    size = (picture.shape[1], picture.shape[0])
    raise board_cut_off(_model_of(first, size).project(boundaries.point_mm), size)


def _hypotheses(scaled: Floats, starts: Iterator[CameraModel], board: BoardSpec, lens: KnownLens | None) -> Iterator[CameraModel]:
    """Return roughly fitted models that differ: those that certainly match the rings as they are found, then the others, the best first."""
    boundaries = thinned(boundary_points(board), ROUGH_THINNED)
    seen: list[Floats] = []
    others: list[tuple[float, CameraModel]] = []
    for start in starts:
        near = _rough_fit(scaled, start, boundaries, lens)
        if near is None:
            continue
        lines_px = near.project(boundaries.point_mm)
        if any(np.median(np.linalg.norm(lines_px - other_px, axis=1)) < APART_PX for other_px in seen):
            continue
        seen.append(lines_px)
        contrast = ring_contrast(scaled, near, board)
        if contrast > CERTAIN:
            yield near
        elif contrast > 0:
            others.append((contrast, near))
    for _, model in sorted(others, key=lambda each: -each[0]):
        yield model


def _fine_fit(scaled: Floats, model: CameraModel, boundaries: BoundaryPoints, lens: KnownLens | None) -> tuple[CameraFit, float]:
    """Fit a model to the wires near its lines until these stay where they are; return also the blur of the picture in pixels.

    Lens and distance are coupled: each step finds a part of them, since the wires in reach are those of the step before.
    """
    size = (scaled.shape[1], scaled.shape[0])
    blur_px, dark = blur_of(scaled, model, boundaries), wires_are_dark(scaled, model, boundaries)
    best: CameraFit | None = None
    for step in range(FINE_STEPS):
        samples = sample_wires(scaled, model, boundaries, reach_mm=FINE_MM[min(step, 1)], blur_px=blur_px, dark=dark)
        if len(samples.point) < SEEN_SHARE * len(boundaries.kind):
            raise lines_do_not_fit(best, size) if best is not None else board_cut_off(model.project(boundaries.point_mm), size)
        best = fit_camera(model, boundaries, samples, size=size, lens=lens)
        moved_px = np.linalg.norm(best.model.project(boundaries.point_mm) - model.project(boundaries.point_mm), axis=1)
        model = best.model
        if np.median(moved_px) < SETTLED_PX:
            break
    assert best is not None  # noqa: S101 - there is a step at least
    return best, blur_px


def _starts(first: BoardHypothesis, others: Iterator[BoardHypothesis], size: tuple[int, int], board: BoardSpec) -> Iterator[CameraModel]:
    """Return models to start from: the hypotheses in their order, the first also larger and smaller by a ring."""
    ring = board.double_outer_mm / board.double_inner_mm
    for scale in (1.0, 1 / ring, ring):  # where the rings are as light and dark as the beds, the alternation does not end at a ring
        yield _model_of(first, size, scale)
    for hypothesis in others:
        yield _model_of(hypothesis, size)


def _model_of(hypothesis: BoardHypothesis, size: tuple[int, int], scale: float = 1.0) -> CameraModel:
    homography = np.array(hypothesis.homography).reshape(3, 3) @ np.diag([scale, scale, 1])
    return from_homography(homography, hypothesis.distortion, size)


def _rough_fit(scaled: Floats, model: CameraModel, boundaries: BoundaryPoints, lens: KnownLens | None) -> CameraModel | None:
    """Fit a first model to the steepest edges near its lines; None if too few are visible."""
    size = (scaled.shape[1], scaled.shape[0])
    for reach_mm in ROUGH_MM:
        samples = sample_steepest(scaled, model, boundaries, reach_mm)
        if len(samples.point) < SEEN_SHARE * len(boundaries.kind):
            return None
        best = fit_camera(model, boundaries, samples, size=size, rough=True, lens=lens)
        moved_px = np.linalg.norm(best.model.project(boundaries.point_mm) - model.project(boundaries.point_mm), axis=1)
        model = best.model
        if reach_mm == min(ROUGH_MM) and np.median(moved_px[samples.point] / best.px_per_mm) < NEAR_MM:
            break
    return model


def _calibration(model: CameraModel, best: CameraFit, camera_id: CameraId, size: tuple[int, int]) -> Calibration:
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
        p1=float(model.p1),
        p2=float(model.p2),
        rotation=(a, b, c, d, e, f, g, h, i),
        translation_mm=(float(model.translation_mm[0]), float(model.translation_mm[1]), float(model.translation_mm[2])),
        residual_px=float(np.sqrt(np.mean(best.residual_px[best.inlier] ** 2))),
        residual_mm=float(np.sqrt(np.mean((best.residual_px / best.px_per_mm)[best.inlier] ** 2))),
        samples=int(best.inlier.sum()),
    )


def verify(frame: Image, calibration: Calibration, board: BoardSpec) -> float:
    """Return the drift of a BGR picture from a calibration, in pixels; infinite if no board is where it is expected."""
    return drift_px(frame, model_of(calibration), board)
