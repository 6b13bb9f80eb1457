"""The fit finds the camera that made the samples, against outliers and shifted boundaries."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.board import BoardSpec
from schemas.pipe.to_worker import KnownLens
from workers.vision.calibration.boundaries import BoundaryPoints, EdgeSamples, boundary_points
from workers.vision.calibration.camera_fit import CameraFit, along_normals, fit_camera, shifts_of
from workers.vision.calibration.camera_model import CameraModel

BOARD = BoardSpec()
TRUTH = CameraModel(600.0, (404.0, 296.0), -0.15, 0.0, np.array([2.2, 0.1, 0.2]), np.array([5.0, -8.0, 360.0]), 0.001, -0.002)


def samples_of(boundaries: BoundaryPoints, shifts_mm: np.ndarray[Any, np.dtype[np.float64]], *, outliers: int) -> EdgeSamples:
    """Make samples as the true camera sees them, with noise, shifted boundaries and outliers."""
    rough = np.random.default_rng(5)
    every = np.arange(len(boundaries.kind))
    blank = EdgeSamples(every, np.zeros(len(every)), np.zeros((len(every), 2)), np.full(len(every), 50.0))
    shift = shifts_of(boundaries, blank) @ shifts_mm + rough.normal(0, 0.1, len(every))
    shift[:: max(1, len(every) // outliers)] += 3.0
    return blank._replace(shift_mm=shift, pixel=TRUTH.project(boundaries.point_mm + boundaries.normal * shift[:, None]))


def fitted(lens: KnownLens) -> tuple[CameraFit, NDArray[np.float64]]:
    """Fit from a start some way off, a tenth of the samples wrong; return also how far the lines are off along their normals (mm)."""
    boundaries = boundary_points(BOARD)
    shifts = np.array([0, 0, 0.2, -0.2, -0.4, 0.4, 0.4, -0.4, -0.4, 0.4, 0.3, 0.3, 0.4, 0.1])
    start = TRUTH.moved(np.array([0.02, -0.02, 0.01, 3, 2, -12, 30, -4.5, 3.5, 0.1, 0.0, -TRUTH.p1, -TRUTH.p2]))
    found = fit_camera(start, boundaries, samples_of(boundaries, shifts, outliers=150), size=(800, 600), lens=lens)
    unit, px_per_mm, _ = along_normals(TRUTH, boundaries.point_mm, boundaries.normal)
    return found, (unit * (found.model.project(boundaries.point_mm) - TRUTH.project(boundaries.point_mm))).sum(axis=1) / px_per_mm


def test_the_camera_is_found_again() -> None:
    """Face points map within 0.15 mm although a tenth of the samples is wrong and light beds bloom."""
    found, off_mm = fitted(KnownLens(p1=TRUTH.p1, p2=TRUTH.p2))

    assert np.abs(off_mm).max() < 0.15
    assert found.model.focal_px == pytest.approx(600.0, rel=0.02)
    assert found.shifts_mm[12] == pytest.approx(0.4, abs=0.1)
    assert 0.8 < found.inlier.mean() < 0.97


def test_tangential_distortion_is_estimated() -> None:
    """The part that the samples show is found, and the face is as right as with a known one."""
    found, off_mm = fitted(KnownLens())
    _, off_known_mm = fitted(KnownLens(p1=TRUTH.p1, p2=TRUTH.p2))
    _, off_without_mm = fitted(KnownLens(p1=0.0, p2=0.0))

    assert found.model.p2 == pytest.approx(TRUTH.p2, abs=5e-4)
    assert np.std(off_mm) < 1.05 * np.std(off_known_mm) < np.std(off_without_mm)
