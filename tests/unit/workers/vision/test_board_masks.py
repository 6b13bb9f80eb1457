"""Tests of where the board is in a picture."""

import numpy as np
import pytest

from schemas.board import BoardSpec
from tests.support.scene import HEIGHT, WIDTH, dart, outlook
from workers.vision.board_masks import masks_of, outward_direction

CAMERAS = [(rig, camera) for rig in (1, 2) for camera in range(3)]


@pytest.mark.parametrize(("rig", "camera"), CAMERAS)
def test_the_face_is_the_board(rig: int, camera: int) -> None:
    """Every point of the board that the picture shows lies in the face, none outside the board does."""
    look = outlook(rig, camera)
    angle = np.linspace(0, 2 * np.pi, 60)
    for radius_mm, inside in ((0.0, True), (100.0, True), (220.0, True), (231.0, False), (300.0, False)):
        ring = look.projection.project(np.column_stack([radius_mm * np.cos(angle), radius_mm * np.sin(angle), 0 * angle]))
        x, y = np.round(ring).astype(int).T
        shown = (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT)

        assert (look.masks.face[y[shown], x[shown]] == (255 if inside else 0)).all(), radius_mm


@pytest.mark.parametrize(("rig", "camera"), CAMERAS)
def test_the_volume_holds_the_board_and_what_stands_in_it(rig: int, camera: int) -> None:
    """Points, barrels and shafts of darts anywhere on the board lie in the volume, and so does the whole face."""
    look = outlook(rig, camera)
    assert not (look.masks.face & ~look.masks.volume).any()

    for angle in np.linspace(0, 2 * np.pi, 12):
        standing = dart(170 * np.cos(angle), 170 * np.sin(angle))
        x, y = np.round(look.seen(standing, *range(0, 100, 10))).astype(int).T
        shown = (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT)
        assert (look.masks.volume[y[shown], x[shown]] == 255).all()


def test_the_scale_is_that_of_the_bull() -> None:
    """Millimetres per pixel are those at the middle of the board, about 0.5 to 1.2 on a usual rig."""
    look = outlook()
    ends = look.projection.project(np.array([[-5.0, 0, 0], [5, 0, 0], [0, -5, 0], [0, 5, 0]]))
    px_per_mm = [float(np.linalg.norm(ends[k + 1] - ends[k])) / 10 for k in (0, 2)]

    assert min(px_per_mm) <= 1 / look.masks.mm_per_px <= max(px_per_mm)


def test_the_pixels_of_the_face_are_counted() -> None:
    """`face_pixels` is the area that shares refer to."""
    masks = outlook().masks

    assert masks.face_pixels == np.count_nonzero(masks.face)
    assert 0.1 < masks.face_pixels / (WIDTH * HEIGHT) < 0.9


def test_a_larger_board_has_a_larger_face() -> None:
    """The face follows the size of the physical board that is configured."""
    look = outlook()
    large = masks_of(look.projection, BoardSpec(edge_mm=240.0), (HEIGHT, WIDTH))

    assert large.face_pixels > look.masks.face_pixels


@pytest.mark.parametrize(("rig", "camera"), CAMERAS)
def test_outward_is_where_darts_point(rig: int, camera: int) -> None:
    """A straight dart's foot and head lie along the outward direction, whose length is one, and the scale is that across it."""
    look = outlook(rig, camera)
    straight = dart(40, -50, slope_x=0.0, slope_y=0.0)
    foot, head = look.seen(straight, 0.0, 40.0)
    direction, px_per_mm = outward_direction(look.projection, foot)
    along = (head - foot) / np.linalg.norm(head - foot)

    assert np.linalg.norm(direction) == pytest.approx(1.0)
    assert direction @ along > 0.999
    assert px_per_mm == pytest.approx(1 / look.masks.mm_per_px, rel=0.6)
