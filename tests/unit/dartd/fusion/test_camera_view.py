"""Tests of one camera's sightings as arrays."""

import msgspec
import numpy as np
import pytest

from dartd.fusion.camera_view import BIN_MM, DART_MM, Eye, Floats, View, as_row, before_camera, shows
from schemas.geometry import Axis3
from tests.support.sightings import FOCAL_PX, HEIGHTS_MM, displaced, half_hidden, sight, station, view
from workers.vision.projection import Projection

CAMERA = station(0, 0.7)
DART = Axis3(x_mm=30.0, y_mm=-45.0, slope_x=-0.05, slope_y=0.25)
ELSEWHERE = Axis3(x_mm=-80.0, y_mm=90.0, slope_x=0.1, slope_y=0.1)


def _eye(*axes: Axis3) -> Eye:
    return Eye(view(CAMERA, *(sight(CAMERA, axis) for axis in axes)))


def _rows(*axes: Axis3) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([as_row(axis) for axis in axes])


def test_axes_are_seen_where_the_camera_sees_them() -> None:
    """Feet, directions and lengths of axes agree with the projection of their ends."""
    foot, direction, length = _eye().lines(_rows(DART, ELSEWHERE))
    for k, axis in enumerate((DART, ELSEWHERE)):
        ends_mm = np.array([[axis.x_mm, axis.y_mm, 0], [axis.x_mm + DART_MM * axis.slope_x, axis.y_mm + DART_MM * axis.slope_y, DART_MM]])
        low, high = Projection(CAMERA).normalise(Projection(CAMERA).project(ends_mm))

        assert np.allclose(foot[k], low, atol=1e-6)
        assert np.allclose(foot[k] + length[k] * direction[k], high, atol=1e-6)
        assert np.linalg.norm(direction[k]) == pytest.approx(1)


def test_a_plane_holds_its_dart() -> None:
    """The plane through the lens and a seen line holds the dart's axis in space, and the lens."""
    eye = _eye(DART)
    point = np.array([DART.x_mm, DART.y_mm, 0.0]) - eye.center
    along = np.array([DART.slope_x, DART.slope_y, 1.0])

    assert np.linalg.norm(eye.planes[0]) == pytest.approx(1)
    assert abs(eye.planes[0] @ point) < 0.01
    assert abs(eye.planes[0] @ along) < 1e-3


def test_only_the_right_axis_is_supported() -> None:
    """A dart's cross-sections speak fully for its axis, and not at all for one elsewhere."""
    support = _eye(DART).support(_rows(DART, ELSEWHERE))

    assert support[0] > 0.9
    assert support[1] < 0.1


def test_support_falls_off_within_pixels() -> None:
    """The farther an axis lies off the line, the less support it has; ten pixels off it has none."""
    support = _eye(DART).support(_rows(*(Axis3(x_mm=DART.x_mm + d, y_mm=DART.y_mm, slope_x=-0.05, slope_y=0.25) for d in (0, 3, 12))))

    assert support[0] >= support[1] >= support[2]
    assert support[2] < 0.1


def test_offsets_are_pixels_across() -> None:
    """A line moved by two pixels lies two pixels off the axis, all along."""
    eye = Eye(view(CAMERA, displaced(sight(CAMERA, DART), 2.0)))
    across, along, length = eye.offsets(as_row(DART))

    assert np.abs(across) == pytest.approx(np.full(len(across), 2.0), abs=0.1)
    assert ((along > -0.1 * length) & (along < length)).all()


def test_the_nearest_sighting_is_named() -> None:
    """Of several lines the one that lies on an axis is found, with more support than any other."""
    eye = _eye(ELSEWHERE, DART)
    nearest, strength = eye.nearest(_rows(DART, ELSEWHERE))

    assert list(nearest) == [1, 0]
    assert (strength > 2).all()


def test_the_visible_end_is_at_the_foot() -> None:
    """The end of a dart seen whole lies at its foot, to a millimetre; of one whose point is hidden, above it."""
    eye = _eye(DART)
    higher = Axis3(x_mm=DART.x_mm + 20 * DART.slope_x, y_mm=DART.y_mm + 20 * DART.slope_y, slope_x=DART.slope_x, slope_y=DART.slope_y)
    assert abs(eye.ends_above_mm(_rows(DART), np.array([0]))[0]) < 1

    below = _eye(higher)
    assert below.ends_above_mm(_rows(higher), np.array([0]))[0] == pytest.approx(0, abs=1)


def test_what_a_dart_explains_is_used_up() -> None:
    """Cross-sections that a fix has taken support no second dart; those of another dart stay free."""
    eye = _eye(DART, ELSEWHERE)
    eye.take(as_row(DART), 6.0)
    support = eye.support(_rows(DART, ELSEWHERE))

    assert support[0] < 0.01
    assert support[1] > 0.9


def test_known_darts_are_used_up_from_the_start() -> None:
    """What lies on a dart that is known to stand speaks for no other; another dart's cross-sections are free."""
    sightings = (sight(CAMERA, DART), sight(CAMERA, ELSEWHERE))
    support = Eye(View(CAMERA.camera_id, CAMERA, sightings, (DART,))).support(_rows(DART, ELSEWHERE))

    assert support[0] < 0.1
    assert support[1] == pytest.approx(1)


def test_points_of_a_dart_lie_before_the_camera() -> None:
    """A dart's foot and a point of its axis are where the projection sees them."""
    points = before_camera(CAMERA, DART, (0.0, DART_MM))
    foot, direction, length = _eye().lines(_rows(DART))

    assert np.allclose(points[0, :2] / points[0, 2], foot[0])
    assert np.allclose(points[1, :2] / points[1, 2], foot[0] + length[0] * direction[0])


def test_a_picture_shows_what_is_inside_it() -> None:
    """A dart on the board is shown; one beyond the edge of the picture is not."""
    assert shows(CAMERA, DART)
    assert not shows(CAMERA, Axis3(x_mm=4000.0, y_mm=-45.0))
    assert not shows(CAMERA, Axis3(x_mm=-4000.0, y_mm=-45.0))


def test_a_cross_section_counts_once() -> None:
    """The same cross-section in two hypotheses is one piece of evidence."""
    once, twice = _eye(DART), _eye(DART, DART)

    assert len(twice.points) == len(once.points)
    assert twice.support(_rows(DART)) == pytest.approx(once.support(_rows(DART)))


def test_an_eye_that_saw_nothing_answers() -> None:
    """Without sightings there is no support, no free cross-section, and no error."""
    eye = Eye(View(CAMERA.camera_id, CAMERA, ()))
    nearest, strength = eye.nearest(_rows(DART))

    assert eye.support(_rows(DART)).tolist() == [0]
    assert (nearest.tolist(), strength.tolist()) == ([0], [0])
    assert eye.planes.shape == (0, 3)


def test_a_line_whose_foot_the_picture_cuts_off_leads_beyond() -> None:
    """The end of a line that is seen high up only lies, on the face, far behind the dart; a faint line says nothing."""
    seen = sight(CAMERA, DART)
    far = msgspec.structs.replace(seen, u=seen.u + 0.8 * seen.du, v=seen.v + 0.8 * seen.dv)
    faint = msgspec.structs.replace(far, sections=far.sections[::4])

    assert [Eye(View(CAMERA.camera_id, CAMERA, (s,))).leads_beyond(290.0, 0.4) for s in (seen, far, faint)] == [False, True, False]


def test_the_scale_follows_the_distance() -> None:
    """A millimetre near the camera is more pixels than one far away, about focal length over distance."""
    eye = _eye()
    near, far = (eye.px_per_mm(np.array([r * np.cos(0.7), r * np.sin(0.7), 0.0, 0.0])) for r in (150.0, -150.0))

    assert near > far
    assert eye.px_per_mm(np.zeros(4)) == pytest.approx(FOCAL_PX / np.linalg.norm(eye.center), rel=0.1)


def test_a_row_is_the_four_numbers_of_an_axis() -> None:
    """An axis as a row keeps place and slopes in order."""
    assert as_row(DART).tolist() == [30.0, -45.0, -0.05, 0.25]


def _depths_mm(heights_mm: Floats) -> Floats:
    return before_camera(CAMERA, DART, tuple(heights_mm))[:, 2]


def test_the_width_of_a_dart_is_measured_where_both_edges_show() -> None:
    """Cross-sections tell heights and half widths in mm; those beside a dart that stands tell nothing of it."""
    heights_mm, half_mm = _eye(DART).widths(as_row(DART))
    none, _ = Eye(view(CAMERA, half_hidden(sight(CAMERA, DART), 2.0, 1))).widths(as_row(DART))

    assert heights_mm == pytest.approx(HEIGHTS_MM, abs=0.1)
    assert half_mm == pytest.approx(3.0 / FOCAL_PX * _depths_mm(HEIGHTS_MM), abs=0.01)
    assert len(none) == 0


@pytest.mark.parametrize("side", [1, -1])
def test_a_half_hidden_dart_is_seen_whole_once_its_width_is_known(side: int) -> None:
    """Mended cross-sections lie on the axis and weigh more, and the eye that was mended from is as before."""
    half_mm = 3.0 / FOCAL_PX * _depths_mm(np.arange(0, DART_MM, BIN_MM))
    eye = Eye(view(CAMERA, half_hidden(sight(CAMERA, DART), 3.0, side)))
    mended = eye.mended(as_row(DART), half_mm)

    assert (eye.half_hidden, _eye(DART).half_hidden) == (True, False)
    assert np.abs(eye.offsets(as_row(DART))[0]) == pytest.approx(1.5, abs=0.1)
    assert np.abs(mended.offsets(as_row(DART))[0]).max() < 0.2
    assert mended.weights.sum() > eye.weights.sum()


def test_what_is_too_narrow_has_lost_an_edge() -> None:
    """A cross-section between two darts that stand, or with an edge that cannot be told from the bed, weighs less the more is missing."""
    half_mm = 3.0 / FOCAL_PX * _depths_mm(np.arange(0, DART_MM, BIN_MM))
    eye = _eye(DART)

    assert eye.mended(as_row(DART), half_mm).weights.sum() == pytest.approx(eye.weights.sum(), rel=0.02)
    assert eye.mended(as_row(DART), 2 * half_mm).weights.sum() < 0.2 * eye.weights.sum()
    assert eye.mended(as_row(DART), np.full_like(half_mm, np.nan)).weights.sum() == eye.weights.sum()
