"""Requests about cameras."""

import msgspec
import pytest

from schemas.api.cameras import CalibrationPoints, NewCamera, PictureQuery


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (NewCamera, {"name": "L", "url": "rtsp://cam/a b"}),
        (NewCamera, {"name": "L", "url": "rtsp://cam", "resolution": "big"}),
        (NewCamera, {"name": "L", "url": "rtsp://cam", "fps": 0}),
        (NewCamera, {"name": "L", "url": "rtsp://cam", "settings": {"near_sector": 21}}),
        (NewCamera, {"url": "rtsp://cam"}),
        (PictureQuery, {"overlay": "wires,people"}),
        (CalibrationPoints, {"points": [[1, 2], [3, 4], [5, 6]]}),
    ],
)
def test_what_makes_no_sense_is_refused(kind: type[msgspec.Struct], given: dict[str, object]) -> None:
    """Before anything is opened."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, kind)


def test_an_overlay_has_any_of_three_parts() -> None:
    """In any order, or none."""
    for overlay in ("", "wires", "motion,darts", "darts,wires,motion"):
        assert msgspec.convert({"overlay": overlay}, PictureQuery).overlay == overlay
