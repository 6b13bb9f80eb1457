"""Tests of fitting an axis to the lines of several cameras."""

import numpy as np
import pytest

from dartd.fusion.axis_fit import fit_axis, fits_without_each, linearise, residual_px
from dartd.fusion.camera_pose import CameraPose
from dartd.fusion.camera_view import CameraView
from dartd.fusion.dart_axis import as_row
from schemas.geometry import Axis3, Calibration
from tests.support.sightings import camera_sightings, displaced, rig, sighting_of

DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
START = as_row(DART) + np.array([2.0, -1.5, 0.02, -0.02])


def _views(*shifts_px: float) -> list[CameraView]:
    return [CameraView(camera_sightings(c, displaced(sighting_of(c, DART), px))) for c, px in zip(rig(3), shifts_px, strict=True)]


def test_exact_lines_lead_to_the_axis() -> None:
    """From a start some millimetres off, the fit comes to the dart, with a covariance and all cameras."""
    fit = fit_axis(_views(0, 0, 0), START)

    assert fit is not None
    assert fit.axis == pytest.approx(as_row(DART), abs=0.02)
    assert len(fit.used) == 3
    assert (np.linalg.eigvalsh(fit.covariance) > 0).all()


def test_a_camera_that_contradicts_is_left_out() -> None:
    """Of three lines one that is 4 px off the others is not used."""
    views = _views(4.0, 0, 0)
    fit = fit_axis(views, as_row(DART))

    assert fit is not None
    assert len(fit.used) == 2
    assert residual_px(views[0], as_row(DART)) > 1.5 > residual_px(views[1], as_row(DART))


def test_where_three_lines_do_not_meet_each_may_be_wrong() -> None:
    """Lines that meet are fitted once; of three that do not each is left out in turn, and one of these fits is that of the right two."""
    fits = [fit_axis(views, as_row(DART)) for views in (_views(0, 0, 0), _views(4.0, 0, 0))]
    met, parted = (fits_without_each(fit) for fit in fits if fit is not None)

    assert met == []
    assert len(parted) == 3
    assert all(len(fit.used) == 2 and len(fit.left_out) == 1 for fit in parted)
    assert min(np.hypot(*(fit.axis - as_row(DART))[:2]) for fit in parted) < 0.1


def test_two_lines_cannot_contradict_each_other() -> None:
    """Two lines always meet somewhere: neither is left out."""
    fit = fit_axis(_views(4.0, 0, 0)[:2], as_row(DART))

    assert fit is not None
    assert fits_without_each(fit) == []


def test_without_lines_there_is_no_fit() -> None:
    """Far from every line there is nothing to fit, and nothing to linearise."""
    far = as_row(Axis3(x_mm=120.0, y_mm=-120.0))
    views = _views(0, 0, 0)

    assert fit_axis(views, far) is None
    assert linearise(views[0], far, 4.0) is None


def test_a_line_beyond_the_rings_of_one_camera_counts_little() -> None:
    """A camera that shows a dart in the surround outside its rings does not pull it off the line of one that shows it inside of them."""
    out = Axis3(x_mm=-235.0, y_mm=-90.0, slope_x=0.04, slope_y=0.2)
    cameras = sorted(rig(3), key=lambda c: float(np.linalg.norm(CameraPose(c).lens_error_px(CameraPose(c).project(as_row(out)[None])[0]))))
    inside, beyond = cameras[0], cameras[-1]

    def off_mm(wrong: Calibration) -> float:
        views = [CameraView(camera_sightings(c, displaced(sighting_of(c, out), 1.4 if c is wrong else 0.0))) for c in cameras]
        fit = fit_axis(views, as_row(out))
        assert fit is not None
        return float(np.hypot(*(fit.axis - as_row(out))[:2]))

    assert off_mm(beyond) < off_mm(inside) / 2
