"""Tests of light and lens over whole pictures."""

import numpy as np
import pytest

from schemas.base import CameraId
from workers.sources.simulator.disturbance import ImagingConditions
from workers.sources.simulator.extended_projection import ExtendedProjection
from workers.sources.simulator.imaging import ImagingEffects
from workers.sources.simulator.rig import true_calibration

CALIBRATION = true_calibration(1, 0, 800, 600, CameraId("cam0"))
GREY = np.full((600, 800, 3), 120, np.uint8)


def test_gain_is_a_factor_of_light() -> None:
    """Twice the light is 2 ** (1 / 2.2) times the grey level, and nothing leaves the range."""
    veil = ImagingEffects(CALIBRATION)

    assert abs(int(veil.over(GREY, ImagingConditions(gain=2.0))[300, 400, 0]) - 120 * 2 ** (1 / 2.2)) <= 1
    assert veil.over(GREY, ImagingConditions(gain=50.0)).max() == 255


def test_a_slant_brightens_one_side() -> None:
    """Light from the right makes the right of the board brighter and the left darker."""
    seen = ImagingEffects(CALIBRATION).over(GREY, ImagingConditions(gradient=(0.5, 0.0)))
    left, right = ExtendedProjection(CALIBRATION).project_extended(np.array([[-150.0, 0, 0], [150.0, 0, 0]])).round().astype(int)

    assert seen[right[1], right[0], 0] > 122
    assert seen[left[1], left[0], 0] < 118


def test_bands_run_over_the_rows() -> None:
    """Flicker is the same along a row and not along a column."""
    seen = ImagingEffects(CALIBRATION).over(GREY, ImagingConditions(bands=(0.1, 0.3, 2.0)))[..., 0].astype(int)

    assert np.ptp(seen[300]) <= 1
    assert np.ptp(seen[:, 400]) > 5


def test_a_shadow_lies_where_it_falls() -> None:
    """A person's shadow is darkest at its middle and soft around it."""
    seen = ImagingEffects(CALIBRATION).over(GREY, ImagingConditions(shadow=(50.0, 20.0, 100.0, 0.3)))
    x, y = ExtendedProjection(CALIBRATION).project_extended(np.array([[50.0, 20.0, 0.0]]))[0].round().astype(int)

    assert seen[y, x, 0] <= seen.min() + 1
    assert seen.max() > 115


@pytest.mark.parametrize("lens_spot", [(400.0, 300.0, 30.0), (2.0, 5.0, 50.0), (-500.0, 0.0, 20.0)])
def test_a_lens_spot_darkens_its_area_only(lens_spot: tuple[float, float, float]) -> None:
    """A fly on the lens hides what is behind it, at the border of the picture too; far outside nothing changes."""
    seen = ImagingEffects(CALIBRATION).over(GREY, ImagingConditions(lens_spot=lens_spot))

    assert (seen == 120).mean() > 0.9
    assert (seen.min() < 30) == (lens_spot[0] > 0)


def test_the_picture_underneath_stays_as_it_is() -> None:
    """What was painted before is not painted over, for it is used again."""
    ImagingEffects(CALIBRATION).over(GREY, ImagingConditions(gain=0.5, lens_spot=(400, 300, 30)))

    assert (GREY == 120).all()
