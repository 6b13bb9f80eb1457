"""Tests of crossing the cameras' lines to axes in space."""

import numpy as np
import pytest

from dartd.fusion.camera_view import CameraView
from dartd.fusion.dart_axis import MAX_SLOPE, REACH_MM, as_row
from dartd.fusion.triangulation import triangulate
from schemas.geometry import Axis3
from tests.support.sightings import camera_at, camera_sightings, displaced, rig, sighting_of

DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
OTHER = Axis3(x_mm=80.0, y_mm=-30.0, slope_x=-0.05, slope_y=0.15)


def test_two_lines_meet_in_the_dart() -> None:
    """The planes of two cameras through one dart meet in its axis."""
    axes = triangulate([CameraView(camera_sightings(c, sighting_of(c, DART))) for c in (camera_at(0, 0.3), camera_at(1, 2.2))])

    assert axes[-1] == pytest.approx(as_row(DART), abs=0.01)


def test_every_line_is_crossed_with_every_line_of_another_camera() -> None:
    """Both darts are among the axes of three cameras that see two, with those in which lines of different darts cross."""
    axes = triangulate([CameraView(camera_sightings(c, sighting_of(c, DART), sighting_of(c, OTHER))) for c in rig(3)])

    assert len(axes) <= 12
    for dart in (DART, OTHER):
        assert np.count_nonzero(np.abs(axes - as_row(dart)).max(axis=1) < 0.05) == 3


def test_where_no_dart_could_stand_there_is_no_axis() -> None:
    """Axes beyond the surround, or leaning as no dart does, and lines that hardly cross are left out."""
    aside = [CameraView(camera_sightings(c, displaced(sighting_of(c, DART), 40.0, 0.9 * (-1) ** k))) for k, c in enumerate(rig(3))]
    axes = triangulate(aside)

    assert np.all(np.hypot(axes[:, 0], axes[:, 1]) < REACH_MM)
    assert np.all(np.hypot(axes[:, 2], axes[:, 3]) < MAX_SLOPE)
    assert len(triangulate([CameraView(camera_sightings(c, sighting_of(c, DART))) for c in (camera_at(0, 0.3), camera_at(1, 0.31))])) == 0


def test_one_camera_alone_stands_darts_on_their_visible_ends() -> None:
    """Without another camera an axis goes through the visible end of each line, leaning as darts mostly do."""
    camera = camera_at(0, 0.7)
    axes = triangulate([CameraView(camera_sightings(camera, sighting_of(camera, DART)))])

    assert axes[0, :2] == pytest.approx([DART.x_mm, DART.y_mm], abs=1.0)
    assert np.hypot(*axes[0, 2:]) < MAX_SLOPE
    assert triangulate([]).shape == (0, 4)
