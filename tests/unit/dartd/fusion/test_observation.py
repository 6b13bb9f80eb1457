"""Tests of what the cameras together say happened."""

import msgspec
import pytest
from hypothesis import given, settings

from dartd.fusion.observation import LocatedDart, Observation, OngoingMotion
from tests.support.board import landing
from tests.support.values import values_of


def test_an_observation_says_nothing_by_itself() -> None:
    """By default nothing came, went or moved, there is no hand, and it is unknown whether the board is empty."""
    seen = Observation(at_s=1.0, started_s=0.5, settled_s=0.9)

    assert (seen.darts, seen.gone, seen.moved) == ((), (), ())
    assert (seen.hand, seen.unlocalised, seen.flight) == (False, False, False)
    assert seen.empty is None


@settings(max_examples=25, deadline=None)
@given(values_of(LocatedDart))
def test_a_landing_survives_being_written(one: LocatedDart) -> None:
    """A landing written as JSON and read again is the same landing."""
    assert msgspec.json.decode(msgspec.json.encode(one), type=LocatedDart) == one


def test_observations_are_values() -> None:
    """What is seen cannot be altered afterwards, and the same is equal to the same."""
    moving = OngoingMotion(at_s=1.0, hand=False)

    assert moving == OngoingMotion(at_s=1.0, hand=False)
    assert landing("T20") == landing("T20")
    with pytest.raises(AttributeError):
        moving.hand = True  # type: ignore[misc]  # that is the point
