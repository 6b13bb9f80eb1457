"""The board is rotated by its numbers, else by the hint, else not at all."""

from typing import Any

import pytest

from workers.vision.calibration.camera_model import rotated
from workers.vision.calibration.number_ring import NumberRingMatch
from workers.vision.calibration.orientation import ROTATION_STEP_RAD, near_sector_of, orient, rotate_to_sector
from workers.vision.calibration.refusal import CalibrationRefusedError

UNREAD = NumberRingMatch(rotations=5, probability=0.7, mirrored=0.0)


@pytest.mark.parametrize(("azimuth_deg", "hint"), [(-54.0, 2), (-60.0, 2), (-60.0, 17), (-48.0, 15)])
def test_a_hint_may_be_a_sector_off(scene: Any, true_model: Any, azimuth_deg: float, hint: int) -> None:
    """A camera at the 2, and one between the 2 and a neighbour that the hint names, is rotated to its sector."""
    truth = true_model(scene(azimuth_deg=azimuth_deg))

    assert near_sector_of(truth) == 2
    assert near_sector_of(rotate_to_sector(rotated(truth, 3 * ROTATION_STEP_RAD), hint)) == 2


def test_numbers_outvote_the_hint(scene: Any, true_model: Any) -> None:
    """A certain reading decides even against the hint; an uncertain one leaves it to the hint; without both there is no answer."""
    truth = true_model(scene(azimuth_deg=-54.0))
    model = rotated(truth, 2 * ROTATION_STEP_RAD)
    certain = orient(model, NumberRingMatch(rotations=2, probability=0.999, mirrored=0.0), 20)
    hinted = orient(model, UNREAD, 2)

    assert certain is not None
    assert hinted is not None
    assert near_sector_of(certain) == near_sector_of(hinted) == 2
    assert orient(model, UNREAD, None) is None


def test_mirrored_numbers_are_refused(scene: Any, true_model: Any) -> None:
    """No hint makes a mirrored picture right."""
    model = true_model(scene(azimuth_deg=-54.0))
    with pytest.raises(CalibrationRefusedError, match="mirrored"):
        orient(model, NumberRingMatch(rotations=2, probability=0.0, mirrored=0.999), 2)
