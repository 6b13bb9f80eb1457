"""The board's rings and beds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.board import SECTOR_RAD, SECTORS, Bed, BoardSpec, Ring, bed_at, parse_bed, sector_at, wire_distance_mm

_BOARD = BoardSpec()
_ANGLES = st.floats(-7, 7)
_RADII_MM = st.floats(0, 300)
_EVERY_BED = [
    Bed(ring="bull"),
    Bed(ring="single_bull"),
    Bed(ring="miss"),
    *(Bed(ring=ring, sector=sector) for ring in ("inner_single", "triple", "outer_single", "double", "miss") for sector in SECTORS),
]


def _point(radius_mm: float, angle_rad: float) -> tuple[float, float]:
    return radius_mm * math.cos(angle_rad), radius_mm * math.sin(angle_rad)


def test_sectors_stand_as_on_every_board() -> None:
    """The numbers 1 to 20 must stand clockwise from the 20 at the top: 6 right, 3 below, 11 left."""
    assert sorted(SECTORS) == list(range(1, 21))
    assert [sector_at(math.radians(angle)) for angle in (90, 0, -90, 180)] == [20, 6, 3, 11]
    assert [sector_at(math.radians(angle)) for angle in (90 - 18, 90 + 18)] == [1, 5]


@pytest.mark.parametrize("index", range(20))
def test_sector_ends_at_its_wires(index: int) -> None:
    """Each sector must reach 9 degrees to both sides of its middle, and no further."""
    middle_rad = math.pi / 2 - index * SECTOR_RAD
    inside = [sector_at(middle_rad + side * (SECTOR_RAD / 2 - 1e-9)) for side in (1, -1)]
    outside = [sector_at(middle_rad + side * (SECTOR_RAD / 2 + 1e-9)) for side in (1, -1)]

    assert inside == [SECTORS[index]] * 2
    assert outside == [SECTORS[index - 1], SECTORS[(index + 1) % 20]]


@given(_ANGLES, st.integers(-3, 3))
def test_sector_repeats_after_a_full_turn(angle_rad: float, turns: int) -> None:
    """Full turns must not change the sector (away from the wires, where rounding decides)."""
    from_wire = abs((angle_rad + SECTOR_RAD / 2) % SECTOR_RAD)
    away = 1e-6 < from_wire < SECTOR_RAD - 1e-6

    assert not away or sector_at(angle_rad) == sector_at(angle_rad + turns * math.tau)


_BOUNDARIES: list[tuple[float, Ring, Ring]] = [
    (6.35, "bull", "single_bull"),
    (15.9, "single_bull", "inner_single"),
    (99.0, "inner_single", "triple"),
    (107.0, "triple", "outer_single"),
    (162.0, "outer_single", "double"),
    (170.0, "double", "miss"),
]


@pytest.mark.parametrize(("radius_mm", "inner", "outer"), _BOUNDARIES)
def test_ring_begins_at_its_inner_radius(radius_mm: float, inner: Ring, outer: Ring) -> None:
    """A point exactly on a ring's inner radius must belong to that ring, a hair inside it to the one before."""
    within, on = bed_at(math.nextafter(radius_mm, 0), 0, _BOARD), bed_at(radius_mm, 0, _BOARD)

    assert (within.ring, on.ring) == (inner, outer)
    assert (wire_distance_mm(radius_mm, 0, _BOARD), wire_distance_mm(radius_mm - 0.5, 0, _BOARD)) == pytest.approx((0, 0.5))


@pytest.mark.parametrize("index", range(20))
@pytest.mark.parametrize("radius_mm", [50.0, 103.0, 130.0, 166.0, 190.0])
def test_bed_next_to_a_wire_is_the_sector_on_its_side(index: int, radius_mm: float) -> None:
    """A tenth of a millimetre next to a wire must decide the sector, in every ring and for every wire."""
    wire_rad = math.pi / 2 - (index + 0.5) * SECTOR_RAD
    off_rad = 0.1 / radius_mm
    before = bed_at(*_point(radius_mm, wire_rad + off_rad), _BOARD)
    after = bed_at(*_point(radius_mm, wire_rad - off_rad), _BOARD)

    assert (before.sector, after.sector) == (SECTORS[index], SECTORS[(index + 1) % 20])


@given(_RADII_MM, _ANGLES)
def test_every_point_has_one_bed(radius_mm: float, angle_rad: float) -> None:
    """Wherever a point lies, its bed must be one of the board's, a bull without a sector and all others with one."""
    bed = bed_at(*_point(radius_mm, angle_rad), _BOARD)

    assert bed in _EVERY_BED
    assert (bed.sector is None) == (bed.ring in {"bull", "single_bull"})


@given(_RADII_MM, _ANGLES, st.floats(-1, 1), st.floats(-math.pi, math.pi))
def test_no_bed_changes_nearer_than_its_wire(radius_mm: float, angle_rad: float, share: float, direction_rad: float) -> None:
    """Moving a point by less than its distance to the nearest wire must not change what it scores."""
    x_mm, y_mm = _point(radius_mm, angle_rad)
    step_mm = wire_distance_mm(x_mm, y_mm, _BOARD) * share * 0.999
    moved = bed_at(x_mm + step_mm * math.cos(direction_rad), y_mm + step_mm * math.sin(direction_rad), _BOARD)
    bed = bed_at(x_mm, y_mm, _BOARD)

    assert (moved.ring, moved.total) == (bed.ring, bed.total)


@pytest.mark.parametrize(
    ("point", "distance_mm"),
    [
        ((0, 0), 6.35),
        ((0, 103), 4),
        ((0, 130), 130 * math.sin(SECTOR_RAD / 2)),
        ((0, 175), 5),
        ((0, 11), 4.65),
        ((0, 20), 20 * math.sin(SECTOR_RAD / 2)),
    ],
)
def test_wire_distance_is_that_of_the_nearest_wire(point: tuple[float, float], distance_mm: float) -> None:
    """The distance must be to the nearest ring or sector wire; inside the bull and off the board no sector wire counts."""
    assert wire_distance_mm(*point, _BOARD) == pytest.approx(distance_mm)


@pytest.mark.parametrize(
    ("bed", "label", "base", "multiplier", "total"),
    [
        (Bed(ring="triple", sector=20), "T20", 20, 3, 60),
        (Bed(ring="double", sector=16), "D16", 16, 2, 32),
        (Bed(ring="inner_single", sector=5), "S5", 5, 1, 5),
        (Bed(ring="outer_single", sector=5), "S5", 5, 1, 5),
        (Bed(ring="bull"), "BULL", 25, 2, 50),
        (Bed(ring="single_bull"), "25", 25, 1, 25),
        (Bed(ring="miss", sector=7), "M7", 0, 0, 0),
        (Bed(ring="miss"), "MISS", 0, 0, 0),
    ],
)
def test_bed_scores_as_the_rules_say(bed: Bed, label: str, base: int, multiplier: int, total: int) -> None:
    """Each kind of bed must have its label and its points."""
    assert (bed.label, bed.base, bed.multiplier, bed.total) == (label, base, multiplier, total)


@pytest.mark.parametrize(
    ("text", "bed"),
    [
        ("T20", Bed(ring="triple", sector=20)),
        ("t 20", Bed(ring="triple", sector=20)),
        ("treble 20", Bed(ring="triple", sector=20)),
        ("Triple 20", Bed(ring="triple", sector=20)),
        ("double 20", Bed(ring="double", sector=20)),
        ("  D   16 ", Bed(ring="double", sector=16)),
        ("20", Bed(ring="outer_single", sector=20)),
        ("S20", Bed(ring="outer_single", sector=20)),
        ("single 1", Bed(ring="outer_single", sector=1)),
        ("outer single 1", Bed(ring="outer_single", sector=1)),
        ("inner single 1", Bed(ring="inner_single", sector=1)),
        ("I1", Bed(ring="inner_single", sector=1)),
        ("SB", Bed(ring="single_bull")),
        ("25", Bed(ring="single_bull")),
        ("outer bull", Bed(ring="single_bull")),
        ("DB", Bed(ring="bull")),
        ("50", Bed(ring="bull")),
        ("Bull", Bed(ring="bull")),
        ("bullseye", Bed(ring="bull")),
        ("miss", Bed(ring="miss")),
        ("0", Bed(ring="miss")),
        ("bounce", Bed(ring="miss")),
        ("M7", Bed(ring="miss", sector=7)),
    ],
)
def test_bed_is_read_as_people_write_it(text: str, bed: Bed) -> None:
    """A scorer's ways to write a bed must all be understood, whatever the case and the spaces."""
    assert parse_bed(text) == bed


@pytest.mark.parametrize(
    "text", ["", "T21", "D0", "S00", "X5", "T", "26", "double", "double bull 3", "triple 25", "T25", "-1", "2 0", "T20 D5", "²", "D２"]
)
def test_what_is_no_bed_is_refused(text: str) -> None:
    """A bed that no board has must be refused with an example of how to write one."""
    with pytest.raises(ValueError, match="names no bed: write it as"):
        parse_bed(text)


@pytest.mark.parametrize("bed", _EVERY_BED, ids=lambda bed: f"{bed.ring}-{bed.label}")
def test_label_leads_back_to_the_points(bed: Bed) -> None:
    """A label that was shown must be readable again and score the same."""
    assert parse_bed(bed.label).total == bed.total
    assert parse_bed(bed.label).label == bed.label


@given(st.text(max_size=12))
def test_any_text_is_a_bed_or_refused(text: str) -> None:
    """Whatever people type, the answer must be a bed of the board or a refusal."""
    try:
        bed: Bed | None = parse_bed(text)
    except ValueError:
        bed = None

    assert bed is None or bed in _EVERY_BED


def test_rings_are_named_from_the_bull_outwards() -> None:
    """The six boundaries must grow, and the rim must lie beyond them."""
    assert list(_BOARD.radii_mm) == sorted(_BOARD.radii_mm)
    assert _BOARD.radii_mm[-1] < _BOARD.edge_mm
