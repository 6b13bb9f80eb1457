"""The number ring is read, upright or with its lower half head over, and not where there is none."""

import math
from typing import Any

import pytest

from schemas.board import BoardSpec
from workers.vision.calibration.camera_model import rotated
from workers.vision.calibration.number_ring import read_numbers

BOARD = BoardSpec()
SURE, UNSURE = 2.7, 1.8


@pytest.mark.slow
@pytest.mark.parametrize("rotations", [0, 3, 9])
@pytest.mark.parametrize("flipped", [False, True])
def test_numbers_give_the_rotation(scene: Any, true_model: Any, rotations: int, flipped: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Whichever of the ten turns the fit ended in, the numbers say it, with a clear lead."""
    seen = scene(flipped_numbers=flipped, azimuth_deg=-60.0)
    match = read_numbers(seen.picture(), rotated(true_model(seen), rotations * math.pi / 5), BOARD)

    assert match is not None
    assert match.rotations == rotations
    assert match.lead > SURE


@pytest.mark.slow
def test_a_ring_without_numbers_gives_no_lead(scene: Any, true_model: Any) -> None:
    """Where nothing is written no turn leads."""
    seen = scene(numbers=False)
    match = read_numbers(seen.picture(), true_model(seen), BOARD)

    assert match is None or match.lead < UNSURE


@pytest.mark.slow
def test_a_ring_out_of_the_picture_is_not_read(scene: Any, true_model: Any) -> None:
    """With fewer than six numbers in the picture nothing is said."""
    seen = scene(focal_px=1300.0)

    assert read_numbers(seen.picture(), true_model(seen), BOARD) is None
