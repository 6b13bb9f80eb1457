"""Points, axes and calibrations."""

import msgspec
from hypothesis import given

from schemas.geometry import Axis3, Calibration, Pixel, Point
from tests.support.values import values_of


@given(values_of(Calibration))
def test_calibration_survives_the_store(calibration: Calibration) -> None:
    """A calibration that is kept as JSON must come back as it was, to the last digit."""
    assert msgspec.json.decode(msgspec.json.encode(calibration), type=Calibration) == calibration


@given(values_of(Axis3))
def test_axis_survives_the_pipe(axis: Axis3) -> None:
    """A dart's axis must reach the camera processes as it was decided."""
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(axis), type=Axis3) == axis


def test_units_are_in_the_names() -> None:
    """Board points must be in millimetres and say so; pixels have no unit to mistake."""
    assert Point.__struct_fields__ == ("x_mm", "y_mm")
    assert Pixel.__struct_fields__ == ("x", "y")


def test_axis_stands_upright_by_default() -> None:
    """An axis without slopes must stand square on the board."""
    assert Axis3(x_mm=1, y_mm=2) == Axis3(x_mm=1, y_mm=2, slope_x=0, slope_y=0)
