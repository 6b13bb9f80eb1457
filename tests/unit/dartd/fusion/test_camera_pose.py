"""Tests of a camera's pose and projection."""

import msgspec
import numpy as np
import pytest

from dartd.fusion.camera_pose import EDGE_PX, LENS_PX, CameraPose, in_camera_frame, is_in_picture, pixel_of, ray_of
from dartd.fusion.dart_axis import LENGTH_MM, Floats, as_row
from schemas.geometry import Axis3
from tests.support.sightings import FOCAL_PX, camera_at
from workers.vision.projection import CameraProjection

CAMERA = camera_at(0, 0.7)
DART = Axis3(x_mm=30.0, y_mm=-45.0, slope_x=-0.05, slope_y=0.25)
ELSEWHERE = Axis3(x_mm=-80.0, y_mm=90.0, slope_x=0.1, slope_y=0.1)


def _rows(*axes: Axis3) -> Floats:
    return np.array([as_row(axis) for axis in axes])


def test_axes_are_projected_as_the_camera_does() -> None:
    """Feet, directions and lengths of axes agree with the projection of their ends."""
    foot, direction, length = CameraPose(CAMERA).project(_rows(DART, ELSEWHERE))
    for k, axis in enumerate((DART, ELSEWHERE)):
        ends_mm = np.array(
            [[axis.x_mm, axis.y_mm, 0], [axis.x_mm + LENGTH_MM * axis.slope_x, axis.y_mm + LENGTH_MM * axis.slope_y, LENGTH_MM]]
        )
        low, high = CameraProjection(CAMERA).normalise(CameraProjection(CAMERA).project(ends_mm))

        assert np.allclose(foot[k], low, atol=1e-6)
        assert np.allclose(foot[k] + length[k] * direction[k], high, atol=1e-6)
        assert np.linalg.norm(direction[k]) == pytest.approx(1)


def test_points_of_an_axis_are_in_front_of_the_camera() -> None:
    """A dart's foot and a point of its axis are where the projection sees them."""
    points = in_camera_frame(CAMERA, DART, (0.0, LENGTH_MM))
    foot, direction, length = CameraPose(CAMERA).project(_rows(DART))

    assert np.allclose(points[0, :2] / points[0, 2], foot[0])
    assert np.allclose(points[1, :2] / points[1, 2], foot[0] + length[0] * direction[0])


def test_a_picture_shows_what_is_inside_it() -> None:
    """A dart on the board is shown; one beyond the edge of the picture is not."""
    assert is_in_picture(CAMERA, DART)
    assert not is_in_picture(CAMERA, DART, 0.5)
    assert not is_in_picture(CAMERA, Axis3(x_mm=4000.0, y_mm=-45.0))
    assert not is_in_picture(CAMERA, Axis3(x_mm=-4000.0, y_mm=-45.0))


def test_the_scale_follows_the_distance() -> None:
    """A millimetre near the camera is more pixels than one far away, about focal length over distance."""
    pose = CameraPose(CAMERA)
    near, far = (pose.px_per_mm(np.array([r * np.cos(0.7), r * np.sin(0.7), 0.0, 0.0])) for r in (150.0, -150.0))

    assert near > far
    assert pose.px_per_mm(np.zeros(4)) == pytest.approx(FOCAL_PX / np.linalg.norm(pose.center), rel=0.1)


def test_wires_are_off_by_what_the_scatter_of_edges_does_not_explain() -> None:
    """A residual of edges alone says nothing about the board; a larger one does, and a fine camera's counts in pixels of a usual one."""
    edges, more = (msgspec.structs.replace(CAMERA, residual_px=k * EDGE_PX, residual_mm=k * 0.2) for k in (1.0, 2.0))
    fine = msgspec.structs.replace(more, focal_x_px=2 * FOCAL_PX, residual_px=4 * EDGE_PX)

    assert CameraPose(edges).board_mm == 0
    assert CameraPose(more).board_mm == pytest.approx(0.4 * 0.75**0.5)
    assert CameraPose(fine).board_mm == pytest.approx(0.4 * 0.75**0.5)


def test_rays_meet_the_face_where_they_come_from() -> None:
    """A point of the face, projected into the picture, is found again on the face; its depth is that of the axis there."""
    pose = CameraPose(CAMERA)
    foot, _, _ = pose.project(_rows(DART, ELSEWHERE))
    depth_mm, rise = pose.depth(as_row(DART))
    low, high = in_camera_frame(CAMERA, DART, (0.0, 50.0))

    assert pose.on_face(foot) == pytest.approx(np.array([[30.0, -45.0], [-80.0, 90.0]]))
    assert (depth_mm, depth_mm + 50 * rise) == pytest.approx((low[2], high[2]))


def test_pixel_of_a_point_agrees_with_opencv() -> None:
    """The daemon does not load OpenCV, so it has the lens model of its own; a point behind the camera has no pixel."""
    calibration = msgspec.structs.replace(camera_at(0, 0.7), k1=-0.2, k2=0.05, p1=0.002, p2=-0.003)
    points = [(0.0, 0.0), (100.0, -30.0), (-160.0, 40.0), (0.0, 170.0)]
    seen = [pixel_of(calibration, *point) for point in points]

    assert seen == [
        pytest.approx(tuple(px), abs=1e-6) for px in CameraProjection(calibration).project(np.array([(x, y, 0.0) for x, y in points]))
    ]
    assert pixel_of(calibration, 50_000.0, 50_000.0) is None


def test_the_ray_of_a_pixel_is_its_inverse() -> None:
    """Through a strong lens too."""
    camera = msgspec.structs.replace(CAMERA, k1=-0.25, k2=0.08, p1=-0.003, p2=0.002)
    pixel = pixel_of(camera, 60.0, -120.0)
    assert pixel is not None
    x_mm, y_mm = CameraPose(camera).on_face(np.array([ray_of(camera, *pixel)]))[0]

    assert (x_mm, y_mm) == pytest.approx((60.0, -120.0), abs=0.2)


def test_a_lens_is_doubtful_where_no_ring_was() -> None:
    """On the rings it is exact enough; beyond them what it is off by grows, away from the middle of the picture."""
    pose = CameraPose(CAMERA)
    near, far = (
        pose.project(np.array([[r * np.cos(0.7), r * np.sin(0.7), 0.0, 0.0]]))[0] for r in (165.0, 240.0)
    )  # towards the camera, where the rings are widest in the picture
    other_side = pose.project(np.array([[-240 * np.cos(0.7), -240 * np.sin(0.7), 0.0, 0.0]]))[0]

    assert np.allclose(pose.lens_error_px(near), 0.0)
    assert np.allclose(pose.lens_error_px(other_side), 0.0)
    assert np.linalg.norm(pose.lens_error_px(far)) > LENS_PX
    assert np.linalg.norm(pose.lens_error_px(1.5 * far)) > 4 * np.linalg.norm(pose.lens_error_px(far))
    assert (pose.lens_error_px(far) @ far.T).item() == pytest.approx(np.linalg.norm(pose.lens_error_px(far)) * np.linalg.norm(far))
