"""Tests of small pictures with soft edges."""

import numpy as np

from workers.sources.simulator.sprite import Canvas, Sprite


def _square(left: float, size: float, finer: int = 8) -> Sprite:
    corners = np.array([[left, 10.0], [left + size, 10.0], [left + size, 20.0], [left, 20.0]])
    canvas = Canvas.around(corners, 60, 40, finer)
    assert canvas is not None
    canvas.fill(canvas.corners(corners), (100.0, 150.0, 200.0))
    return canvas.sprite()


def test_a_polygon_keeps_its_place_to_parts_of_a_pixel() -> None:
    """The middle of a drawn square lies where its corners say, to a tenth of a pixel."""
    for left in (12.0, 12.25, 12.5, 12.8):
        sprite = _square(left, 10.0)
        cover = 255 - sprite.through[..., 0].astype(float)
        columns = np.arange(cover.shape[1]) + sprite.x

        assert abs((cover.sum(axis=0) * columns).sum() / cover.sum() - (left + 5)) < 0.1


def test_laying_covers_and_shines_through() -> None:
    """Inside a sprite its own colour is seen, outside the ground."""
    ground = np.full((40, 60, 3), 50, np.uint8)
    _square(12.0, 10.0).lay(ground)

    assert ground[15, 17].tolist() == [100, 150, 200]
    assert ground[15, 40].tolist() == [50, 50, 50]


def test_nothing_is_drawn_outside_the_picture() -> None:
    """A canvas outside the picture is none."""
    assert Canvas.around(np.array([[-50.0, 5.0], [-20.0, 9.0]]), 60, 40, 4) is None


def test_the_mean_of_sprites_is_a_blur() -> None:
    """Half of the time here, half of the time there: half of the ground shines through."""
    solid, clear = np.full((2, 2, 3), 200, np.uint8), np.zeros((2, 2, 3), np.uint8)
    blur = Sprite.mean([Sprite(0, 0, solid, clear), Sprite(0, 0, clear, np.full((2, 2, 3), 255, np.uint8))])

    assert blur.color[0, 0, 0] == 100
    assert blur.through[0, 0, 0] == 127
