"""Lines are sampled where they are, to a fraction of a pixel."""

from typing import Any

import numpy as np
import pytest

from schemas.board import BoardSpec
from workers.vision.calibration.boundaries import RADIAL_RING, blur_of, boundary_points, sample_steepest, sample_wires

BOARD = BoardSpec()


def test_the_lines_cover_the_board() -> None:
    """About 1,500 places lie on all rings and radials, each kind on both sides of the board."""
    boundaries = boundary_points(BOARD)

    assert 1400 < len(boundaries.kind) < 1700
    assert set(boundaries.kind.tolist()) == set(range(RADIAL_RING + 1))
    np.testing.assert_allclose(np.linalg.norm(boundaries.normal, axis=1), 1.0)


@pytest.mark.slow
def test_wires_are_found_where_they_are(scene: Any, true_model: Any) -> None:
    """On a drawn board most lines are found within a tenth of a millimetre of the truth, and half of that on the whole."""
    truth = scene()
    boundaries, scaled = boundary_points(BOARD), np.sqrt(truth.picture().astype(np.float32) * 255)
    samples = sample_wires(scaled, true_model(truth), boundaries, reach_mm=2.0, blur_px=1.0)

    assert len(samples.point) > 0.9 * len(boundaries.kind)
    assert np.median(np.abs(samples.shift_mm)) < 0.1
    assert abs(np.median(samples.shift_mm)) < 0.05


@pytest.mark.slow
def test_the_steepest_change_is_near(scene: Any, true_model: Any) -> None:
    """The rough search comes within half a wire and its blur."""
    truth = scene()
    scaled = np.sqrt(truth.picture().astype(np.float32) * 255)
    samples = sample_steepest(scaled, true_model(truth), boundary_points(BOARD), 4.0)

    assert np.median(np.abs(samples.shift_mm)) < 1.0


@pytest.mark.slow
def test_blur_is_measured(scene: Any, true_model: Any) -> None:
    """A picture that is more blurred measures as more blurred."""
    boundaries = boundary_points(BOARD)
    blurs = []
    for blur_px in (0.8, 2.5):
        truth = scene(blur_px=blur_px)
        blurs.append(blur_of(np.sqrt(truth.picture().astype(np.float32) * 255), true_model(truth), boundaries))

    assert blurs[0] < 1.5 < blurs[1]


def test_an_even_picture_has_no_lines(scene: Any, true_model: Any) -> None:
    """Where nothing changes there is no sample."""
    truth = scene()
    grey = np.full((600, 800, 3), 120.0)

    assert len(sample_steepest(grey, true_model(truth), boundary_points(BOARD), 4.0).point) == 0
