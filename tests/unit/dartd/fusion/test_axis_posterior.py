"""Tests of where a dart is when each line may be wrong."""

import numpy as np
import pytest

from dartd.fusion.axis_fit import Fit, fit_axis
from dartd.fusion.axis_posterior import posterior
from dartd.fusion.camera_view import CameraSightings, CameraView
from dartd.fusion.dart_axis import Floats, as_row
from schemas.geometry import Axis3
from tests.support.sightings import camera_sightings, displaced, rig, sighting_of

DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)


def _views(*shifts_px: float) -> list[CameraView]:
    calibrations = rig(len(shifts_px))
    return [CameraView(camera_sightings(c, displaced(sighting_of(c, DART), px))) for c, px in zip(calibrations, shifts_px, strict=True)]


def _fitted(views: list[CameraView]) -> Fit:
    fit = fit_axis(views, as_row(DART))
    assert fit is not None
    return fit


def _off_mm(axis: Floats) -> float:
    return float(np.hypot(*(axis - as_row(DART))[:2]))


def _radius_mm(fit: Fit) -> float:
    return float(np.sqrt(np.trace(fit.covariance[:2, :2])))


def test_exact_lines_stay_where_they_meet() -> None:
    """Lines that meet in one axis are right: the mean is that axis."""
    views = _views(0, 0, 0)
    mean, _ = posterior(views, _fitted(views))

    assert mean.axis == pytest.approx(as_row(DART), abs=0.02)
    assert mean.used == views


def test_the_line_that_the_others_contradict_counts_less() -> None:
    """Of five lines one is a pixel off: the mean is nearer to where the other four meet than the fit of all is."""
    views = _views(1.0, 0, 0, 0, 0)
    fit = _fitted(views)
    mean, _ = posterior(views, fit)

    assert _off_mm(mean.axis) < 0.6 * _off_mm(fit.axis)


def test_lines_that_do_not_meet_are_more_uncertain() -> None:
    """Which of three lines is wrong is unknown: the covariance contains where the dart is without each of them."""
    agreed, parted = (posterior(views, _fitted(views))[0] for views in (_views(0, 0, 0), _views(1.2, 0, 0)))

    assert _radius_mm(parted) > 1.5 * _radius_mm(agreed)
    assert _off_mm(parted.axis) < 2 * _radius_mm(parted)


def test_lines_that_do_not_meet_cost_more_and_so_do_cameras_without_a_line() -> None:
    """The cost is lowest where the lines of all cameras meet in an axis."""
    first, second, third = rig(3)
    without = [*_views(0, 0, 0)[:2], CameraView(CameraSightings(third.camera_id, third, ()))]
    met, parted, unseen = (posterior(views, _fitted(views))[1] for views in (_views(0, 0, 0), _views(1.2, 0, 0), without))

    assert met < parted < unseen
    assert first.camera_id != second.camera_id


def test_without_a_line_near_an_axis_nothing_is_known() -> None:
    """An axis that no line supports has an infinite cost."""
    views = _views(0, 0, 0)
    fit = Fit(as_row(Axis3(x_mm=120.0, y_mm=-120.0)), np.eye(4), views, [], 0.0)

    assert posterior(views, fit) == (fit, float("inf"))
