"""Changes made from creations."""

import msgspec
import pytest

from schemas.api.changes import changes_of
from schemas.api.zones import NewZone

CHANGE = changes_of(NewZone, "Change", fixed={"zone_id"})


def test_every_field_but_the_fixed_may_be_left_out() -> None:
    """What is left out is UNSET, which is not null."""
    change = msgspec.json.decode(b'{"camera_id":null,"min":1}', type=CHANGE)

    assert msgspec.to_builtins(change) == {"camera_id": None, "min": 1}
    assert set(CHANGE.__struct_fields__) == set(NewZone.__struct_fields__) - {"zone_id"}


@pytest.mark.parametrize("body", [b'{"zone_id":"z"}', b'{"name":null}', b'{"min":-1}', b'{"colour":1}'])
def test_field_keeps_its_constraints(body: bytes) -> None:
    """A value that a creation refuses is refused here."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=CHANGE)
