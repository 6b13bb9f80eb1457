"""A board is found by its shape, whatever its colours, its place in the picture and the lens."""

from typing import Any

import numpy as np
import pytest

from schemas.board import BoardSpec
from workers.vision.calibration.board_search import find_board

BOARD = BoardSpec()


def error_mm(found: Any, truth: Any) -> float:
    """Measure how far the found homography puts the picture of the treble ring off the truth, at the worst."""
    theta = np.linspace(0, 2 * np.pi, 40)
    points = 99.0 * np.stack([np.cos(theta), np.sin(theta)], axis=1)
    pixels = truth.project(np.column_stack([points, np.zeros(40)]))
    if found.distortion:
        middle = np.array([(truth.width - 1) / 2, (truth.height - 1) / 2])
        ideal = pixels - middle
        for _ in range(30):
            ideal = (pixels - middle) / (1 + found.distortion * (ideal**2).sum(axis=1, keepdims=True) / truth.width**2)
        pixels = ideal + middle
    back = np.column_stack([pixels, np.ones(40)]) @ np.linalg.inv(np.array(found.homography).reshape(3, 3)).T
    radius = np.hypot(back[:, 0], back[:, 1]) / np.abs(back[:, 2])
    return float(np.abs(radius - 99.0).max())


@pytest.mark.slow
@pytest.mark.parametrize(
    "look",
    [
        {},
        {"azimuth_deg": 35.0, "elevation_deg": 32.0, "gain": 0.4},
        {"width": 1280, "height": 720, "focal_px": 800.0, "center_px": (640.0, 360.0), "roll_deg": 15.0},
        {"k1": -0.25, "focal_px": 500.0},
    ],
)
def test_the_board_is_found(scene: Any, look: dict[str, Any]) -> None:
    """One of the guesses puts the treble ring within a ring's width of where it is."""
    truth = scene(**look)
    found = tuple(find_board(truth.picture(), BOARD))

    assert found
    assert min(error_mm(guess, truth) for guess in found) < 8.0


@pytest.mark.slow
def test_a_blue_board_is_found(scene: Any, blue_and_black: Any) -> None:
    """The search asks for no hue."""
    truth = scene(colours=blue_and_black)
    found = tuple(find_board(truth.picture(), BOARD))

    assert found
    assert min(error_mm(guess, truth) for guess in found) < 8.0


@pytest.mark.slow
def test_noise_is_no_board() -> None:
    """Nothing is found where nothing alternates."""
    noise = np.random.default_rng(3).integers(0, 255, (480, 640, 3)).astype(np.uint8)

    assert not tuple(find_board(noise, BOARD))
    assert not tuple(find_board(np.full((480, 640, 3), 90, np.uint8), BOARD))
