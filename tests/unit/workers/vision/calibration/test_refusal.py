"""What carries no calibration is refused in words for people."""

from typing import Any

import numpy as np
import pytest

from schemas.board import BoardSpec
from workers.vision.calibration.boundaries import lines_of, sample_wires
from workers.vision.calibration.refusal import CalibrationRefusedError, cut_off, judge, not_found
from workers.vision.calibration.solve import Fit, fit

BOARD = BoardSpec()


@pytest.fixture(scope="module")
def good(scene: Any, true_model: Any) -> tuple[Any, Fit]:
    """Fit a good picture."""
    picture = scene().picture()
    lines, model = lines_of(BOARD), true_model(scene())
    samples = sample_wires(np.sqrt(picture.astype(np.float32) * 255), model, lines, reach_mm=2.0, blur_px=1.0)
    return picture, fit(model, lines, samples, size=(800, 600))


def test_a_good_fit_passes(good: tuple[Any, Fit]) -> None:
    """Nothing is raised for a good picture."""
    judge(*good, blur_px=1.0, board=BOARD)


def test_rings_that_separate_nothing_are_refused(good: tuple[Any, Fit]) -> None:
    """A fit that lies a ring off, or on a board without rings to see, is refused: better none than a wrong one."""
    picture, fitted = good
    off = fitted._replace(model=fitted.model._replace(focal_px=1.05 * fitted.model.focal_px))
    with pytest.raises(CalibrationRefusedError, match="rings of the board cannot be told"):
        judge(picture, off, blur_px=1.0, board=BOARD)


def test_faults_are_named(good: tuple[Any, Fit]) -> None:
    """Blur, lines that do not fit, a cut-off board and darkness each have their words."""
    picture, fitted = good
    with pytest.raises(CalibrationRefusedError, match="too blurred"):
        judge(picture, fitted, blur_px=20.0, board=BOARD)
    with pytest.raises(CalibrationRefusedError, match="do not fit"):
        judge(picture, fitted._replace(residual_px=fitted.residual_px + 5.0), blur_px=1.0, board=BOARD)

    assert "cut off" in cut_off().reason
    assert "too dark" in not_found(np.full((60, 80, 3), 5, np.uint8)).reason
    assert "no dartboard" in not_found(np.full((60, 80, 3), 99, np.uint8)).reason
