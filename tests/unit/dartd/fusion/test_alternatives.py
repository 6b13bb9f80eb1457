"""Tests of axes that rest on the same lines."""

from dataclasses import replace

import numpy as np
import pytest

from dartd.fusion.alternatives import MISJUDGED, PLAUSIBLE_COST, Hypothesis, choose, likelihoods
from dartd.fusion.camera_view import CameraView
from dartd.fusion.dart_axis import as_row
from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.fusion import fuse
from schemas.geometry import Axis3
from tests.support.sightings import rig, sightings_of_dart

DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
NEXT_TO_IT = Axis3(x_mm=-20.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
ELSEWHERE = Axis3(x_mm=40.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
SHARED_PX = 6.0


@pytest.fixture
def views() -> list[CameraView]:
    """Three cameras that see the dart."""
    return [CameraView(each) for each in sightings_of_dart(rig(3), DART)]


@pytest.fixture
def fused() -> FusedAxis:
    """The dart as it is fused."""
    return fuse(sightings_of_dart(rig(3), DART))[0]


def test_of_axes_on_the_same_lines_the_likelier_one_stays(views: list[CameraView], fused: FusedAxis) -> None:
    """Two axes a few pixels apart in all pictures are one dart: the one that costs less."""
    other = replace(fused, axis=NEXT_TO_IT)
    chosen = choose(views, [Hypothesis(other, 20.0), Hypothesis(fused, 5.0)], SHARED_PX)

    assert [one.axis for one in chosen] == [fused.axis]


def test_the_uncertainty_contains_the_other_axis_as_far_as_it_is_likely(views: list[CameraView], fused: FusedAxis) -> None:
    """An equally likely axis two millimetres away makes a dart uncertain by more than one; a plausible one by what is misjudged."""
    other = replace(fused, axis=NEXT_TO_IT)
    doubtful, clear = (choose(views, [Hypothesis(fused, 5.0), Hypothesis(other, cost)], SHARED_PX)[0] for cost in (5.1, 20.0))

    assert doubtful.uncertainty_mm > 1.0 > clear.uncertainty_mm > fused.uncertainty_mm


def test_axes_on_other_lines_are_other_darts(views: list[CameraView], fused: FusedAxis) -> None:
    """An axis far away is no alternative: both stay as they are."""
    chosen = choose(views, [Hypothesis(fused, 5.0), Hypothesis(replace(fused, axis=ELSEWHERE), 5.0)], SHARED_PX)

    assert sorted(one.axis.x_mm for one in chosen) == [pytest.approx(fused.axis.x_mm), ELSEWHERE.x_mm]
    assert all(np.allclose(one.covariance, fused.covariance) for one in chosen)


def test_an_axis_between_two_joins_them(views: list[CameraView], fused: FusedAxis) -> None:
    """Alternatives of one axis are alternatives of each other, in whatever order they come."""
    row = as_row(DART)
    apart = [replace(fused, axis=Axis3(x_mm=float(row[0]) + x_mm, y_mm=61.0, slope_x=0.04, slope_y=0.2)) for x_mm in (-3.5, 3.5, 0.0)]

    for order in ((0, 1, 2), (2, 1, 0)):
        assert len(choose(views, [Hypothesis(apart[k], float(k)) for k in order], SHARED_PX)) == 1


def test_plausible_alternatives_stay_possible(fused: FusedAxis) -> None:
    """What costs somewhat more keeps its part of the share that is misjudged, what costs far more has none; together they are certain."""
    likely = likelihoods([Hypothesis(fused, 0.0), Hypothesis(fused, PLAUSIBLE_COST - 1), Hypothesis(fused, PLAUSIBLE_COST + 100)])

    assert likely[1] == pytest.approx(MISJUDGED / 2, abs=0.001)
    assert likely[2] == pytest.approx(0, abs=0.001)
    assert likely.sum() == pytest.approx(1.0)
