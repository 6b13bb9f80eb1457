"""Events of matches."""

from typing import get_args

import pytest
from hypothesis import given

from schemas.base import Event
from schemas.codec import decode_journalled, encode_wire
from schemas.events import MatchCommanded, PlayEvent, TurnRevised
from tests.support.values import values_of


@pytest.mark.parametrize("event", get_args(PlayEvent), ids=lambda each: each.__struct_config__.tag)
def test_every_event_names_its_match(event: type[Event]) -> None:
    """The topic is made of it."""
    assert "match_id" in event.__struct_fields__


@given(values_of(MatchCommanded) | values_of(TurnRevised))
def test_it_comes_through(event: MatchCommanded | TurnRevised) -> None:
    """A command within an event keeps its kind."""
    assert decode_journalled(encode_wire(event, {"seq": 1})) == event
