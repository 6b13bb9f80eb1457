"""Tests of what a simulated camera sees beyond its picture."""

import numpy as np

from schemas.base import CameraId
from workers.sources.simulator.extended_projection import CameraShift, ExtendedProjection, cross
from workers.sources.simulator.rig import DECENTERED_FROM, true_calibration


def test_it_agrees_with_the_projection_in_the_picture() -> None:
    """Points within the picture land where the detector's own projection puts them, to a thousandth of a pixel."""
    rng = np.random.default_rng(4)
    for seed in (0, 1, 2, 3, DECENTERED_FROM):
        projection = ExtendedProjection(true_calibration(seed, seed % 3, 800, 600, CameraId("cam0")))
        points_mm = np.column_stack([rng.uniform(-170, 170, (50, 2)), rng.uniform(0, 60, 50)])

        np.testing.assert_allclose(projection.project_extended(points_mm), projection.project(points_mm), atol=1e-3)


def test_points_far_outside_stay_outside() -> None:
    """What lies far outside the picture is never folded back into it by the lens formula."""
    for seed in range(20):
        projection = ExtendedProjection(true_calibration(seed, 0, 800, 600, CameraId("cam0")))
        local = np.array([[x, y, 100.0] for x in (-400.0, 400.0) for y in (-400.0, 400.0)])
        points_mm = (local - projection.translation_mm) @ projection.rotation
        pixels = projection.project_extended(points_mm)

        assert ((pixels < 0) | (pixels > (799, 599))).all()


def test_a_displaced_camera_sees_as_a_pushed_picture_shows() -> None:
    """The displacement moves every point by the given pixels, scaled with the picture, and turns about its middle."""
    calibration = true_calibration(1, 0, 1600, 1200, CameraId("cam0"))
    points_mm = np.array([[0.0, 0, 0], [80, 60, 20]])
    pushed = ExtendedProjection(calibration, CameraShift(x=0.5, y=-0.25)).project_extended(points_mm)
    turned = ExtendedProjection(calibration, CameraShift(rotation_rad=0.001))
    middle = np.array([799.5, 599.5, 1.0])

    np.testing.assert_allclose(pushed - ExtendedProjection(calibration).project_extended(points_mm), [[1.0, -0.5]] * 2, atol=1e-9)
    np.testing.assert_allclose(turned.displacement() @ middle, middle[:2], atol=1e-9)


def test_the_cross_product_is_the_usual_one() -> None:
    """It gives what numpy gives."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=3), rng.normal(size=3)

    np.testing.assert_allclose(cross(a, b), np.cross(a, b))
