"""Tests of the picture of the empty board."""

import math

import numpy as np
import pytest

from schemas.base import CameraId
from workers.sources.simulator.face import face_picture, tone
from workers.sources.simulator.rig import CAMERAS, rig_of, true_calibration
from workers.vision.projection import CameraProjection

CAM = CameraId("cam0")


@pytest.mark.slow
@pytest.mark.parametrize("camera", range(CAMERAS))
def test_beds_lie_where_the_camera_sees_them(camera: int) -> None:
    """Projected through the true calibration, the triple 20 is red, the triple 1 green, the single 20 dark and the single 1 light."""
    calibration = true_calibration(2, camera, 800, 600, CAM)
    picture = face_picture(rig_of(2), camera, calibration).astype(int)
    beds_mm = [(103.0, 90.0), (103.0, 72.0), (60.0, 90.0), (60.0, 72.0)]
    points_mm = np.array([(r * math.cos(math.radians(a)), r * math.sin(math.radians(a)), 0.0) for r, a in beds_mm])
    x, y = CameraProjection(calibration).project(points_mm).round().astype(int).T
    red, green, dark, light = picture[y, x]

    assert red[2] > 1.5 * red[1]
    assert green[1] > 1.3 * green[2]
    assert dark.max() < 80
    assert light.min() > 95


@pytest.mark.slow
def test_ring_boundaries_agree_with_the_projection() -> None:
    """The edge between dark single and double 20 lies within a pixel of the projected radius, apart from the wire."""
    calibration = true_calibration(3, 1, 800, 600, CAM)
    picture = face_picture(rig_of(3), 1, calibration)
    radii = np.arange(150.0, 168.0, 0.2)
    points_mm = np.stack([0 * radii, radii, 0 * radii], axis=1)
    x, y = CameraProjection(calibration).project(points_mm).round().astype(int).T
    redness = picture[y, x, 2].astype(int) - picture[y, x, 1]
    edge_mm = radii[np.argmax(redness > 60)]

    assert abs(edge_mm - 162.6) < 1.2


def test_tone_is_monotonic_and_bounded() -> None:
    """More light is never darker, and nothing leaves the range of a byte."""
    for seed in range(20):
        values = tone(np.linspace(0, 5, 500), rig_of(seed).mounts[0])

        assert (np.diff(values) >= 0).all()
        assert values.min() >= 0
        assert 150 < values.max() <= 255
