"""Zones."""

import msgspec
import pytest

from schemas.api.zones import NewZone, ZoneChange

TRIANGLE = '"polygon_coords":[[0,0],[1,0],[0,1]]'


@pytest.mark.parametrize(
    "rest", ["", ',"name":"a","zone_id":"a b"', ',"name":"a","colour":1', ',"name":"a","color":"red"', ',"name":"a","min":-1']
)
def test_new_zone_is_strict(rest: str) -> None:
    """A name, an id that fits into a path, and nothing unknown."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f"{{{TRIANGLE}{rest}}}", type=NewZone)


def test_left_out_is_not_null() -> None:
    """A field that is left out must keep its value; null removes it."""
    change = msgspec.json.decode(b'{"camera_id":null}', type=ZoneChange)

    assert msgspec.to_builtins(change) == {"camera_id": None}
