"""Tests of one camera's sightings as arrays."""

import msgspec
import numpy as np
import pytest

from dartd.fusion.camera_view import BIN_MM, CameraSightings, CameraView
from dartd.fusion.dart_axis import LENGTH_MM, as_row
from schemas.geometry import Axis3
from tests.support.sightings import HALF_WIDTH_MM, HEIGHTS_MM, camera_at, camera_sightings, displaced, half_hidden, sighting_of

CAMERA = camera_at(0, 0.7)
DART = Axis3(x_mm=30.0, y_mm=-45.0, slope_x=-0.05, slope_y=0.25)
ELSEWHERE = Axis3(x_mm=-80.0, y_mm=90.0, slope_x=0.1, slope_y=0.1)


def _view(*axes: Axis3) -> CameraView:
    return CameraView(camera_sightings(CAMERA, *(sighting_of(CAMERA, axis) for axis in axes)))


def _rows(*axes: Axis3) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([as_row(axis) for axis in axes])


def test_a_plane_holds_its_dart() -> None:
    """The plane through the lens and a seen line holds the dart's axis in space, and the lens."""
    view = _view(DART)
    point = np.array([DART.x_mm, DART.y_mm, 0.0]) - view.pose.center
    along = np.array([DART.slope_x, DART.slope_y, 1.0])

    assert np.linalg.norm(view.planes[0]) == pytest.approx(1)
    assert abs(view.planes[0] @ point) < 0.01
    assert abs(view.planes[0] @ along) < 1e-3


def test_only_the_right_axis_is_supported() -> None:
    """A dart's cross-sections support its axis fully, and one elsewhere not at all."""
    support = _view(DART).support(_rows(DART, ELSEWHERE))

    assert support[0] > 0.9
    assert support[1] < 0.1


def test_support_falls_off_within_pixels() -> None:
    """The farther an axis lies off the line, the less support it has; ten pixels off it has none."""
    support = _view(DART).support(_rows(*(Axis3(x_mm=DART.x_mm + d, y_mm=DART.y_mm, slope_x=-0.05, slope_y=0.25) for d in (0, 3, 12))))

    assert support[0] >= support[1] >= support[2]
    assert support[2] < 0.1


def test_offsets_are_pixels_across() -> None:
    """A line moved by two pixels lies two pixels off the axis, all along."""
    view = CameraView(camera_sightings(CAMERA, displaced(sighting_of(CAMERA, DART), 2.0)))
    across, along, length = view.offsets(as_row(DART))

    assert np.abs(across) == pytest.approx(np.full(len(across), 2.0), abs=0.1)
    assert ((along > -0.1 * length) & (along < length)).all()


def test_the_nearest_sighting_is_named() -> None:
    """Of several lines the one that lies on an axis is found, with more support than any other."""
    view = _view(ELSEWHERE, DART)
    nearest, strength = view.nearest(_rows(DART, ELSEWHERE))

    assert list(nearest) == [1, 0]
    assert (strength > 2).all()


def test_the_visible_end_is_at_the_foot() -> None:
    """The end of a dart seen whole lies at its foot, to a millimetre; of one whose point is hidden, above it."""
    view = _view(DART)
    higher = Axis3(x_mm=DART.x_mm + 20 * DART.slope_x, y_mm=DART.y_mm + 20 * DART.slope_y, slope_x=DART.slope_x, slope_y=DART.slope_y)
    assert abs(view.ends_above_mm(_rows(DART), np.array([0]))[0]) < 1

    below = _view(higher)
    assert below.ends_above_mm(_rows(higher), np.array([0]))[0] == pytest.approx(0, abs=1)


def test_what_a_dart_explains_is_used_up() -> None:
    """Cross-sections that a fix has taken support no second dart; those of another dart stay free."""
    view = _view(DART, ELSEWHERE)
    view.use_up(as_row(DART), 6.0)
    support = view.support(_rows(DART, ELSEWHERE))

    assert support[0] < 0.01
    assert support[1] > 0.9
    assert view.full_support(as_row(DART)) > 0.9  # it is there all the same


def test_known_darts_are_used_up_from_the_start() -> None:
    """What lies on a dart that is known to stand supports no other; another dart's cross-sections are free."""
    sightings = (sighting_of(CAMERA, DART), sighting_of(CAMERA, ELSEWHERE))
    support = CameraView(CameraSightings(CAMERA.camera_id, CAMERA, sightings, (DART,))).support(_rows(DART, ELSEWHERE))

    assert support[0] < 0.1
    assert support[1] == pytest.approx(1)


def test_a_cross_section_counts_once() -> None:
    """The same cross-section in two hypotheses is one piece of evidence."""
    once, twice = _view(DART), _view(DART, DART)

    assert len(twice.points) == len(once.points)
    assert twice.support(_rows(DART)) == pytest.approx(once.support(_rows(DART)))


def test_an_view_that_saw_nothing_answers() -> None:
    """Without sightings there is no support, no free cross-section, and no error."""
    view = CameraView(CameraSightings(CAMERA.camera_id, CAMERA, ()))
    nearest, strength = view.nearest(_rows(DART))

    assert view.support(_rows(DART)).tolist() == [0]
    assert (nearest.tolist(), strength.tolist()) == ([0], [0])
    assert view.planes.shape == (0, 3)


def test_a_line_whose_foot_the_picture_cuts_off_ends_beyond() -> None:
    """A line that is visible only high up ends, on the face, far behind the dart; a faint line does not count."""
    seen = sighting_of(CAMERA, DART)
    far = msgspec.structs.replace(seen, u=seen.u + 0.8 * seen.du, v=seen.v + 0.8 * seen.dv)
    faint = msgspec.structs.replace(far, sections=far.sections[::4])

    assert [CameraView(CameraSightings(CAMERA.camera_id, CAMERA, (s,))).ends_beyond(290.0, 0.4) for s in (seen, far, faint)] == [
        False,
        True,
        False,
    ]


def test_the_width_of_a_dart_is_measured_where_both_edges_show() -> None:
    """Cross-sections give heights and half widths in mm; those next to a standing dart give none."""
    heights_mm, half_mm = _view(DART).widths(as_row(DART))
    none, _ = CameraView(camera_sightings(CAMERA, half_hidden(sighting_of(CAMERA, DART), 2.0, 1))).widths(as_row(DART))

    assert heights_mm == pytest.approx(HEIGHTS_MM, abs=0.1)
    assert half_mm == pytest.approx(np.full(len(HEIGHTS_MM), HALF_WIDTH_MM), abs=0.01)
    assert len(none) == 0


@pytest.mark.parametrize("side", [1, -1])
def test_a_half_hidden_dart_is_seen_whole_once_its_width_is_known(side: int) -> None:
    """Restored cross-sections lie on the axis and weigh more, and the view that was restored from is as before."""
    half_mm = np.full(round(LENGTH_MM / BIN_MM), HALF_WIDTH_MM)
    view = CameraView(camera_sightings(CAMERA, half_hidden(sighting_of(CAMERA, DART), 3.0, side)))
    restored = view.restored(as_row(DART), half_mm)

    assert (view.half_hidden, _view(DART).half_hidden) == (True, False)
    assert np.abs(view.offsets(as_row(DART))[0]) == pytest.approx(1.5, abs=0.1)
    assert np.abs(restored.offsets(as_row(DART))[0]).max() < 0.2
    assert restored.weights.sum() > view.weights.sum()


def test_what_is_too_narrow_has_lost_an_edge() -> None:
    """A cross-section between two darts that stand, or with an edge that looks like the bed, weighs less the more is missing."""
    half_mm = np.full(round(LENGTH_MM / BIN_MM), HALF_WIDTH_MM)
    view = _view(DART)

    assert view.restored(as_row(DART), half_mm).weights.sum() == pytest.approx(view.weights.sum(), rel=0.02)
    assert view.restored(as_row(DART), 2 * half_mm).weights.sum() < 0.2 * view.weights.sum()
    assert view.restored(as_row(DART), np.full_like(half_mm, np.nan)).weights.sum() == view.weights.sum()


def test_what_is_too_wide_has_an_edge_of_something_else() -> None:
    """A cross-section that is wider than the dart, merged with a neighbour or its shadow, weighs less the wider it is."""
    half_mm = np.full(round(LENGTH_MM / BIN_MM), HALF_WIDTH_MM)
    view = _view(DART)
    wider, much_wider = (view.restored(as_row(DART), share * half_mm).weights.sum() for share in (0.8, 0.2))

    assert view.weights.sum() > wider > 1.5 * much_wider


def test_a_coarse_camera_sees_a_dart_as_clearly_with_fewer_rows() -> None:
    """Half the pixels give half the cross-sections of a dart: the clarity is that of its length, not of its pixels."""
    fine = msgspec.structs.replace(camera_at(0, 0.4), focal_x_px=450.0, focal_y_px=450.0)
    coarse = msgspec.structs.replace(fine, focal_x_px=225.0, focal_y_px=225.0)
    whole = sighting_of(fine, DART)
    half = msgspec.structs.replace(whole, sections=whole.sections[::2])
    clear = [
        float(view.support_and_clarity(view.weigh(as_row(DART)[None]))[1][0])
        for view in (CameraView(camera_sightings(fine, whole)), CameraView(camera_sightings(coarse, half)))
    ]

    assert clear[1] == pytest.approx(clear[0], rel=0.05)
