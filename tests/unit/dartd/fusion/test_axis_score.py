"""Tests of scoring candidates for axes."""

import msgspec
import numpy as np

from dartd.fusion.axis_score import AxisScores
from dartd.fusion.camera_view import CameraView
from dartd.fusion.dart_axis import as_row
from schemas.geometry import Axis3
from tests.support.sightings import camera_sightings, rig, sighting_of

DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_y=0.15)


def _views() -> list[CameraView]:
    return [CameraView(camera_sightings(c, sighting_of(c, DART))) for c in rig(3)]


def test_a_dart_scores_one_for_each_camera() -> None:
    """The axis of a dart has nearly the full score, one elsewhere nothing; used up cross-sections score no more."""
    views = _views()
    scores = AxisScores(views, np.array([as_row(DART), as_row(Axis3(x_mm=90.0, y_mm=-60.0))]))
    before, ranks = scores.scores()
    views[0].use_up(as_row(DART), 6.0)
    after, _ = scores.scores()

    assert before[0] > 2.9
    assert before[1] < 0.3
    assert ranks[0] > before[0]
    assert 1.9 < after[0] < 2.1


def test_a_visible_end_in_the_air_counts_half() -> None:
    """Where the end of a line is far above the face, its camera counts less, unless the tip is hidden there."""
    reported = []
    for occluded in (False, True):
        lines = [sighting_of(c, DART) for c in rig(3)]
        high = [msgspec.structs.replace(s, u=s.u + 0.15 * s.du, v=s.v + 0.15 * s.dv, tip_occluded=occluded) for s in lines]
        views = [CameraView(camera_sightings(c, s)) for c, s in zip(rig(3), high, strict=True)]
        reported.append(AxisScores(views, as_row(DART)[None]).scores()[0][0])
    plain, hidden = reported

    assert plain < hidden < AxisScores(_views(), as_row(DART)[None]).scores()[0][0]
