"""Tests of what a simulated camera sees beyond its picture."""

import numpy as np

from schemas.base import CameraId
from workers.sources.simulator.rig import true_calibration
from workers.sources.simulator.sight import Shift, Sight, cross


def test_it_agrees_with_the_projection_in_the_picture() -> None:
    """Points within the picture land where the detector's own projection puts them, to a thousandth of a pixel."""
    rng = np.random.default_rng(4)
    for seed in range(5):
        sight = Sight(true_calibration(seed, seed % 3, 800, 600, CameraId("cam0")))
        points_mm = np.column_stack([rng.uniform(-170, 170, (50, 2)), rng.uniform(0, 60, 50)])

        np.testing.assert_allclose(sight.see(points_mm), sight.project(points_mm), atol=1e-3)


def test_points_far_outside_stay_outside() -> None:
    """What lies far beside the picture is never folded back into it by the lens formula."""
    for seed in range(20):
        sight = Sight(true_calibration(seed, 0, 800, 600, CameraId("cam0")))
        local = np.array([[x, y, 100.0] for x in (-400.0, 400.0) for y in (-400.0, 400.0)])
        points_mm = (local - sight.translation_mm) @ sight.rotation
        pixels = sight.see(points_mm)

        assert ((pixels < 0) | (pixels > (799, 599))).all()


def test_a_displaced_camera_sees_as_a_pushed_picture_shows() -> None:
    """The displacement moves every point by the told pixels, scaled with the picture, and turns about its middle."""
    calibration = true_calibration(1, 0, 1600, 1200, CameraId("cam0"))
    points_mm = np.array([[0.0, 0, 0], [80, 60, 20]])
    pushed = Sight(calibration, Shift(x=0.5, y=-0.25)).see(points_mm)
    turned = Sight(calibration, Shift(turn_rad=0.001))
    middle = np.array([799.5, 599.5, 1.0])

    np.testing.assert_allclose(pushed - Sight(calibration).see(points_mm), [[1.0, -0.5]] * 2, atol=1e-9)
    np.testing.assert_allclose(turned.displacement() @ middle, middle[:2], atol=1e-9)


def test_the_cross_product_is_the_usual_one() -> None:
    """It gives what numpy gives."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=3), rng.normal(size=3)

    np.testing.assert_allclose(cross(a, b), np.cross(a, b))
