"""Players."""

import msgspec
import pytest

from schemas.api.players import NewPlayer, PlayerChange


@pytest.mark.parametrize("body", [b"{}", b'{"name":""}', b'{"name":"a","player_id":"a b"}', b'{"name":"a","colour":1}', b'{"name":null}'])
def test_new_player_is_strict(body: bytes) -> None:
    """A name, an id that fits into a path, and nothing unknown."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=NewPlayer)


def test_absent_is_not_null() -> None:
    """What is left out stays; null takes away."""
    change = msgspec.json.decode(b'{"badge_id":null}', type=PlayerChange)

    assert (change.badge_id, change.group) == (None, msgspec.UNSET)
