"""A dart that stuck in the end of a standing one is known by what prolongs that dart in several pictures."""

import math
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.gather import Evidence
from dartd.fusion.lodged_dart import is_lodged, is_of_lodged
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Blob, Sighting
from tests.support.fused import evidence_of, fused_axis
from tests.support.sightings import rig, sighting_of, spot

CALIBRATIONS = rig(3)
CARRIER = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
OTHER = Axis3(x_mm=60.0, y_mm=-40.0, slope_x=-0.05, slope_y=0.15)


def _blob(calibration: Calibration, height_mm: float, off_mm: float = 0.0) -> Blob:
    """Return a blob on the extension of the carrier, some mm to the side."""
    axis = msgspec.structs.replace(CARRIER, y_mm=CARRIER.y_mm + off_mm)
    return spot(calibration, axis, height_mm, 8.0)


def _line(calibration: Calibration, begins_mm: float, ends_mm: float, off_mm: float = 0.0) -> Sighting:
    """Return a line on the extension of the carrier between two heights, its end some mm to the side."""
    begins, ends = _blob(calibration, begins_mm), _blob(calibration, ends_mm, off_mm)
    u, v = ends.u - begins.u, ends.v - begins.v
    length = math.hypot(u, v)
    seen = sighting_of(calibration, CARRIER)
    return msgspec.structs.replace(seen, u=begins.u, v=begins.v, du=u / length, dv=v / length, length=length, sections=())


def _candidate(lines: Sequence[Sighting]) -> FusedAxis:
    """Return an axis that these lines support."""
    return fused_axis(evidence=tuple(replace(evidence_of(k), sighting=line) for k, line in enumerate(lines)))


def _evidence(blobs: Sequence[Sequence[Blob]], *, lines: Sequence[Sighting] = (), on_empty: bool = False) -> Evidence:
    flew = Settled(camera_id=CALIBRATIONS[0].camera_id, t_s=0.3, episode=1, started_s=0.0, finding="other", flight=True)
    settled = {
        c.camera_id: msgspec.structs.replace(flew, camera_id=c.camera_id, blobs=tuple(each), blobs_on_empty=on_empty)
        for c, each in zip(CALIBRATIONS, blobs, strict=True)
    }
    for c, line in zip(CALIBRATIONS, lines, strict=False):
        settled[c.camera_id] = msgspec.structs.replace(settled[c.camera_id], sightings=(line,))
    return Evidence(settled, {c.camera_id: c for c in CALIBRATIONS}, frozenset())


def test_what_prolongs_a_dart_in_two_pictures_is_lodged_in_it() -> None:
    """Two cameras see something wide behind its end, one of them farther than a flight; it may hang."""
    straight = [[_blob(CALIBRATIONS[0], 180.0)], [_blob(CALIBRATIONS[1], 140.0)], []]
    hanging = [[_blob(CALIBRATIONS[0], 190.0, 12.0)], [_blob(CALIBRATIONS[1], 170.0, 12.0)], []]

    assert is_lodged([OTHER, CARRIER], _evidence(straight))
    assert is_lodged([CARRIER], _evidence(hanging))


def test_lines_that_go_on_with_a_dart_are_of_one_lodged_in_it() -> None:
    """Two cameras see a line from the end of its shaft on, and nothing wide; it may hang a little."""
    straight = [_line(CALIBRATIONS[0], 100.0, 140.0), _line(CALIBRATIONS[1], 95.0, 120.0)]
    hanging = [_line(c, 110.0, 150.0, 4.0) for c in CALIBRATIONS[:2]]
    far_out = [_line(c, 130.0, 172.0) for c in CALIBRATIONS[:2]]

    assert is_lodged([OTHER, CARRIER], _evidence([[], [], []], lines=straight))
    assert is_lodged([CARRIER], _evidence([[], [], []], lines=far_out))
    assert is_lodged([CARRIER], _evidence([[], [], []], lines=hanging))


def test_a_dart_in_front_of_another_is_not_lodged_in_it() -> None:
    """A longer line leads to the board: the short one is of the flights of both."""
    seen = _evidence([[], [], []], lines=[_line(c, 90.0, 120.0) for c in CALIBRATIONS])
    both = {
        c.camera_id: msgspec.structs.replace(s, sightings=(*s.sightings, sighting_of(c, OTHER)))
        for c, s in zip(CALIBRATIONS, seen.settled.values(), strict=True)
    }

    assert is_lodged([CARRIER], seen)
    assert not is_lodged([CARRIER], replace(seen, settled=both))


def test_where_lines_of_a_lodged_dart_meet_the_board_is_none() -> None:
    """An axis of such lines alone is that of the lodged dart; one that a line to the board supports is a dart of its own."""
    lines = [_line(c, 90.0, 140.0) for c in CALIBRATIONS]
    to_board = sighting_of(CALIBRATIONS[2], CARRIER)

    assert is_of_lodged(_candidate(lines), [OTHER, CARRIER], _evidence([[], [], []]))
    assert not is_of_lodged(_candidate([*lines[:2], to_board]), [CARRIER], _evidence([[], [], []]))
    assert not is_of_lodged(_candidate(lines), [OTHER], _evidence([[], [], []]))
    assert not is_of_lodged(fused_axis(), [CARRIER], _evidence([[], [], []]))


@pytest.mark.parametrize(
    ("begins_mm", "ends_mm", "off_mm", "cameras"),
    [(100.0, 140.0, 0.0, 1), (128.0, 156.0, 0.0, 3), (20.0, 140.0, 0.0, 3), (100.0, 106.0, 0.0, 3), (100.0, 140.0, 30.0, 3)],
    ids=["one-camera", "turned-flight", "a-dart-behind-it", "a-speck", "across-it"],
)
def test_other_lines_are_not(begins_mm: float, ends_mm: float, off_mm: float, cameras: int) -> None:
    """One camera alone, a flight that was turned, and lines that begin nearer to the board, are short or lead elsewhere."""
    lines = [_line(c, begins_mm, ends_mm, off_mm) for c in CALIBRATIONS[:cameras]]

    assert not is_lodged([CARRIER], _evidence([[], [], []], lines=lines))


@pytest.mark.parametrize(
    ("heights_mm", "off_mm"),
    [([], 0.0), ([180.0], 0.0), ([150.0, 150.0, 150.0], 0.0), ([180.0, 180.0, 180.0], 40.0), ([80.0, 80.0, 90.0], 0.0)],
    ids=["nothing", "one-camera", "turned-flight", "next-to-it", "in-front-of-it"],
)
def test_all_else_is_not(heights_mm: list[float], off_mm: float) -> None:
    """One picture alone, a flight that was turned, and what is next to the dart or nearer to the board show no lodged dart."""
    blobs = [[_blob(c, z, off_mm)] for c, z in zip(CALIBRATIONS, heights_mm, strict=False)]

    assert not is_lodged([CARRIER], _evidence([*blobs, [], [], []][:3]))


def test_it_needs_a_dart_and_pictures_from_before_the_throw() -> None:
    """Nothing is lodged where no dart stands; what differs from the empty board are the flights of standing darts too."""
    blobs = [[_blob(c, 180.0)] for c in CALIBRATIONS]
    close = [msgspec.structs.replace(each[0], u=each[0].u + 2.0) for each in blobs]

    assert not is_lodged([], _evidence(blobs))
    assert not is_lodged([CARRIER], _evidence(blobs, on_empty=True))
    assert not is_lodged([CARRIER], _evidence([[each] for each in close]))
