"""Brightness and sharpness of a picture."""

import cv2
import numpy as np

from tests.support.scene import outlook
from workers.vision.frame import Image
from workers.vision.picture_figures import figures_of


def _darkened(board: Image, share: float) -> Image:
    return cv2.convertScaleAbs(board, alpha=share).astype(np.uint8, copy=False)


def test_blur_is_measured_whatever_the_light() -> None:
    """A darker picture is as sharp as a brighter one, a blurred one is not."""
    board = outlook(1, 0).picture()
    sharp, darker = figures_of(board), figures_of(_darkened(board, 0.5))
    blurred = figures_of(cv2.GaussianBlur(board, (0, 0), 2.0).astype(np.uint8, copy=False))

    assert sharp.sharpness > 0.03
    assert abs(darker.sharpness / sharp.sharpness - 1) < 0.2
    assert blurred.sharpness < 0.012
    assert (sharp.focus, darker.focus, blurred.focus) == ("sharp", "sharp", "blurred")


def test_a_picture_is_dark_or_bright() -> None:
    """A board with a lamp that blinds it is as bad as one in the dark."""
    board = outlook(1, 0).picture()
    blinded = board.copy()
    blinded[: board.shape[0] // 3] = 255

    assert [figures_of(each).exposure for each in (board, _darkened(board, 0.2), blinded)] == ["good", "dark", "bright"]
