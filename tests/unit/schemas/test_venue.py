"""The messages of a venue."""

import msgspec
import pytest

from schemas.venue import VenueCommand, VenueReply


def test_a_reply_passes_its_result_on() -> None:
    """A relay must not need to know what a board answers."""
    reply = VenueReply(status=200, result=msgspec.Raw(b'{"later":[1]}'))

    assert bytes(msgspec.json.decode(msgspec.json.encode(reply), type=VenueReply).result) == b'{"later":[1]}'


def test_only_three_commands_exist() -> None:
    """Others must be refused before a board sees them."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"action":"calibrate","token":"x"}', type=VenueCommand)
