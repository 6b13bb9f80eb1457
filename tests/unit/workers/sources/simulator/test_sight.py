"""Tests of what a simulated camera sees beyond its picture."""

import numpy as np

from schemas.base import CameraId
from workers.sources.simulator.rig import true_calibration
from workers.sources.simulator.sight import Sight


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
