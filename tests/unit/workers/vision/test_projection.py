"""Tests of the way from board millimetres to pixels and back."""

import numpy as np
import pytest

from schemas.base import CameraId
from tests.support.scene import outlook
from workers.sources.simulator.rig import rig_of, true_calibration
from workers.vision.projection import CameraProjection, Floats

CAMERAS = [(rig, camera) for rig in (1, 2, 3) for camera in range(3)]


def _projection(rig: int, camera: int) -> CameraProjection:
    return CameraProjection(true_calibration(rig, camera, 800, 600, CameraId("cam0")))


def _grid(z_mm: float = 0.0) -> Floats:
    x, y = np.meshgrid(np.linspace(-160, 160, 7), np.linspace(-160, 160, 7))
    return np.column_stack([x.ravel(), y.ravel(), np.full(49, z_mm)])


@pytest.mark.parametrize(("rig", "camera"), CAMERAS)
@pytest.mark.parametrize("z_mm", [0.0, 30.0])
def test_a_point_comes_back_to_the_face(rig: int, camera: int, z_mm: float) -> None:
    """A place of the board, projected and cut with its plane again, is the same place to a hundredth of a millimetre."""
    projection, points = _projection(rig, camera), _grid(z_mm)
    pixels = projection.project(points)
    shown = (np.abs(pixels - (399.5, 299.5)) < (400, 300)).all(axis=1)

    assert shown.sum() > 20
    assert np.allclose(projection.on_face(pixels[shown], z_mm), points[shown, :2], atol=0.01)


@pytest.mark.parametrize(("rig", "camera"), CAMERAS)
def test_normalised_coordinates_undo_the_lens(rig: int, camera: int) -> None:
    """Pixels to normalised coordinates and back are the same pixels, all over the picture."""
    projection = _projection(rig, camera)
    x, y = np.meshgrid(np.linspace(0, 799, 9), np.linspace(0, 599, 7))
    pixels = np.column_stack([x.ravel(), y.ravel()])

    assert np.allclose(projection.denormalise(projection.normalise(pixels)), pixels, atol=0.05)


def test_normalised_coordinates_are_a_pinhole() -> None:
    """Undistorted, a point lies at x/z and y/z of the camera frame: straight lines are straight."""
    projection = _projection(1, 0)
    points = _grid(20.0)
    local = points @ projection.rotation.T + projection.translation_mm
    pixels = projection.project(points)
    shown = (np.abs(pixels - (399.5, 299.5)) < (400, 300)).all(axis=1)

    assert np.allclose(projection.normalise(pixels)[shown], (local[:, :2] / local[:, 2:])[shown], atol=1e-4)


@pytest.mark.parametrize(("rig", "camera"), CAMERAS)
def test_the_camera_hangs_where_its_rig_says(rig: int, camera: int) -> None:
    """The centre follows from pose: before the board, at the mount's reach and height."""
    projection, mount = _projection(rig, camera), rig_of(rig).mounts[camera]

    assert projection.center_mm[2] == pytest.approx(mount.height_mm)
    assert np.hypot(*projection.center_mm[:2]) == pytest.approx(mount.reach_mm)
    assert np.allclose(projection.rotation @ projection.center_mm + projection.translation_mm, 0, atol=1e-9)


def test_the_axes_of_the_board_are_not_mirrored() -> None:
    """Seen from before the board, +x, +y and out of the board are right-handed: the picture of them turns as it must."""
    projection = outlook().projection
    origin, right, up = projection.project(np.array([[0.0, 0, 0], [20, 0, 0], [0, 20, 0]]))
    turn = np.cross(np.append(right - origin, 0), np.append(up - origin, 0))[2]

    assert np.linalg.det(projection.rotation) == pytest.approx(1.0)
    assert turn < 0  # pixels count downwards


def test_one_point_is_enough() -> None:
    """A single point works like many."""
    projection = _projection(2, 1)
    pixel = projection.project(np.array([10.0, 20, 0]))

    assert pixel.shape == (1, 2)
    assert projection.on_face(pixel).shape == (1, 2)
    assert projection.denormalise(projection.normalise(pixel)[0]).shape == (1, 2)
