"""Pictures for people."""

import numpy as np

from schemas.base import CameraId
from schemas.geometry import Axis3
from workers.sources.simulator import true_calibration
from workers.vision.drawing import ORANGE, annotate, change
from workers.vision.projection import CameraProjection


def test_a_change_is_outlined() -> None:
    """What differs is dark, what was taken for a change has an orange line around it, all else is white."""
    before = np.full((40, 40, 3), 100, np.uint8)
    after, changed = before.copy(), np.zeros((40, 40), np.uint8)
    after[10:20, 10:20] = 200
    changed[10:20, 10:20] = 255
    drawn = change(before, after, changed)

    assert drawn[15, 15].max() == 0
    assert drawn[10, 15].tolist() == [0, 140, 255]
    assert drawn[30, 30].min() == 255


def test_a_dart_is_marked_where_it_stands() -> None:
    """A ring lies around its point, a line along its axis; the picture that was given stays as it was."""
    projection = CameraProjection(true_calibration(1, 0, 800, 600, CameraId("cam0")))
    picture = np.zeros((600, 800, 3), np.uint8)
    drawn = annotate(picture, Axis3(x_mm=40.0, y_mm=-30.0, slope_x=0.1, slope_y=0.2), "D16", projection)
    x, y = projection.project(np.array([[40.0, -30.0, 0.0]]))[0]
    marked = np.argwhere(drawn.any(axis=2))

    assert not picture.any()
    assert np.hypot(marked[:, 1] - x, marked[:, 0] - y).min() < 12
    assert np.hypot(marked[:, 1] - x, marked[:, 0] - y).max() > 30


def test_a_dart_of_unknown_position_has_a_label_alone() -> None:
    """No axis is drawn for a dart that was not localised."""
    projection = CameraProjection(true_calibration(1, 0, 800, 600, CameraId("cam0")))
    drawn = annotate(np.zeros((600, 800, 3), np.uint8), None, "?", projection)

    assert drawn.any()
    assert not (drawn == ORANGE).all(axis=2).any()
