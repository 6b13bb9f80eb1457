"""Tests of finding the axes in space on which the cameras agree."""

import gzip
import json
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from dartd.fusion.camera_view import CameraSightings
from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.fusion import fuse
from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration
from schemas.pipe.sightings import Sighting
from tests.support.sightings import (
    HALF_WIDTH_MM,
    REAL,
    LineErrors,
    apart_mm,
    camera_at,
    camera_sightings,
    displaced,
    half_hidden,
    rig,
    sighting_of,
    sightings_of_dart,
)
from workers.vision.projection import CameraProjection

RECORDED = Path(__file__).parents[3] / "support" / "darts"

DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
DARTS = (DART, Axis3(x_mm=140.0, y_mm=-70.0, slope_x=-0.1, slope_y=0.3), Axis3(x_mm=0.5, y_mm=-1.0), Axis3(x_mm=-200.0, y_mm=90.0))


def _only(fixes: list[FusedAxis]) -> FusedAxis:
    assert len(fixes) == 1
    return fixes[0]


@pytest.mark.parametrize("dart", DARTS, ids=lambda d: f"{d.x_mm:g},{d.y_mm:g}")
@pytest.mark.parametrize("cameras", [2, 3, 4])
def test_exact_lines_give_the_point(cameras: int, dart: Axis3) -> None:
    """From exact lines of two and more cameras the dart's point and lean follow, and nothing else is found."""
    calibrations = [camera_at(k, 0.4 + 1.7 * k) for k in range(cameras)]
    fix = _only(fuse(sightings_of_dart(calibrations, dart)))

    assert apart_mm(fix.axis, dart) < 0.05
    assert (fix.axis.slope_x, fix.axis.slope_y) == pytest.approx((dart.slope_x, dart.slope_y), abs=0.005)
    assert fix.cameras_used == tuple(c.camera_id for c in calibrations)
    assert fix.residual_mm < 0.05


@pytest.mark.slow
def test_honest_lines_give_an_honest_uncertainty() -> None:
    """With the errors that real lines have, most errors are within the reported uncertainty, and none is far beyond it."""
    share = []
    for seed in range(60):
        fix = _only(fuse(sightings_of_dart(rig(3, 0.1 * seed), DART, REAL, seed)))
        share.append(apart_mm(fix.axis, DART) / fix.uncertainty_mm)

    assert np.mean(np.array(share) < 1) > 0.6
    assert max(share) < 4


def test_the_uncertainty_shrinks_with_more_cameras() -> None:
    """Three cameras know a point better than two of them; both are uncertain by less than 2 mm."""
    calibrations = rig(3)
    two, three = (_only(fuse(sightings_of_dart(calibrations[:n], DART))).uncertainty_mm for n in (2, 3))

    assert 0 < three < two < 2


def test_lines_that_hardly_cross_are_uncertain() -> None:
    """Two cameras next to each other see the same plane: their point is uncertain along it, or there is none."""
    crossed = _only(fuse(sightings_of_dart([camera_at(0, 0.3), camera_at(1, 0.3 + 1.8)], DART)))
    vague = fuse(sightings_of_dart([camera_at(0, 0.3), camera_at(1, 0.3 + 0.12)], DART))

    assert all(fix.uncertainty_mm > 2 * crossed.uncertainty_mm for fix in vague)
    assert fuse(sightings_of_dart([camera_at(0, 0.3), camera_at(1, 0.3)], DART)) == []


def test_a_wrong_line_next_to_the_right_one_is_left_out() -> None:
    """A camera that also saw a shadow or the edge of a flight does not spoil the point."""
    calibrations = rig(3)
    seen = sightings_of_dart(calibrations, DART)
    for across_px, turn_rad in ((5.0, 0.0), (-15.0, 0.1), (40.0, 1.2), (100.0, -0.5)):
        right = seen[2].sightings[0]
        fixes = fuse([*seen[:2], camera_sightings(calibrations[2], displaced(right, across_px, turn_rad), right)])

        assert apart_mm(fixes[0].axis, DART) < 0.2


def test_a_camera_that_saw_something_else_does_not_pull() -> None:
    """Where a third camera's only line crosses the picture elsewhere, the other two cameras decide, and it is not used."""
    calibrations = rig(3)
    seen = sightings_of_dart(calibrations, DART)
    fixes = fuse([*seen[:2], camera_sightings(calibrations[2], displaced(seen[2].sightings[0], 40.0, 1.2))])

    assert apart_mm(fixes[0].axis, DART) < 0.1
    assert fixes[0].cameras_used == tuple(c.camera_id for c in calibrations[:2])


def test_a_camera_that_saw_nothing_is_no_hindrance() -> None:
    """A dart hidden from one camera is found by the others."""
    calibrations = rig(3)
    fix = _only(fuse([*sightings_of_dart(calibrations[:2], DART), CameraSightings(calibrations[2].camera_id, calibrations[2], ())]))

    assert apart_mm(fix.axis, DART) < 0.05
    assert len(fix.cameras_used) == 2


def test_two_darts_at_once_are_two_fixes() -> None:
    """Darts that land together are found both, each in its place, in whatever order their lines come."""
    other = Axis3(x_mm=DART.x_mm + 20, y_mm=DART.y_mm - 5, slope_x=0.05, slope_y=0.15)
    seen = [camera_sightings(c, *(sighting_of(c, d) for d in ((DART, other) if k % 2 else (other, DART)))) for k, c in enumerate(rig(3))]
    fixes = fuse(seen)

    assert len(fixes) == 2
    assert min(apart_mm(f.axis, DART) for f in fixes) < 0.1
    assert min(apart_mm(f.axis, other) for f in fixes) < 0.1


def test_a_standing_dart_is_not_found_again() -> None:
    """What coincides with a dart that stands is no new dart; a new one next to it is."""
    other = Axis3(x_mm=DART.x_mm + 20, y_mm=DART.y_mm - 5, slope_x=0.05, slope_y=0.15)
    calibrations = rig(3)
    both = [camera_sightings(c, sighting_of(c, DART), sighting_of(c, other)) for c in calibrations]

    assert fuse(sightings_of_dart(calibrations, DART), [DART]) == []
    assert apart_mm(_only(fuse(both, [DART])).axis, other) < 0.1


def test_no_more_darts_are_found_than_asked_for() -> None:
    """The number of fixes is bounded, the best supported first."""
    darts = [Axis3(x_mm=30.0 * k, y_mm=10.0 * k, slope_y=0.2) for k in range(5)]
    seen = [camera_sightings(c, *(sighting_of(c, d) for d in darts)) for c in rig(3)]

    assert len(fuse(seen, most=2)) == 2
    assert len(fuse(seen)) <= 3


@pytest.mark.parametrize("cameras", [0, 1, 3])
def test_nothing_seen_gives_nothing(cameras: int) -> None:
    """Without lines there is no dart."""
    assert fuse([CameraSightings(c.camera_id, c, ()) for c in rig(3)[:cameras]]) == []


def test_lines_of_no_dart_give_nothing_sure() -> None:
    """Lines that miss each other in space are no dart that all cameras stand behind."""
    calibrations = rig(3)
    elsewhere = (Axis3(x_mm=150.0, y_mm=0.0), Axis3(x_mm=-150.0, y_mm=100.0), Axis3(x_mm=0.0, y_mm=-160.0))
    fixes = fuse([camera_sightings(c, sighting_of(c, axis)) for c, axis in zip(calibrations, elsewhere, strict=True)])

    assert all(fix.score < 2.5 for fix in fixes)
    assert all(len(fix.cameras_used) < 3 for fix in fixes)


def test_evidence_holds_how_far_its_line_misses() -> None:
    """Each camera is named with its support and its sighting; a line two pixels off misses by more than the others do."""
    calibrations = rig(4)
    seen = sightings_of_dart(calibrations, DART)
    bent = displaced(seen[0].sightings[0], 1.0)
    fix = fuse([camera_sightings(calibrations[0], bent), *seen[1:]])[0]

    assert [w.camera_id for w in fix.evidence] == [c.camera_id for c in calibrations]
    assert all(0 <= w.support <= 1 for w in fix.evidence)
    assert fix.residual_mm > _only(fuse(seen)).residual_mm


@pytest.mark.parametrize("missing_px", [4.0, -2.0])
@pytest.mark.parametrize("side", [1, -1])
def test_what_a_dart_hides_of_another_is_made_up_for(side: int, missing_px: float) -> None:
    """A camera that sees one edge of a dart, the other hidden by a standing dart, still locates it: others know its width."""
    first, second, third = rig(3)
    whole = [camera_sightings(c, sighting_of(c, DART)) for c in (second, third)]
    hidden = half_hidden(sighting_of(first, DART), missing_px, side)
    unaware = msgspec.structs.replace(hidden, sections=tuple(msgspec.structs.replace(c, hidden=0) for c in hidden.sections))
    fix, misled = (fuse([camera_sightings(first, s), *whole])[0] for s in (hidden, unaware))

    assert apart_mm(fix.axis, DART) < 0.2
    assert apart_mm(misled.axis, DART) > 2 * apart_mm(fix.axis, DART)
    assert first.camera_id in fix.cameras_used


def test_a_line_of_two_darts_is_not_taken_for_that_of_one() -> None:
    """The third dart of a rendered group: one camera sees a part of it, one merges it with its neighbour, one sees it whole.

    The line of the merged darts meets that of the whole one four millimetres off, with more cross-sections than where the dart is.
    """
    recorded = json.loads(gzip.decompress((RECORDED / "merged.json.gz").read_bytes()))
    standing = msgspec.convert(recorded["standing"], tuple[Axis3, ...])
    seen = [
        CameraSightings(
            CameraId(camera["calibration"]["camera_id"]),
            msgspec.convert(camera["calibration"], Calibration),
            msgspec.convert(camera["sightings"], tuple[Sighting, ...]),
            standing if camera["compared_with_standing"] else (),
        )
        for camera in recorded["cameras"]
    ]
    fix = fuse(seen, standing, usual_mm=np.array(recorded["half_widths_mm"]))[0]
    error_mm = math.hypot(fix.axis.x_mm - recorded["dart"]["x_mm"], fix.axis.y_mm - recorded["dart"]["y_mm"])

    assert error_mm < 0.5
    assert 1.0 < fix.uncertainty_mm < 4.0  # the other place remains possible


def test_a_dart_that_no_camera_sees_whole_is_as_wide_as_the_one_before() -> None:
    """Half hidden from every camera, a dart is placed by the width of the darts before it; how wide a dart is comes with each fix."""
    before = _only(fuse(sightings_of_dart(rig(3), DART)))
    hidden = [camera_sightings(c, half_hidden(sighting_of(c, DART), 4.0, 1)) for c in rig(3)]
    fix, guessed = fuse(hidden, usual_mm=before.half_widths_mm)[0], fuse(hidden)[0]

    assert np.nanmedian(before.half_widths_mm) == pytest.approx(HALF_WIDTH_MM, rel=0.05)
    assert apart_mm(fix.axis, DART) < 0.3 < apart_mm(guessed.axis, DART)
    assert np.isnan(guessed.half_widths_mm).all()


def test_a_camera_in_which_two_new_darts_are_one_behind_the_other_does_not_place_them() -> None:
    """Where one of two new darts hides the other, the camera's one line may be either's: the other cameras place both."""
    calibrations = rig(3)
    center_mm = CameraProjection(calibrations[0]).center_mm
    near = Axis3(x_mm=20.0, y_mm=-30.0)
    toward = (center_mm[:2] - [near.x_mm, near.y_mm]) / np.linalg.norm(center_mm[:2] - [near.x_mm, near.y_mm])
    behind = Axis3(x_mm=near.x_mm - 30 * toward[0], y_mm=near.y_mm - 30 * toward[1])
    both = [camera_sightings(c, sighting_of(c, near), sighting_of(c, behind)) for c in calibrations[1:]]
    between = camera_sightings(
        calibrations[0], displaced(sighting_of(calibrations[0], near), 2.0)
    )  # an edge of the one and an edge of the other
    fixes = fuse([between, *both])

    assert all(min(apart_mm(f.axis, dart) for f in fixes) < 0.1 for dart in (near, behind))


def test_two_cameras_that_see_a_dart_in_one_plane_place_it_by_its_end() -> None:
    """On the line between two cameras their planes are one: the dart is located at its visible end, with a larger uncertainty."""
    one, two = camera_at(0, 0.0), camera_at(1, 2.4)
    (x, y, _), (u, v, _) = CameraProjection(one).center_mm, CameraProjection(two).center_mm
    between = Axis3(x_mm=float(x + u) / 2, y_mm=float(y + v) / 2)
    fixes = fuse(sightings_of_dart([one, two], between))

    assert apart_mm(fixes[0].axis, between) < 2.0
    assert len(fixes[0].cameras_used) == 2
    assert fixes[0].uncertainty_mm > 1.5 * fuse(sightings_of_dart([one, two, camera_at(2, 4.5)], between))[0].uncertainty_mm


def test_an_end_that_may_be_no_tip_places_a_dart_but_is_not_believed() -> None:
    """One camera locates a dart by its visible end; where that end may be no tip, at the same point with a larger uncertainty."""
    calibration = camera_at(0, 0.4)
    seen = sighting_of(calibration, DART, LineErrors(end=2.0), 3)
    blunt = msgspec.structs.replace(seen, sigma_along=8 * seen.sigma_along)
    pointed, doubtful = (_only(fuse([camera_sightings(calibration, s)], most=1)) for s in (seen, blunt))

    assert apart_mm(pointed.axis, doubtful.axis) < 0.01
    assert 1 < pointed.uncertainty_mm < 3 < 3 * pointed.uncertainty_mm < doubtful.uncertainty_mm


def test_the_covariance_is_one() -> None:
    """The covariance is symmetric with positive variances, and the uncertainty follows from it."""
    fix = _only(fuse(sightings_of_dart(rig(2), DART, REAL, 5)))

    assert fix.covariance.shape == (2, 2)
    assert np.allclose(fix.covariance, fix.covariance.T)
    assert (np.linalg.eigvalsh(fix.covariance) > 0).all()
    assert fix.uncertainty_mm == pytest.approx(np.sqrt(np.trace(fix.covariance)), rel=0.2)
