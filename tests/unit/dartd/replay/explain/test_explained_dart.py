"""Darts of a replay with their truth."""

from typing import Any

import msgspec
import numpy as np
import pytest

from dartd.replay.explain.explained_dart import (
    explained_darts,
    fitted_sightings,
    line_on_face,
    pixels_of,
    pixels_of_rays,
    reporting_cameras,
)
from dartd.replay.scoring import Truth
from tests.support.sightings import rig, sighting_of
from tests.unit.dartd.replay.explain.conftest import AXIS
from workers.vision.projection import CameraProjection

T20 = {"type": "dart_hit", "label": "T20", "ring": "triple", "x_mm": 10.5, "y_mm": 103.0}


def truth(**sequences: list[dict[str, object]]) -> Truth:
    """Expect something every second of each sequence."""
    frames = {name: [{"t_ms": 1000 * k, "expect": e} for k, e in enumerate(expects)] for name, expects in sequences.items()}
    return msgspec.convert({"sequences": {name: {"frames": those} for name, those in frames.items()}}, Truth)


def test_a_dart_is_compared_with_the_truth_of_its_moment(seen: Any) -> None:
    """A dart is judged by the picture in whose time it was reported."""
    (case,) = explained_darts(seen.events, seen.recorder, seen.playlist, truth(s0=[{"type": "start"}, T20]))

    assert case.error_mm == pytest.approx(0.5, abs=0.1)
    assert case.is_right
    assert [camera for camera, _, _ in reporting_cameras(case)] == ["cam0", "cam1", "cam2"]
    assert all(used for _, used in fitted_sightings(case).values())


def test_a_dart_that_was_not_reported_is_a_case_too(seen: Any) -> None:
    """What the cameras found in the time of a missed dart is kept for it; where they found nothing its evidence is empty."""
    reported, missed, silent = explained_darts(seen.events, seen.recorder, seen.playlist, truth(s0=[{"type": "start"}, T20], s1=[T20, T20]))
    (early,) = explained_darts([], seen.recorder, seen.playlist, truth(s0=[{"type": "start"}, T20]))

    assert reported.hit is not None
    assert (missed.hit, missed.is_right, missed.error_mm, missed.fused_axis()) == (None, False, None, None)
    assert silent.evidence.settled == {}
    assert set(early.evidence.settled) == {"cam0", "cam1", "cam2"}
    assert not any(used for _, used in fitted_sightings(early).values())


def test_without_a_truth_nothing_is_wrong(seen: Any) -> None:
    """Reported darts are explained without a truth file too."""
    (case,) = explained_darts(seen.events, seen.recorder, seen.playlist, None)

    assert (case.is_right, case.error_mm, case.expect) == (True, None, None)


def test_lines_cut_the_face_in_the_foot_of_the_dart() -> None:
    """The planes of a dart's lines contain the point in which its axis cuts the face."""
    for calibration in rig():
        line = line_on_face(sighting_of(calibration, AXIS), calibration)

        assert line.distance_mm(AXIS.x_mm, AXIS.y_mm) < 0.01
        assert line.distance_mm(AXIS.x_mm + line.dy, AXIS.y_mm - line.dx) == pytest.approx(1.0, abs=0.01)


def test_pixels_are_those_of_the_cameras() -> None:
    """Projection and lens are the same as in the camera processes."""
    calibration = msgspec.structs.replace(rig()[0], k1=-0.2, k2=0.03, p1=0.002, p2=-0.003)
    projection = CameraProjection(calibration)
    points = np.array([[10.0, 20.0, 0.0], [-150.0, 60.0, 40.0]])
    rays = np.array([[0.1, -0.2], [0.3, 0.25]])

    assert pixels_of(calibration, points) == pytest.approx(projection.project(points))
    assert pixels_of_rays(calibration, rays) == pytest.approx(projection.denormalise(rays))
