"""Tests of finding the axes of darts in a difference."""

import msgspec
import numpy as np
import pytest

from schemas.pipe.sightings import Sighting
from tests.support.scene import HEIGHT, WIDTH, dart, off_line_px, outlook
from workers.sources.simulator.darts import DartPose
from workers.vision.axis import DART_SECTIONS, find_axes, is_dart
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection

NOTHING_KNOWN = np.zeros((HEIGHT, WIDTH), np.uint8)
DARTS = (
    dart(-60, -90, slope_x=-0.1, slope_y=0.1, design=2),
    dart(90, 30, slope_y=0.3, design=0),
    dart(0, 103, design=5),
    dart(150, -60, slope_y=0.15, design=7),
    dart(-30, 20, slope_x=-0.05, design=11),
)


def _found(rig: int, camera: int, new: DartPose, standing: tuple[DartPose, ...] = (), known: Image = NOTHING_KNOWN) -> list[Sighting]:
    look = outlook(rig, camera)
    return find_axes(look.difference(standing, *standing, new), known, look.projection)


def _off_px(sighting: Sighting, rig: int, camera: int, new: DartPose) -> float:
    """Measure how far a sighting lies off a dart's axis at the middle of the barrel, and where it was seen."""
    look = outlook(rig, camera)
    foot, head = look.seen(new, 0.0, 60.0)
    sections = look.projection.denormalise(np.array([[c.u, c.v] for c in sighting.sections]))
    return float(np.median(off_line_px(sections, foot, head)))


@pytest.mark.slow
@pytest.mark.parametrize("new", DARTS, ids=lambda d: f"{d.x_mm:g},{d.y_mm:g}")
@pytest.mark.parametrize("rig", [1, 2])
def test_the_axis_of_a_dart_is_found(rig: int, new: DartPose) -> None:
    """Two cameras of three at least have the axis of a new dart among their hypotheses, to one pixel."""
    best = [min((_off_px(s, rig, camera, new) for s in _found(rig, camera, new)), default=99.0) for camera in range(3)]

    assert sorted(best)[1] < 1.0


@pytest.mark.slow
def test_nothing_new_gives_no_axis() -> None:
    """A board that did not change shows no dart."""
    look = outlook()

    assert find_axes(look.difference(()), NOTHING_KNOWN, look.projection) == []
    assert find_axes(look.difference(DARTS[:2], *DARTS[:2]), NOTHING_KNOWN, look.projection) == []


def test_a_sighting_is_in_the_coordinates_of_the_calibration() -> None:
    """End, direction and cross-sections agree: unit direction, sections along it away from the end, the tip as pixel and normalised."""
    look = outlook(2, 2)
    for sighting in _found(2, 2, DARTS[0]):
        end = np.array([sighting.u, sighting.v])
        along = (np.array([[c.u, c.v] for c in sighting.sections]) - end) @ np.array([sighting.du, sighting.dv])
        tip = look.projection.denormalise(end[None])[0]

        assert np.hypot(sighting.du, sighting.dv) == pytest.approx(1.0)
        assert np.median(along) > 0
        assert np.allclose(tip, [sighting.tip.x, sighting.tip.y], atol=0.5)
        assert 0 <= sighting.confidence <= 1
        assert all(0 <= c.weight <= 1 and c.half_width > 0 for c in sighting.sections)
        assert min(sighting.sigma_across, sighting.sigma_along, sighting.sigma_angle_rad, sighting.length) > 0


def test_the_direction_leads_out_of_the_board() -> None:
    """A sighting of a dart points from the tip to the flight, never into the board."""
    look, new = outlook(1, 1), DARTS[3]
    best = min(_found(1, 1, new), key=lambda s: _off_px(s, 1, 1, new))
    foot, head = look.projection.normalise(look.seen(new, 0.0, 60.0))

    assert (head - foot) @ np.array([best.du, best.dv]) > 0


def test_the_end_is_near_the_tip() -> None:
    """The visible end lies where the dart goes into the board, to a few millimetres, in one camera at least."""
    apart_mm = []
    for camera in range(3):
        new = DARTS[0]
        best = min(_found(1, camera, new), key=lambda s: _off_px(s, 1, camera, new), default=None)
        if best is not None:
            x_mm, y_mm = outlook(1, camera).projection.on_face(np.array([[best.tip.x, best.tip.y]]))[0]
            apart_mm.append(np.hypot(x_mm - new.x_mm, y_mm - new.y_mm))

    assert min(apart_mm) < 12


def _end_off_px(sighting: Sighting, rig: int, camera: int, new: DartPose) -> float:
    """Measure how far along a dart's axis its visible end lies above its foot."""
    foot, head = outlook(rig, camera).seen(new, 0.0, 60.0)
    return float((np.array([sighting.tip.x, sighting.tip.y]) - foot) @ (head - foot) / np.linalg.norm(head - foot))


@pytest.mark.slow
def test_the_error_of_the_end_fits_its_uncertainty() -> None:
    """Of the visible ends of five darts in two rigs most lie within twice their uncertainty, and nearly all that are reported as tips."""
    ends = []
    for rig in (1, 2):
        for camera in range(3):
            for new in DARTS:
                found = [s for s in _found(rig, camera, new) if _off_px(s, rig, camera, new) < 1.0]
                focal = outlook(rig, camera).calibration.focal_x_px
                ends += [(_end_off_px(s, rig, camera, new), s.sigma_along * focal) for s in found[:1]]
    within = [abs(off_px) <= 2 * sigma_px for off_px, sigma_px in ends]
    tips = [abs(off_px) <= 2 * sigma_px for off_px, sigma_px in ends if sigma_px < 3]

    assert len(ends) > 20
    assert len(tips) > 5
    assert np.mean(within) > 0.6
    assert np.mean(tips) > 0.75


def test_an_end_without_a_point_is_hardly_known() -> None:
    """Where a barrel ends as wide as it is, its point is dark on a dark bed: the tip lies somewhere beyond."""
    look, new = outlook(2, 2), DARTS[4]
    foot, cut = look.seen(new, 0.0, 32.0)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    seen = np.where((np.dstack([x, y]) - cut) @ (cut - foot) > 0, 255, 0).astype(np.uint8)
    difference = look.difference((), new)
    whole, blunt = (find_axes(d, NOTHING_KNOWN, look.projection) for d in (difference, difference.within(seen)))
    pointed, cut_off = (min(found, key=lambda s: _off_px(s, 2, 2, new)) for found in (whole, blunt))
    focal = look.calibration.focal_x_px

    assert pointed.sigma_along * focal < 3
    assert abs(_end_off_px(cut_off, 2, 2, new)) < 5 * cut_off.sigma_along * focal
    assert cut_off.sigma_along * focal > 8


def test_a_second_dart_is_found_next_to_the_first() -> None:
    """With a dart in the board the next one, 25 mm from it, is found by two cameras at least."""
    first, second = dart(0, 100, design=1), dart(25, 95, slope_x=0.02, design=1)
    best = []
    for camera in range(3):
        found = _found(1, camera, second, (first,))
        best.append(min((_off_px(s, 1, camera, second) for s in found), default=99.0))

    assert sorted(best)[1] < 1.0


def test_what_earlier_darts_cover_weighs_little() -> None:
    """Cross-sections where known darts are get less weight than free ones: their edges may be the old dart's."""
    covered = _found(1, 1, DARTS[3], known=np.full_like(NOTHING_KNOWN, 255))
    free = _found(1, 1, DARTS[3])

    assert max((c.weight for s in covered for c in s.sections), default=0.0) < 0.5 * max(c.weight for s in free for c in s.sections)


@pytest.mark.parametrize("sides", [(1,), (-1,), (1, -1)])
def test_the_edge_that_an_earlier_dart_may_hide_is_named(sides: tuple[int, ...]) -> None:
    """A cross-section says on which side of its line a known dart begins, seen along the dart from its tip; between two it has no edge."""
    look, new = outlook(1, 1), DARTS[3]
    foot, head = look.seen(new, 0.0, 110.0)
    along = (head - foot) / np.linalg.norm(head - foot)
    normal = np.array([-along[1], along[0]])
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    across = (x - foot[0]) * normal[0] + (y - foot[1]) * normal[1]
    known = np.where(np.isin(np.sign(across), sides) & (np.abs(across) > 1), 255, 0).astype(np.uint8)
    best = min(_found(1, 1, new, known=known), key=lambda s: _off_px(s, 1, 1, new))
    named = [c.hidden for c in best.sections]

    assert {c.hidden for s in _found(1, 1, new) for c in s.sections} == {0}
    assert np.mean(np.equal(named, sides[0] if len(sides) == 1 else 2)) > 0.9


def test_a_coarse_picture_has_fewer_rows_on_a_dart() -> None:
    """What is too little for a dart in a usual picture is one in a picture of less than half its width."""
    look = outlook(1, 1)
    whole = min(_found(1, 1, DARTS[3]), key=lambda s: _off_px(s, 1, 1, DARTS[3]))
    weights = np.cumsum([s.weight for s in whole.sections])
    part = msgspec.structs.replace(whole, sections=whole.sections[: int(np.searchsorted(weights, 0.7 * DART_SECTIONS))])
    coarse = CameraProjection(msgspec.structs.replace(look.calibration, focal_x_px=0.4 * look.calibration.focal_x_px))

    assert is_dart(whole, look.projection)
    assert not is_dart(part, look.projection)
    assert is_dart(part, coarse)


def test_the_hypotheses_are_bounded() -> None:
    """However much changed, a camera reports a handful of lines."""
    look = outlook()
    darts = [dart(50 * i - 75, 60 * k - 60, design=i + k) for i in range(4) for k in range(3)]

    assert len(find_axes(look.difference((), *darts), NOTHING_KNOWN, look.projection)) <= 12
