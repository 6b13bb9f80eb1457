"""Tests of the widths of darts."""

import numpy as np
import pytest

from dartd.fusion.axis_fit import fit_axis
from dartd.fusion.camera_view import CameraView
from dartd.fusion.dart_axis import as_row
from dartd.fusion.dart_width import fit_restored, half_widths
from dartd.fusion.fused_axis import UNKNOWN_WIDTHS_MM
from schemas.geometry import Axis3
from tests.support.sightings import HALF_WIDTH_MM, camera_sightings, half_hidden, rig, sighting_of

DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)


def test_widths_are_known_where_both_edges_are_visible() -> None:
    """Half the width of a dart is known at every height of the barrel; half hidden darts have no width."""
    whole = [CameraView(camera_sightings(c, sighting_of(c, DART))) for c in rig(3)]
    hidden = [CameraView(camera_sightings(c, half_hidden(sighting_of(c, DART), 4.0, 1))) for c in rig(3)]
    known_mm = half_widths(whole, as_row(DART))

    assert np.nanmedian(known_mm) == pytest.approx(HALF_WIDTH_MM, rel=0.05)
    assert np.isnan(known_mm[-1])
    assert np.isnan(half_widths(hidden, as_row(DART))).all()


def test_a_half_hidden_dart_is_fitted_by_its_other_edge() -> None:
    """With the width of the dart before it, a dart that is half hidden from all cameras is fitted as if it were not."""
    whole = [CameraView(camera_sightings(c, sighting_of(c, DART))) for c in rig(3)]
    hidden = [CameraView(camera_sightings(c, half_hidden(sighting_of(c, DART), 4.0, 1))) for c in rig(3)]
    first = fit_axis(hidden, as_row(DART))
    assert first is not None
    restored, unknown = (fit_restored(hidden, first, mm) for mm in (half_widths(whole, as_row(DART)), UNKNOWN_WIDTHS_MM))

    assert restored is not None
    assert unknown is not None
    assert np.hypot(*(restored[1].axis - as_row(DART))[:2]) < 0.3 < np.hypot(*(unknown[1].axis - as_row(DART))[:2])
