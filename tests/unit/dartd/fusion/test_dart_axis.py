"""Tests of axes of darts."""

import numpy as np
import pytest

from dartd.fusion.dart_axis import MAX_SLOPE, REACH_MM, as_row, foot_distance_mm, is_same_dart, possible, slope_difference
from schemas.geometry import Axis3

DART = Axis3(x_mm=30.0, y_mm=-45.0, slope_x=-0.05, slope_y=0.25)


def test_a_row_is_the_four_numbers_of_an_axis() -> None:
    """An axis as a row keeps point and slopes in order."""
    assert as_row(DART).tolist() == [30.0, -45.0, -0.05, 0.25]


def test_distances_are_taken_at_the_face_and_between_slopes() -> None:
    """Two axes are as far apart as their feet; their slopes differ by a length without unit."""
    other = Axis3(x_mm=33.0, y_mm=-49.0, slope_x=0.25, slope_y=-0.15)

    assert foot_distance_mm(DART, other) == pytest.approx(5.0)
    assert slope_difference(DART, other) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("shift_mm", "slope", "same"), [(0.0, 0.0, True), (2.5, 0.0, True), (3.5, 0.0, False), (0.0, 0.14, True), (0.0, 0.16, False)]
)
def test_a_dart_is_the_same_at_the_face_and_along_its_barrel(shift_mm: float, slope: float, same: bool) -> None:  # noqa: FBT001
    """Within 3 mm at the face and 6 mm at the end of the barrel it is the same dart."""
    assert is_same_dart(as_row(DART) + np.array([shift_mm, 0, slope, 0]), DART) is same


def test_darts_stand_within_reach_and_not_too_oblique() -> None:
    """Axes beyond the surround, or with slopes of darts that would fall, are not possible."""
    axes = np.array([[0, 0, 0, 0], [REACH_MM + 1, 0, 0, 0], [0, 0, 0, MAX_SLOPE + 0.01], [0, REACH_MM - 1, MAX_SLOPE - 0.01, 0]])

    assert possible(axes).tolist() == axes[[0, 3]].tolist()
