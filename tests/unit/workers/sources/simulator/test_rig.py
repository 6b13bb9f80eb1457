"""Tests of simulated rigs."""

import math

import numpy as np
import pytest

from schemas.base import CameraId
from schemas.board import SECTORS
from workers.sources.simulator.rig import CAMERAS, VARIED_FROM, near_sector, picture_size_of, rig_of, true_calibration
from workers.vision.projection import CameraProjection

CAM = CameraId("cam0")


def test_a_seed_names_one_rig() -> None:
    """The same seed gives the same rig, another seed another one."""
    assert rig_of(3) == rig_of(3)
    assert rig_of(3) != rig_of(4)


@pytest.mark.parametrize("seed", range(12))
def test_cameras_hang_as_on_real_rigs(seed: int) -> None:
    """Cameras are 120° apart, 230 to 290 mm before the face, 250 to 310 mm from the axis, and see the bull near the middle."""
    rig = rig_of(seed)
    views = [CameraProjection(true_calibration(seed, k, 800, 600, CAM)) for k in range(CAMERAS)]
    azimuths = [math.degrees(math.atan2(v.center_mm[1], v.center_mm[0])) for v in views]

    for k, view in enumerate(views):
        assert 230 <= view.center_mm[2] <= 290
        assert 250 <= math.hypot(view.center_mm[0], view.center_mm[1]) <= 310
        assert abs((azimuths[k] - azimuths[k - 1]) % 360 - 120) < 12 or abs((azimuths[k] - azimuths[k - 1]) % 360 - 240) < 12
        assert np.linalg.norm(view.project(np.zeros((1, 3)))[0] - (399.5, 299.5)) < 60
        assert -0.2 <= rig.mounts[k].k1 <= 0.1


@pytest.mark.parametrize("seed", [*range(6), *range(VARIED_FROM, VARIED_FROM + 30)])
def test_the_scoring_area_is_in_the_picture(seed: int) -> None:
    """At least nine tenths of the double ring lie inside each picture, whatever its size."""
    width, height = picture_size_of(seed)
    angle_rad = np.arange(360) * math.tau / 360
    rim_mm = np.stack([170 * np.cos(angle_rad), 170 * np.sin(angle_rad), 0 * angle_rad], axis=1)
    inside = []
    for camera in range(CAMERAS):
        pixels = CameraProjection(true_calibration(seed, camera, width, height, CAM)).project(rim_mm)
        inside.append(float(np.mean(((pixels > 0) & (pixels < (width - 1, height - 1))).all(axis=1))))

    assert min(inside) > 0.9


def test_resolution_scales_the_picture() -> None:
    """Twice the pixels show the same view twice as large."""
    points_mm = np.array([[0.0, 0, 0], [100, 50, 0], [-60, -120, 40]])
    small = CameraProjection(true_calibration(1, 0, 800, 600, CAM)).project(points_mm)
    large = CameraProjection(true_calibration(1, 0, 1600, 1200, CAM)).project(points_mm)

    np.testing.assert_allclose(large, 2 * small + 0.5, atol=1e-6)


def test_the_near_sector_is_the_nearest() -> None:
    """The named sector's middle lies closest to the camera."""
    rig = rig_of(5)
    for camera in range(CAMERAS):
        center = CameraProjection(true_calibration(5, camera, 800, 600, CAM)).center_mm[:2]
        middles = {s: (math.cos(math.pi / 2 - k * math.tau / 20), math.sin(math.pi / 2 - k * math.tau / 20)) for k, s in enumerate(SECTORS)}
        nearest = max(SECTORS, key=lambda s: float(np.dot(middles[s], center)))

        assert near_sector(rig, camera) == nearest
