"""Tests of putting the board through four points."""

import numpy as np
import pytest

from schemas.base import CameraId
from schemas.board import BoardSpec
from tests.support.scene import Outlook, outlook
from workers.vision.calibration import calibrate
from workers.vision.calibration.points import ANGLES_RAD, Points, boards_through
from workers.vision.calibration.refusal import CalibrationRefusedError
from workers.vision.projection import CameraProjection

BOARD = BoardSpec()


def _clicked(look: Outlook, off_px: float = 0.0) -> Points:
    """Click the four points, each a little off."""
    places = 170.0 * np.column_stack([np.cos(ANGLES_RAD), np.sin(ANGLES_RAD), np.zeros(4)])
    off = off_px * np.array([[1, 0], [0, -1], [-1, 0], [0, 1]])
    return [(float(x), float(y)) for x, y in look.projection.project(places) + off]


@pytest.mark.slow
@pytest.mark.parametrize("camera", [0, 1, 2])
def test_a_calibration_begins_at_the_clicked_points(camera: int) -> None:
    """Points three pixels off lead to the board as it is: the wires around them are found, and the numbers are not asked."""
    look = outlook(1, camera)
    found = CameraProjection(calibrate([look.picture()], BOARD, CameraId("cam0"), None, points=_clicked(look, 3.0)))
    places = np.array([[0.0, 0, 0], [0, 166, 0], [160, 0, 0], [-90, -120, 0]])

    assert found.project(places) == pytest.approx(look.projection.project(places), abs=1.0)


def test_points_that_make_no_board_are_refused() -> None:
    """Three points, points in the wrong order, outside the picture or in one spot are named as what they are."""
    good = _clicked(outlook(1, 0))
    wrong: dict[str, Points] = {
        "3 points are given: name four": good[:3],
        "not in order": good[::-1],
        "outside the picture": [*good[:3], (900.0, 10.0)],
        "clockwise around the board": [(400.0, 300.0), (402.0, 301.0), (401.0, 303.0), (399.0, 302.0)],
    }
    for reason, points in wrong.items():
        with pytest.raises(CalibrationRefusedError, match=reason):
            boards_through(points, BOARD, (800, 600))


def test_where_there_is_no_board_points_do_not_help() -> None:
    """Four points on a grey wall are refused as any picture without a board is."""
    grey = np.full((600, 800, 3), 120, np.uint8)

    with pytest.raises(CalibrationRefusedError):
        calibrate([grey], BOARD, CameraId("cam0"), None, points=_clicked(outlook(1, 0)))
