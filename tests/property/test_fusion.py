"""For any rig and dart: the lines of the cameras meet in the dart, and its uncertainty is true."""

import math

import msgspec
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dartd.fusion.camera_pose import EDGE_PX
from dartd.fusion.fusion import fuse
from schemas.geometry import Axis3, Calibration
from tests.support.sightings import REAL, apart_mm, camera_at, camera_sightings, displaced, sighting_of, sightings_of_dart

BOARD_MM = 0.2  # what a real board's wires are off by
FEWEST_RAD = math.radians(25)


def _number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def rigs(draw: st.DrawFn, fewest: int = 2) -> list[Calibration]:
    """Hang two or three cameras around the board, none next to or opposite another."""
    first_rad = draw(_number(0, math.tau))
    return [
        camera_at(
            k,
            first_rad + k * math.tau / 3 + draw(_number(-0.25, 0.25)),
            reach_mm=draw(_number(240, 320)),
            height_mm=draw(_number(220, 300)),
            roll_rad=draw(_number(-0.1, 0.1)),
        )
        for k in range(draw(st.integers(fewest, 3)))
    ]


@st.composite
def darts(draw: st.DrawFn) -> Axis3:
    """Stick a dart somewhere into the board, leaning as darts do."""
    radius_mm, angle_rad = draw(_number(0, 170)), draw(_number(0, math.tau))
    return Axis3(
        x_mm=radius_mm * math.cos(angle_rad),
        y_mm=radius_mm * math.sin(angle_rad),
        slope_x=draw(_number(-0.2, 0.2)),
        slope_y=draw(_number(-0.1, 0.4)),
    )


def _crossing_rad(calibrations: list[Calibration], dart: Axis3) -> float:
    """Return the largest angle between any two of the planes in which the cameras see the dart."""
    along = np.array([dart.slope_x, dart.slope_y, 1.0])
    normals = []
    for c in calibrations:
        center = -np.array(c.rotation).reshape(3, 3).T @ np.array(c.translation_mm)
        normal = np.cross(np.array([dart.x_mm, dart.y_mm, 0.0]) - center, along)
        normals.append(normal[:2] / np.linalg.norm(normal[:2]))
    angles = [math.asin(min(1.0, abs(float(n[0] * m[1] - n[1] * m[0])))) for n in normals for m in normals]
    return max(angles)


@settings(max_examples=50, deadline=None)
@given(rigs(), darts())
def test_exact_lines_meet_in_the_dart(calibrations: list[Calibration], dart: Axis3) -> None:
    """From exact lines the point follows to a tenth of a millimetre, and every camera stands behind it."""
    assume(_crossing_rad(calibrations, dart) > FEWEST_RAD)
    fixes = fuse(sightings_of_dart(calibrations, dart))

    assert len(fixes) == 1
    assert apart_mm(fixes[0].axis, dart) < 0.1
    assert len(fixes[0].cameras_used) == len(calibrations)
    assert (np.linalg.eigvalsh(fixes[0].covariance) > 0).all()


@settings(max_examples=50, deadline=None)
@given(rigs(), darts(), st.integers(0, 10**6))
def test_noisy_lines_meet_within_the_uncertainty(calibrations: list[Calibration], dart: Axis3, seed: int) -> None:
    """With errors as real lines have them the point is off by a few uncertainties at most, and these are millimetres."""
    assume(_crossing_rad(calibrations, dart) > FEWEST_RAD)
    fixes = fuse(sightings_of_dart(calibrations, dart, REAL, seed))

    assert fixes
    assert fixes[0].uncertainty_mm < 5
    assert apart_mm(fixes[0].axis, dart) < 6 * fixes[0].uncertainty_mm


def _on_a_real_board(calibration: Calibration) -> Calibration:
    """Return a calibration whose residual is that of edges and of wires that are off by `BOARD_MM`."""
    return msgspec.structs.replace(calibration, residual_px=EDGE_PX * math.sqrt(2), residual_mm=BOARD_MM * math.sqrt(2))


def test_the_covariance_is_that_of_the_errors() -> None:
    """Over many rigs and darts, squared errors in units of the covariance average about two, and 68 % lie within the reported radius.

    The bounds are wide: the covariance allows for more than this noise, and it must never be a fraction of the truth.
    """
    rng = np.random.default_rng(7)
    squared, within = [], []
    for k in range(150):
        first_rad = rng.uniform(0, math.tau)
        calibrations = [_on_a_real_board(camera_at(n, first_rad + n * math.tau / 3 + rng.uniform(-0.2, 0.2))) for n in range(3)]
        radius_mm, angle_rad = rng.uniform(0, 165), rng.uniform(0, math.tau)
        x_mm, y_mm = radius_mm * math.cos(angle_rad), radius_mm * math.sin(angle_rad)
        dart = Axis3(x_mm=x_mm, y_mm=y_mm, slope_x=float(rng.normal(0, 0.08)), slope_y=float(rng.normal(0.18, 0.08)))
        fix = fuse(sightings_of_dart(calibrations, dart, REAL, k))[0]
        error = np.array([fix.axis.x_mm - x_mm, fix.axis.y_mm - y_mm]) + rng.normal(0, BOARD_MM, 2)
        squared.append(float(error @ np.linalg.inv(fix.covariance) @ error))
        within.append(float(np.linalg.norm(error)) < fix.uncertainty_mm)

    assert 0.4 < np.mean(squared) < 4.0
    assert 0.55 < np.mean(within) < 0.99
    assert np.quantile(squared, 0.99) < 25


@settings(max_examples=40, deadline=None)
@given(rigs(), darts(), st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_the_order_of_the_cameras_does_not_matter(calibrations: list[Calibration], dart: Axis3, seed: int, random: object) -> None:
    """The same views in any order give the same dart with the same uncertainty."""
    assume(_crossing_rad(calibrations, dart) > FEWEST_RAD)
    seen = sightings_of_dart(calibrations, dart, REAL, seed)
    ways = [fuse(way) for way in (seen, seen[::-1], [*seen[1:], seen[0]])]

    assert len({len(way) for way in ways}) == 1
    for way in ways[1:]:
        assert apart_mm(way[0].axis, ways[0][0].axis) < 0.02
        assert math.isclose(way[0].uncertainty_mm, ways[0][0].uncertainty_mm, rel_tol=0.02)
        assert set(way[0].cameras_used) == set(ways[0][0].cameras_used)


@settings(max_examples=50, deadline=None)
@given(rigs(3), darts(), st.integers(0, 2), _number(6, 90), st.booleans(), _number(-0.4, 0.4))
def test_a_false_line_next_to_the_right_one_does_not_pull(
    calibrations: list[Calibration],
    dart: Axis3,
    camera: int,
    off_px: float,
    left: bool,  # noqa: FBT001
    turn_rad: float,
) -> None:
    """A shadow or the edge of a flight that one camera sees as well does not move the dart."""
    seen = sightings_of_dart(calibrations, dart)
    right = seen[camera].sightings[0]
    seen[camera] = camera_sightings(calibrations[camera], displaced(right, off_px * (-1 if left else 1), turn_rad), right)
    fixes = fuse(seen)

    assert fixes
    assert apart_mm(fixes[0].axis, dart) < max(0.3, fixes[0].uncertainty_mm)


@settings(max_examples=50, deadline=None)
@given(rigs(3), darts(), st.integers(0, 2), _number(20, 80), st.booleans(), _number(1.0, 1.5))
def test_a_camera_that_saw_only_something_else_does_not_pull(
    calibrations: list[Calibration],
    dart: Axis3,
    camera: int,
    off_px: float,
    left: bool,  # noqa: FBT001
    turn_rad: float,
) -> None:
    """A line across the picture, where the dart should be seen, leaves the dart to the other two cameras."""
    others = [c for k, c in enumerate(calibrations) if k != camera]
    assume(_crossing_rad(others, dart) > FEWEST_RAD)
    seen = sightings_of_dart(calibrations, dart)
    sign = -1 if left else 1
    seen[camera] = camera_sightings(calibrations[camera], displaced(seen[camera].sightings[0], off_px * sign, turn_rad * sign))
    fixes = fuse(seen)

    assert fixes
    assert min(apart_mm(fix.axis, dart) for fix in fixes) < 0.3


def test_which_of_three_lines_is_that_of_something_else_is_uncertain_or_found() -> None:
    """One of three cameras has a line some pixels next to the dart and no other: most darts are found, and the others are uncertain."""
    rng = np.random.default_rng(5)
    errors_mm, within = [], []
    for k in range(150):
        first_rad = rng.uniform(0, math.tau)
        calibrations = [camera_at(n, first_rad + n * math.tau / 3 + rng.uniform(-0.25, 0.25)) for n in range(3)]
        radius_mm, angle_rad = rng.uniform(0, 165), rng.uniform(0, math.tau)
        x_mm, y_mm = radius_mm * math.cos(angle_rad), radius_mm * math.sin(angle_rad)
        dart = Axis3(x_mm=x_mm, y_mm=y_mm, slope_x=float(rng.normal(0, 0.08)), slope_y=float(rng.normal(0.18, 0.08)))
        seen = sightings_of_dart(calibrations, dart, REAL, k)
        off_px = rng.uniform(3, 8) * rng.choice([-1, 1])
        seen[k % 3] = camera_sightings(calibrations[k % 3], displaced(seen[k % 3].sightings[0], off_px))
        fix = fuse(seen)[0]
        errors_mm.append(apart_mm(fix.axis, dart))
        within.append(errors_mm[-1] < fix.uncertainty_mm)

    assert np.median(errors_mm) < 1.0
    assert np.mean(within) > 0.55


@settings(max_examples=40, deadline=None)
@given(_number(0, math.tau), _number(0.0, 0.12), darts(), st.integers(0, 10**6))
def test_lines_that_hardly_cross_are_uncertain(azimuth_rad: float, apart_rad: float, dart: Axis3, seed: int) -> None:
    """Two cameras side by side give no dart, or one whose uncertainty holds the truth and is larger than that of two far apart."""
    pair = [camera_at(0, azimuth_rad), camera_at(1, azimuth_rad + apart_rad)]
    apart = [[camera_at(0, azimuth_rad), camera_at(1, azimuth_rad + apart_rad + turn_rad)] for turn_rad in (1.5, -1.5)]
    surest_mm = min(fix.uncertainty_mm for two in apart for fix in fuse(sightings_of_dart(two, dart, REAL, seed)))
    for fix in fuse(sightings_of_dart(pair, dart, REAL, seed)):
        assert fix.uncertainty_mm > 1.1 * surest_mm
        assert apart_mm(fix.axis, dart) < 6 * fix.uncertainty_mm


@settings(max_examples=50, deadline=None)
@given(rigs(), darts(), darts())
def test_a_dart_that_stands_is_not_new(calibrations: list[Calibration], dart: Axis3, standing: Axis3) -> None:
    """What is known is not found again, and hides nothing that stands a few centimetres away."""
    assume(_crossing_rad(calibrations, dart) > FEWEST_RAD)
    assume(apart_mm(dart, standing) > 30)

    assert fuse(sightings_of_dart(calibrations, standing), [standing]) == []
    assert apart_mm(fuse(sightings_of_dart(calibrations, dart), [standing])[0].axis, dart) < 0.1


@settings(max_examples=30, deadline=None)
@given(rigs(), darts(), st.floats(10, 30), _number(0, math.tau), st.integers(0, 10**6))
def test_where_more_darts_are_expected_no_less_is_explained(
    calibrations: list[Calibration], dart: Axis3, apart: float, turn_rad: float, seed: int
) -> None:
    """Looking for the darts that explain most together explains at least what taking the clearest each time does."""
    other = Axis3(x_mm=dart.x_mm + apart * math.cos(turn_rad), y_mm=dart.y_mm + apart * math.sin(turn_rad), slope_y=0.2)
    seen = [
        camera_sightings(c, sighting_of(c, dart, REAL, seed + k), sighting_of(c, other, REAL, seed + 10 + k))
        for k, c in enumerate(calibrations)
    ]
    usual, more = fuse(seen, most=3), fuse(seen, most=5)

    assert sum(f.visibility for f in more) >= 0.8 * sum(f.visibility for f in usual)
    assert len({(f.axis.x_mm, f.axis.y_mm) for f in more}) == len(more)
