"""What carries no calibration is refused in words for people."""

from typing import Any

import numpy as np
import pytest

from schemas.board import BoardSpec
from workers.vision.calibration.boundaries import boundary_points, sample_wires
from workers.vision.calibration.camera_fit import CameraFit, fit_camera
from workers.vision.calibration.refusal import CalibrationRefusedError, area_of, board_cut_off, board_not_found, check_fit

BOARD = BoardSpec()


@pytest.fixture(scope="module")
def good(scene: Any, true_model: Any) -> tuple[Any, CameraFit]:
    """Fit a good picture."""
    picture = scene().picture()
    boundaries, model = boundary_points(BOARD), true_model(scene())
    samples = sample_wires(np.sqrt(picture.astype(np.float32) * 255), model, boundaries, reach_mm=2.0, blur_px=1.0)
    return picture, fit_camera(model, boundaries, samples, size=(800, 600))


@pytest.mark.slow
def test_a_good_fit_passes(good: tuple[Any, CameraFit]) -> None:
    """Nothing is raised for a good picture."""
    check_fit(*good, blur_px=1.0, board=BOARD)


def test_rings_that_separate_nothing_are_refused(good: tuple[Any, CameraFit]) -> None:
    """A fit that lies a ring off, or on a board without rings to see, is refused: better none than a wrong one."""
    picture, fitted = good
    off = fitted._replace(model=fitted.model._replace(focal_px=1.05 * fitted.model.focal_px))
    with pytest.raises(CalibrationRefusedError, match="rings of the board are not recognised"):
        check_fit(picture, off, blur_px=1.0, board=BOARD)


def test_faults_are_named(good: tuple[Any, CameraFit]) -> None:
    """Blur, lines that do not fit, a cut-off board and darkness each have their words."""
    picture, fitted = good
    with pytest.raises(CalibrationRefusedError, match="too blurred"):
        check_fit(picture, fitted, blur_px=20.0, board=BOARD)
    with pytest.raises(CalibrationRefusedError, match="do not fit"):
        check_fit(picture, fitted._replace(residual_px=fitted.residual_px + 5.0), blur_px=1.0, board=BOARD)

    assert "too dark" in board_not_found(np.full((60, 80, 3), 5, np.uint8)).reason
    assert "no dartboard" in board_not_found(np.full((60, 80, 3), 99, np.uint8)).reason


@pytest.mark.parametrize(
    ("shift_px", "words"),
    [((-500, 0), "at the left of"), ((500, 0), "at the right of"), ((0, -400), "at the top of"), ((0, 400), "at the bottom of")],
)
def test_a_board_that_is_cut_off_is_refused_with_the_side(good: tuple[Any, CameraFit], shift_px: tuple[int, int], words: str) -> None:
    """The message must name the side of the picture that the board crosses; inside the picture its lines are only invisible."""
    pixels = good[1].model.project(boundary_points(BOARD).point_mm)

    assert words in board_cut_off(pixels + shift_px, (800, 600)).reason
    assert "cut off" not in board_cut_off(pixels, (800, 600)).reason


def test_areas_of_a_picture_have_names() -> None:
    """Each ninth of the picture has its words, and a pixel outside belongs to the nearest."""
    at = [(10.0, 10.0), (400.0, 10.0), (790.0, 300.0), (400.0, 300.0), (-5.0, 900.0)]
    areas = [area_of(np.array(pixel), (800, 600)) for pixel in at]

    named = ["top left", "top", "right", "middle", "bottom left"]
    assert areas == [f"at the {name} of the picture" for name in named]
