"""Polygons."""

import pytest

from dartd.polygons import Point, contains, is_simple

SQUARE: tuple[Point, ...] = ((0, 0), (10, 0), (10, 10), (0, 10))
BOW: tuple[Point, ...] = ((0, 0), (10, 10), (10, 0), (0, 10))
CORNER: tuple[Point, ...] = ((0, 0), (10, 0), (10, 10), (5, 10), (5, 5), (0, 5))


@pytest.mark.parametrize(
    ("polygon", "expected"),
    [
        (SQUARE, True),
        (SQUARE[::-1], True),
        (CORNER, True),
        (((0, 0), (5, 0), (10, 0), (10, 10)), True),
        (BOW, False),
        (((0, 0), (10, 0), (5, 0), (5, 10)), False),
        (((0, 0), (0, 0), (10, 0), (10, 10)), False),
        (((0, 0), (10, 0), (20, 0)), False),
        (((0, 0), (10, 0), (10, 10), (5, 0), (0, 10)), False),
    ],
)
def test_simple_polygon_is_distinguished_from_others(polygon: tuple[Point, ...], expected: bool) -> None:  # noqa: FBT001 - a value of the table
    """Edges must meet in their common corners alone; the direction does not matter."""
    assert is_simple(polygon) is expected


@pytest.mark.parametrize(("point", "expected"), [((5, 5), True), ((-1, 5), False), ((11, 5), False), ((5, 11), False), ((5, 10.1), False)])
def test_point_in_a_square(point: Point, expected: bool) -> None:  # noqa: FBT001 - a value of the table
    """Inside or outside, on every side."""
    assert contains(SQUARE, point) is expected


def test_point_in_a_notch_is_outside() -> None:
    """A polygon need not be convex."""
    assert (contains(CORNER, (2, 8)), contains(CORNER, (2, 2)), contains(CORNER, (8, 8))) == (False, True, True)
