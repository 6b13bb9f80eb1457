"""Tests of drawn hands."""

import numpy as np
import pytest

from schemas.base import CameraId
from workers.sources.simulator.extended_projection import ExtendedProjection
from workers.sources.simulator.hand import HandPose, HandRenderer, limbs_of
from workers.sources.simulator.rig import CAMERAS, rig_of, true_calibration


def _view(seed: int, camera: int, size: tuple[int, int] = (800, 600)) -> HandRenderer:
    return HandRenderer(
        ExtendedProjection(true_calibration(seed, camera, *size, CameraId("cam0"))), rig_of(seed).light, rig_of(seed).mounts[camera]
    )


def _pose(z_mm: float = 50.0) -> HandPose:
    return HandPose(x_mm=10, y_mm=30, z_mm=z_mm, side=1.0, grip=0.8, person=2)


@pytest.mark.parametrize("seed", range(4))
def test_a_hand_at_a_dart_is_seen_by_all_cameras(seed: int) -> None:
    """A reaching hand covers more of each picture than any dart does."""
    for camera in range(CAMERAS):
        sprite = _view(seed, camera).sprite(_pose())
        assert sprite is not None

        assert float((sprite.through < 128).sum()) / 3 > 0.03 * 800 * 600


def test_a_hand_far_from_the_board_is_out_of_the_picture() -> None:
    """Before it reaches in, no camera sees the hand."""
    for seed in range(8):
        for camera in range(CAMERAS):
            sprite = _view(seed, camera).sprite(HandPose(x_mm=140, y_mm=-140, z_mm=420, side=1.0, grip=0.3, person=0))

            assert sprite is None or float((sprite.through < 250).mean()) < 0.02


def test_a_hand_throws_a_soft_shadow() -> None:
    """The closer the hand the darker the board under it, and never black."""
    view = _view(1, 0)
    near, far = view.shadow(_pose(30.0)), view.shadow(_pose(120.0))
    assert near is not None
    assert far is not None

    assert int(near.through.min()) < int(far.through.min())
    assert int(near.through.min()) > 80


def test_an_arm_has_a_sleeve_and_fingers() -> None:
    """An arm is made of sleeve, forearm, palm, four fingers and a thumb."""
    limbs = limbs_of(_pose())

    assert len(limbs) == 14
    assert limbs[0].color != limbs[1].color


def test_odd_picture_sizes_are_drawn() -> None:
    """A sprite never leaves a picture whose size is no multiple of two."""
    sprite = _view(1, 2, (801, 601)).sprite(_pose())
    assert sprite is not None
    ground = np.zeros((601, 801, 3), np.uint8)
    sprite.lay(ground)

    assert ground.any()
