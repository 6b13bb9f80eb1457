"""The board is turned by its numbers, else by the hint, else not at all."""

from typing import Any

import pytest

from workers.vision.calibration.camera_model import rotated
from workers.vision.calibration.number_ring import NumberRingMatch
from workers.vision.calibration.orientation import ROTATION_STEP_RAD, near_sector_of, orient, rotate_to_sector


@pytest.mark.parametrize(("azimuth_deg", "hint"), [(-54.0, 2), (-60.0, 2), (-60.0, 17), (-48.0, 15)])
def test_a_hint_may_be_a_sector_off(scene: Any, true_model: Any, azimuth_deg: float, hint: int) -> None:
    """A camera before the 2, and one between the 2 and a neighbour that the hint names, is turned to where it stands."""
    truth = true_model(scene(azimuth_deg=azimuth_deg))

    assert near_sector_of(truth) == 2
    assert near_sector_of(rotate_to_sector(rotated(truth, 3 * ROTATION_STEP_RAD), hint)) == 2


def test_numbers_outvote_the_hint(scene: Any, true_model: Any) -> None:
    """A sure reading decides even against the hint; an unsure one leaves it to the hint; without both there is no answer."""
    truth = true_model(scene(azimuth_deg=-54.0))
    model = rotated(truth, 2 * ROTATION_STEP_RAD)
    sure = orient(model, NumberRingMatch(rotations=2, lead=3.5), 20)
    unsure = orient(model, NumberRingMatch(rotations=5, lead=0.7), 2)

    assert sure is not None
    assert unsure is not None
    assert near_sector_of(sure) == near_sector_of(unsure) == 2
    assert orient(model, None, None) is None
