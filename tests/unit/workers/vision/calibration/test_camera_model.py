"""The camera model agrees with the projection that the rest of the worker uses."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest

from schemas.base import CameraId
from schemas.geometry import Calibration
from workers.vision.calibration.camera_model import CameraModel, from_homography, model_of, rotated
from workers.vision.projection import CameraProjection


def a_model(scene: Any) -> CameraModel:
    """Take the truth of a scene as a model."""
    seen = scene(k1=-0.12)
    pose = Calibration(
        camera_id=CameraId("cam0"),
        width=800,
        height=600,
        focal_x_px=600.0,
        focal_y_px=600.0,
        center_x_px=402.0,
        center_y_px=296.0,
        k1=-0.12,
        rotation=tuple(seen.rotation.ravel().tolist()),
        translation_mm=tuple(seen.translation_mm.tolist()),
        residual_px=0.1,
        residual_mm=0.1,
    )
    pose = msgspec.structs.replace(pose, k2=0.04, p1=0.002, p2=-0.003)
    model = model_of(pose)
    points = np.array([[0.0, 0.0, 3.0], [100.0, 20.0, 3.0]])
    np.testing.assert_allclose(CameraProjection(pose).project(points), model.project(points[:, :2], 3.0), atol=1e-6)
    return model


def test_slopes_are_how_pixels_move(scene: Any) -> None:
    """A small step in every parameter moves the pixels as the slopes say."""
    model = a_model(scene)
    points = np.array([[30.0, -60.0], [-120.0, 90.0]])
    pixels, slopes = model.project_with_slopes(points)
    step = np.array([1e-5, -1e-5, 2e-5, 0.01, 0.01, -0.01, 0.01, 0.02, -0.01, 1e-5, 1e-5, 1e-5, -1e-5])

    np.testing.assert_allclose(model.moved(step).project(points) - pixels, slopes @ step, atol=2e-4)
    by_position = model.project_with_scale(points)[1]
    np.testing.assert_allclose(model.project(points + np.array([1e-3, -2e-3])) - pixels, by_position @ [1e-3, -2e-3], atol=1e-6)


def test_a_homography_gives_back_its_pose(scene: Any) -> None:
    """The pose that is taken out of a plane homography projects the plane as the homography does."""
    truth = scene(center_px=(399.5, 299.5))
    homography = truth.matrix @ np.column_stack([truth.rotation[:, :2], truth.translation_mm])
    model = from_homography(homography / homography[2, 2], 0.0, (800, 600))

    np.testing.assert_allclose(model.center_mm, truth.center_mm, atol=0.01)


def test_a_turned_model_stands_elsewhere_around_the_board(scene: Any) -> None:
    """Turning the board frame moves the camera's azimuth and nothing else."""
    model = a_model(scene)
    center, after = model.center_mm, rotated(model, 0.5).center_mm
    azimuth = math.atan2(after[1], after[0]) - math.atan2(center[1], center[0])

    assert azimuth % math.tau == pytest.approx(0.5)
    assert after[2] == pytest.approx(center[2])
