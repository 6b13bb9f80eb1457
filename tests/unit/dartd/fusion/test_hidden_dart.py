"""A dart that standing darts hide from all cameras but one is found by that camera and by where it must be hidden."""

import pytest

from dartd.fusion.camera_view import CameraSightings
from dartd.fusion.hidden_dart import MOST_PX, find_hidden
from schemas.geometry import Axis3, Calibration
from tests.support.sightings import apart_mm, camera_sightings, hiding, rig, sighting_of

DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
CLEAR = 0.4, 50.0  # visibility and length of a line that may be a dart's


def shown_by_first(calibrations: list[Calibration]) -> list[CameraSightings]:
    """Return what cameras report when the first alone has a line of the dart."""
    return [camera_sightings(calibrations[0], sighting_of(calibrations[0], DART)), *map(camera_sightings, calibrations[1:])]


@pytest.mark.parametrize("cameras", [2, 3])
def test_it_is_where_the_others_cannot_see_it(cameras: int) -> None:
    """Behind one standing dart for each other camera its place is known, and its uncertainty covers half a barrel."""
    calibrations = rig(cameras)
    (found,) = find_hidden(shown_by_first(calibrations), [hiding(DART, c) for c in calibrations[1:]], *CLEAR)

    assert apart_mm(found.axis, DART) < 1.0
    assert found.uncertainty_mm > MOST_PX / 2.5 / 2
    assert found.cameras_used == (calibrations[0].camera_id,)


def test_a_camera_that_would_show_it_contradicts() -> None:
    """Where nothing hides it from one of the others, the line of one camera is no dart; nor is it with no dart in the board."""
    calibrations = rig(3)

    assert find_hidden(shown_by_first(calibrations), [hiding(DART, calibrations[1])], *CLEAR) == []
    assert find_hidden(shown_by_first(calibrations), [], *CLEAR) == []
