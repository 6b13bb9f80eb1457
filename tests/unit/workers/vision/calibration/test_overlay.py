"""The calibration drawn over its picture."""

from typing import Any

import msgspec
import numpy as np
import pytest

from schemas.base import CameraId
from schemas.board import BoardSpec
from workers.vision.calibration import calibrate
from workers.vision.calibration.overlay import BAD, GOOD, LINE, draw_overlay

pytestmark = pytest.mark.slow

BOARD = BoardSpec()


def count(picture: Any, colour: tuple[int, int, int]) -> int:
    """Count pixels that are nearly of a colour."""
    return int((np.abs(picture.astype(int) - colour).max(axis=2) < 40).sum())


def test_a_good_calibration_is_green_and_a_wrong_one_red(scene: Any) -> None:
    """Where the wires lie on the lines the sticks are green; a calibration that has turned by half a degree has red ones."""
    picture = scene().picture()
    good = calibrate([picture], BOARD, CameraId("cam0"), None)
    c, s = np.cos(0.008), np.sin(0.008)
    rotated = np.array(good.rotation).reshape(3, 3) @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    wrong = msgspec.structs.replace(good, rotation=tuple(rotated.ravel().tolist()))
    fits, lies = draw_overlay(picture, good, BOARD), draw_overlay(picture, wrong, BOARD)

    assert fits.shape == picture.shape
    assert count(fits, GOOD) > 100
    assert count(fits, LINE) > 2000
    assert count(fits, BAD) < 100
    assert count(lies, BAD) > 400
