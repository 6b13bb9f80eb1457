"""Tests of drawn darts."""

import math

import cv2
import numpy as np
import pytest

from schemas.base import CameraId
from workers.sources.simulator.darts import DartPose, DartRenderer, design_of
from workers.sources.simulator.extended_projection import ExtendedProjection
from workers.sources.simulator.rig import CAMERAS, rig_of, true_calibration


def _pose(x_mm: float, y_mm: float, design: int = 1) -> DartPose:
    return DartPose(x_mm=x_mm, y_mm=y_mm, slope_x=0.05, slope_y=0.2, depth_mm=10, roll_rad=0.3, design=design)


def _view(seed: int, camera: int) -> tuple[ExtendedProjection, DartRenderer]:
    projection = ExtendedProjection(true_calibration(seed, camera, 800, 600, CameraId("cam0")))
    return projection, DartRenderer(projection, rig_of(seed).light, rig_of(seed).mounts[camera])


@pytest.mark.parametrize("camera", range(CAMERAS))
def test_the_tip_lands_at_the_given_millimetre(camera: int) -> None:
    """The drawn dart ends within 1.8 px (half its width) of its projected entry point and follows the projected axis to 0.7 px."""
    projection, view = _view(2, camera)
    for x_mm, y_mm in ((0.0, 60.0), (-70.0, -30.0), (40.0, -80.0)):
        pose = _pose(x_mm, y_mm)
        sprite = view.sprite(pose)
        assert sprite is not None
        cover = 255 - sprite.through[..., 0].astype(float)
        foot, further = projection.project(np.array([[x_mm, y_mm, 0.0], [x_mm, y_mm, 0.0] + 15 * pose.along]))
        along = (further - foot) / np.linalg.norm(further - foot)
        y, x = np.nonzero(cover > 100)
        local = np.column_stack([x + sprite.x, y + sprite.y]) - foot
        reach, across = local @ along, local @ (-along[1], along[0])
        low = (reach > 2) & (reach < 12)

        assert abs(reach.min()) < 1.8
        assert abs(float(across[low].mean())) < 0.7


def test_a_dart_in_the_air_is_seen_whole_and_one_behind_the_board_not_at_all() -> None:
    """Depth moves a dart along its own axis."""
    _, view = _view(1, 0)
    flying = view.sprite(DartPose(x_mm=0, y_mm=0, slope_x=0, slope_y=0.2, depth_mm=-60, roll_rad=0, design=0))
    gone = view.sprite(DartPose(x_mm=0, y_mm=0, slope_x=0, slope_y=0.2, depth_mm=600, roll_rad=0, design=0))

    assert flying is not None
    assert gone is None or (255 - gone.through).sum() == 0


def test_designs_differ_and_are_plausible() -> None:
    """Darts come in many makes, all between 120 and 190 mm long."""
    designs = [design_of(k) for k in range(24)]

    assert len({(d.flight, d.stem, d.barrel) for d in designs}) > 15
    assert all(120 < d.point_mm + d.barrel_mm + d.stem_mm + 32 < 190 for d in designs)


def test_a_shadow_only_darkens() -> None:
    """A shadow adds no light and is darkest at the point."""
    projection, view = _view(1, 1)
    shadow = view.shadow(_pose(10.0, 20.0))
    assert shadow is not None
    x, y = (round(float(v)) for v in projection.project(np.array([[10.0, 20.0, 0.0]]))[0])

    assert shadow.color.max() == 0
    assert shadow.through[y - shadow.y, x - shadow.x, 0] < 215


def test_motion_blurs() -> None:
    """A dart drawn at several places is seen through."""
    _, view = _view(1, 0)
    poses = tuple(DartPose(x_mm=0, y_mm=0, slope_x=0, slope_y=0.2, depth_mm=-10.0 * k, roll_rad=0, design=1) for k in range(4))
    sharp, blurred = view.sprite(poses[0], 2), view.blurred(poses)
    assert sharp is not None
    assert blurred is not None

    def soft(through: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
        return float(((through > 30) & (through < 225)).mean())

    assert soft(blurred.through) > soft(sharp.through)
    assert math.isfinite(cv2.mean(blurred.color)[0])
