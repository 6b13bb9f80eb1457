"""Drift is reported in the pixels that the picture moved by."""

from typing import Any

import cv2
import numpy as np
import pytest

from schemas.board import BoardSpec
from workers.vision.calibration.drift import drift_px

BOARD = BoardSpec()


@pytest.mark.slow
@pytest.mark.parametrize("moved_px", [0.0, 1.0, 5.0])
def test_a_moved_picture_has_drifted(scene: Any, true_model: Any, moved_px: float) -> None:
    """The drift is the motion, to a tenth of it and two tenths of a pixel."""
    seen = scene()
    shift = np.array([[1, 0, moved_px], [0, 1, 0]], np.float32)
    picture = cv2.warpAffine(seen.picture(), shift, (seen.width, seen.height), borderMode=cv2.BORDER_REPLICATE)

    assert drift_px(np.asarray(picture, np.uint8), true_model(seen), BOARD) == pytest.approx(moved_px, rel=0.1, abs=0.2)


def test_no_board_is_endless_drift(scene: Any, true_model: Any) -> None:
    """Where no lines are, or only edges by chance, the drift is infinite."""
    noise = np.random.default_rng(1).integers(0, 255, (600, 800, 3)).astype(np.uint8)

    assert drift_px(np.zeros((600, 800, 3), np.uint8), true_model(scene()), BOARD) == float("inf")
    assert drift_px(noise, true_model(scene()), BOARD) == float("inf")
