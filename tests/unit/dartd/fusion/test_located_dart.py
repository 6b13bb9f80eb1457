"""Tests of turning a fix into a located."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from dartd.fusion.fused_axis import UNKNOWN_WIDTHS_MM, FusedAxis
from dartd.fusion.fusion import fuse
from dartd.fusion.located_dart import locate_dart, suggest_beds
from dartd.fusion.observation import LocatedDart
from schemas.base import CameraId
from schemas.board import BoardSpec, bed_at
from schemas.geometry import Axis3
from tests.support.sightings import FOCAL_PX, apart_mm, camera_sightings, displaced, rig, sightings_of_dart

BOARD = BoardSpec()
T20 = Axis3(x_mm=0.0, y_mm=103.0, slope_y=0.2)


def _located(axis: Axis3 = T20, cameras: int = 3) -> LocatedDart:
    seen = sightings_of_dart(rig(3)[:cameras], axis)
    return locate_dart(fuse(seen)[0], seen, BOARD, 3, {CameraId("cam0"): 4, CameraId("cam1"): 2}, 12.5)


def _fix(x_mm: float, y_mm: float, sigma_mm: float) -> FusedAxis:
    return FusedAxis(Axis3(x_mm=x_mm, y_mm=y_mm), sigma_mm**2 * np.eye(2), 2.9, 2.0, 0.1, (), UNKNOWN_WIDTHS_MM)


@pytest.mark.parametrize(("x_mm", "y_mm", "label"), [(0, 103, "T20"), (0, 0, "BULL"), (166, 0, "D6"), (0, -135, "S3"), (0, 185, "M20")])
def test_a_landing_names_its_bed(x_mm: float, y_mm: float, label: str) -> None:
    """A dart in the middle of a bed is reported with that bed and its distance from the wire."""
    located = _located(Axis3(x_mm=x_mm, y_mm=y_mm, slope_y=0.2))

    assert located.bed.label == label
    assert located.bed == bed_at(located.axis.x_mm, located.axis.y_mm, BOARD)
    assert located.wire_distance_mm > 1


def test_a_landing_names_the_cameras_that_saw_it() -> None:
    """Cameras, their episodes and the time of settling come with the located."""
    located = _located()

    assert located.cameras_used == ("cam0", "cam1", "cam2")
    assert located.num_cameras == 3
    assert located.episodes == {"cam0": 4, "cam1": 2}
    assert located.settled_at_s == 12.5


def test_each_camera_shows_where_it_saw_the_tip() -> None:
    """A detection of each camera lies on the picture and, carried to the face, near the point; its deviation is the difference."""
    located = _located()

    assert [d.camera_id for d in located.detections] == ["cam0", "cam1", "cam2"]
    for detection in located.detections:
        assert detection.used
        assert detection.reject_reason is None
        assert np.hypot(detection.board.x - T20.x_mm, detection.board.y - T20.y_mm) < 1
        assert detection.deviation_mm is not None
        assert detection.deviation_mm.x == pytest.approx(detection.board.x - located.axis.x_mm, abs=0.02)


def test_each_camera_shows_how_far_its_line_is_from_the_point() -> None:
    """Whatever it takes for the point along its line; a line that is moved across itself is as far off, to its side."""
    seen = sightings_of_dart(rig(3), T20)
    fused = fuse(seen)[0]
    for across_px in (-6.0, 6.0):
        evidence = []
        for each in fused.evidence:
            assert each.sighting is not None
            u, v = (at + 20 * along / FOCAL_PX for at, along in ((each.sighting.u, each.sighting.du), (each.sighting.v, each.sighting.dv)))
            deeper = msgspec.structs.replace(each.sighting, u=u, v=v)
            evidence.append(replace(each, sighting=displaced(deeper, across_px if each.camera_id == "cam2" else 0.0)))
        found = locate_dart(replace(fused, evidence=tuple(evidence)), seen, BOARD, 3, {}, 0.0).detections
        off_mm = {each.camera_id: each.across_mm for each in found}

        assert min(float(np.hypot(each.deviation_mm.x, each.deviation_mm.y)) for each in found) > 8
        assert (off_mm["cam0"], off_mm["cam1"]) == (pytest.approx(0.0, abs=0.05), pytest.approx(0.0, abs=0.05))
        assert off_mm["cam2"] == pytest.approx(-across_px * 380 / FOCAL_PX, rel=0.3)


def test_a_camera_whose_line_is_not_used_says_why() -> None:
    """A detection is used without a reject reason, or has one and is not used."""
    calibrations = rig(3)
    seen = sightings_of_dart(calibrations, T20)
    seen[2] = camera_sightings(calibrations[2], displaced(seen[2].sightings[0], 4.0))
    located = locate_dart(fuse(seen)[0], seen, BOARD, 3, {}, 0.0)

    assert all(d.used == (d.reject_reason is None) for d in located.detections)
    assert {d.camera_id for d in located.detections if d.used} <= set(located.cameras_used)


def test_confidence_falls_when_something_is_wrong() -> None:
    """All cameras agreeing is nearly sure; fewer cameras, missing lines or a vague point are less so; it stays within 0 and 1."""
    all_agree, two_of_three = _located(), _located(cameras=2)
    fix = fuse(sightings_of_dart(rig(3), T20))[0]
    torn = replace(fix, residual_mm=3.0)
    vague = replace(fix, covariance=25.0 * np.eye(2))
    seen = sightings_of_dart(rig(3), T20)
    torn_located, vague_located = (locate_dart(f, seen, BOARD, 3, {}, 0.0) for f in (torn, vague))

    assert all_agree.confidence > 0.9
    assert 0 <= two_of_three.confidence < all_agree.confidence
    assert 0 <= torn_located.confidence < 0.5
    assert 0 <= vague_located.confidence < 0.7


def test_far_from_every_wire_nothing_else_is_suggested() -> None:
    """A dart in the middle of a wide bed has one bed."""
    assert suggest_beds(_fix(0.0, 135.0, 0.5), bed_at(0.0, 135.0, BOARD), BOARD) == ()


@pytest.mark.parametrize(("x_mm", "y_mm", "other"), [(0.0, 106.8, "S20"), (0.0, 107.2, "T20"), (6.2, 0.0, "25"), (25.5, 161.0, "S1")])
def test_near_a_wire_the_neighbour_is_suggested(x_mm: float, y_mm: float, other: str) -> None:
    """A dart close to a wire names the bed beyond it first, with a probability, and never its own bed."""
    chosen = bed_at(x_mm, y_mm, BOARD)
    suggestions = suggest_beds(_fix(x_mm, y_mm, 0.6), chosen, BOARD)

    assert other in {s.label for s in suggestions}
    assert chosen.label not in {s.label for s in suggestions}
    assert len(suggestions) <= 3
    assert [s.probability for s in suggestions] == sorted((s.probability for s in suggestions), reverse=True)
    assert 0 < sum(s.probability for s in suggestions) <= 1


def test_the_vaguer_the_more_likely_are_other_beds() -> None:
    """The same place with twice the uncertainty gives the neighbour at least the same probability."""
    chosen = bed_at(0.0, 106.0, BOARD)
    sure, vague = (sum(s.probability for s in suggest_beds(_fix(0.0, 106.0, sigma), chosen, BOARD)) for sigma in (0.4, 1.2))

    assert vague > sure


def test_suggestions_do_not_change_from_run_to_run() -> None:
    """The same fix gives the same suggestions: a replay must be the same."""
    chosen = bed_at(0.0, 106.8, BOARD)

    assert suggest_beds(_fix(0.0, 106.8, 0.6), chosen, BOARD) == suggest_beds(_fix(0.0, 106.8, 0.6), chosen, BOARD)


def test_the_place_is_that_of_the_fix() -> None:
    """A located moves nothing: point, uncertainty and residual are those of the fix."""
    seen = sightings_of_dart(rig(3), T20)
    fix = fuse(seen)[0]
    located = locate_dart(fix, seen, BOARD, 3, {}, 0.0)

    assert apart_mm(located.axis, fix.axis) == 0
    assert located.uncertainty_mm == pytest.approx(fix.uncertainty_mm, abs=1e-3)
    assert located.residual_mm == pytest.approx(fix.residual_mm, abs=1e-3)
