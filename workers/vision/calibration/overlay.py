"""Draw a calibration over the picture of the empty board, so that a user can judge it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import SECTORS, BoardSpec
from schemas.geometry import Calibration
from workers.vision.calibration.boundaries import boundary_points, sample_wires
from workers.vision.calibration.camera_fit import along_normals, shifts_of
from workers.vision.calibration.camera_model import CameraModel, model_of
from workers.vision.calibration.drift import BLUR_PX
from workers.vision.frame import Image

Floats = NDArray[np.float64]

FINE = 4  # fractional bits of pixels in OpenCV's drawing functions
STICK = 10  # factor by which a residual is enlarged
REACH_MM = 2.0  # largest residual
LINE, GOOD, FAIR, BAD = (230, 200, 60), (90, 220, 90), (40, 200, 250), (60, 60, 255)  # BGR
FAIR_MM, BAD_MM = 0.4, 0.8  # a third and two thirds of a wire: residuals of good pictures are 0.1 to 0.45


def draw_overlay(picture: Image, calibration: Calibration, board: BoardSpec) -> Image:
    """Draw the rings and radials of a calibration over a BGR picture, and the residuals of the wires.

    Each sample has a stick ten times as long as its residual: green within 0.4 mm, yellow within 0.8, red beyond. The common shift of a
    ring is subtracted first: the rings of a board deviate from their nominal radii, and a calibration estimates that.
    """
    drawn, model = picture.copy(), model_of(calibration)
    for line in _lines(board):
        _trace(drawn, model.project(line), LINE)
    scaled = np.sqrt(picture.astype(np.float32) * 255)
    boundaries = boundary_points(board)
    samples = sample_wires(scaled, model, boundaries, reach_mm=REACH_MM, blur_px=BLUR_PX)
    if len(samples.point):
        unit, px_per_mm, pixel = along_normals(model, boundaries.point_mm[samples.point], boundaries.normal[samples.point])
        off_mm = (unit * (samples.pixel - pixel)).sum(axis=1) / px_per_mm
        off_mm -= _shared(off_mm, shifts_of(boundaries, samples))
        for start, step, mm in zip(pixel, unit * (off_mm * px_per_mm)[:, None], np.abs(off_mm), strict=True):
            _trace(drawn, np.stack([start, start + STICK * step]), GOOD if mm < FAIR_MM else FAIR if mm < BAD_MM else BAD)
    _name_sectors(drawn, model, board)
    return drawn


def draw_lines(picture: Image, calibration: Calibration, board: BoardSpec) -> Image:
    """Draw the rings, radials and numbers of a calibration over a copy of a BGR picture, without residuals."""
    drawn, model = picture.copy(), model_of(calibration)
    for line in _lines(board):
        _trace(drawn, model.project(line), LINE)
    _name_sectors(drawn, model, board)
    return drawn


def _shared(off_mm: Floats, which: Floats) -> Floats:
    """Return for each sample the common shift of its class of boundaries."""
    shared = np.zeros_like(off_mm)
    for column in which.T:
        of = column != 0
        if of.any():
            shared[of] = column[of] * np.median(off_mm[of] * column[of])
    return shared


def _lines(board: BoardSpec) -> list[Floats]:
    """Return the lines of the board as polylines (n, 2) in mm."""
    angles = np.linspace(0, 2 * np.pi, 181)
    rings = [radius * np.column_stack([np.cos(angles), np.sin(angles)]) for radius in board.radii_mm]
    reach = np.linspace(board.single_bull_mm, board.double_outer_mm, 20)[:, None]
    angles = np.radians(np.arange(20) * 18.0 + 9.0)
    return rings + [reach * np.array([[np.cos(a), np.sin(a)]]) for a in angles]


def _trace(picture: Image, pixels: Floats, colour: tuple[int, int, int]) -> None:
    points = np.round(np.clip(pixels, -1e5, 1e5) * (1 << FINE)).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(picture, [points], isClosed=False, color=colour, thickness=1, lineType=cv2.LINE_AA, shift=FINE)


def _name_sectors(picture: Image, model: CameraModel, board: BoardSpec) -> None:
    """Write the numbers inside the doubles, where the calibration expects them."""
    angles = np.pi / 2 - np.arange(20) * np.pi / 10
    positions = model.project(0.86 * board.double_inner_mm * np.column_stack([np.cos(angles), np.sin(angles)]))
    for number, (x, y) in zip(SECTORS, positions, strict=True):
        cv2.putText(picture, str(number), (round(x) - 8, round(y) + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, LINE, 1, cv2.LINE_AA)
