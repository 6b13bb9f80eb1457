"""Tests of laying a new picture over the reference."""

import cv2
import numpy as np
import pytest

from tests.support.scene import HEIGHT, WIDTH, brighter, dart, hand, outlook
from workers.sources.simulator.extended_projection import CameraShift
from workers.vision.frame import Image
from workers.vision.projection import Floats
from workers.vision.registration import Alignment, Corners, align, find_corners, warp_back

SHIFTS = (CameraShift(x=0.8, y=-0.5), CameraShift(x=-1.4, y=1.1, rotation_rad=0.0005), CameraShift(x=0.15, y=0.1), CameraShift())


def _grey(picture: Image) -> Image:
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8)


def _corners(rig: int = 1) -> Corners:
    camera = outlook(rig)
    return find_corners(_grey(camera.picture()), camera.masks.face)


def _around_the_board(rig: int = 1) -> Floats:
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return outlook(rig).projection.project(np.column_stack([150 * np.cos(angle), 150 * np.sin(angle), np.zeros(16)]))


def _error_px(alignment: Alignment, truth: Floats, rig: int = 1) -> float:
    points = _around_the_board(rig)
    found = points @ alignment.matrix[:, :2].T + alignment.matrix[:, 2]
    return float(np.max(np.linalg.norm(found - points @ truth[:, :2].T - truth[:, 2], axis=1)))


@pytest.mark.parametrize("rig", [1, 2])
@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_a_known_shift_is_found(rig: int, shift: CameraShift) -> None:
    """How a camera moved is known to a tenth of a pixel all over the board, and the corners that agree say so."""
    camera = outlook(rig)
    found = align(_corners(rig), _grey(camera.picture(shift=shift)))
    assert found is not None

    assert _error_px(found, camera.displacement(shift), rig) < 0.1
    assert found.residual_px < 0.1
    assert found.followed >= 30
    assert found.shift_px == pytest.approx(np.hypot(shift.x, shift.y), abs=0.35)


def test_what_came_meanwhile_does_not_disturb() -> None:
    """Three new darts, or a hand over a part of the board, are no movement of the camera."""
    camera, shift = outlook(), CameraShift(x=0.6, y=0.4)
    darts = (dart(0, 100), dart(-15, 108, design=0), dart(12, 95, design=2))
    with_darts = align(_corners(), _grey(camera.picture(*darts, shift=shift)))
    with_hand = align(_corners(), _grey(camera.picture(hand=hand(30, 60), shift=shift)))
    assert with_darts is not None
    assert with_hand is not None

    assert _error_px(with_darts, camera.displacement(shift)) < 0.1
    assert _error_px(with_hand, camera.displacement(shift)) < 0.15


def test_another_light_is_no_movement() -> None:
    """A picture a tenth darker lies where the reference lies."""
    found = align(_corners(), _grey(brighter(outlook().picture(), 0.9)))
    assert found is not None

    assert found.shift_px < 0.2


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_without_the_board_has_no_alignment(level: int) -> None:
    """None is returned for a picture of nothing, never a wild map."""
    assert align(_corners(), np.full((HEIGHT, WIDTH), level, np.uint8)) is None


def test_too_few_corners_are_reported() -> None:
    """A reference without texture cannot be followed."""
    flat = np.full((HEIGHT, WIDTH), 90, np.uint8)
    corners = find_corners(flat, np.full_like(flat, 255))

    assert corners.points.shape == (0, 1, 2)
    assert align(corners, flat) is None


def test_corners_lie_on_the_board() -> None:
    """Corners are looked for on the face alone: what moves in the room behind must not be followed."""
    camera = outlook()
    points = np.round(_corners().points.reshape(-1, 2)).astype(int)

    assert len(points) > 100
    assert (camera.masks.face[points[:, 1], points[:, 0]] == 255).all()


def test_carried_back_a_picture_lies_over_the_reference() -> None:
    """After the camera moved by a pixel, carrying back takes most of the difference away; before, every wire was one."""
    camera, shift = outlook(), CameraShift(x=0.7, y=-0.8)
    before, after = camera.picture(), camera.picture(shift=shift)
    found = align(find_corners(_grey(before), camera.masks.face), _grey(after))
    assert found is not None
    back = warp_back(after, found)
    face = camera.masks.face > 0
    left = np.percentile(np.abs(before[face].astype(int) - back[face]), 99)
    raw = np.percentile(np.abs(before[face].astype(int) - after[face]), 99)

    assert back.shape == after.shape
    assert back.dtype == np.uint8
    assert left < raw / 2


def test_a_still_picture_is_not_resampled() -> None:
    """A picture that did not move is used as it is: resampling would blur it."""
    picture = outlook().picture()
    still = Alignment(np.array([[1.0, 0, 0.001], [0, 1, 0]]), 0.001, 0.01, 200)

    assert warp_back(picture, still) is picture
