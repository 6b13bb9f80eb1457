"""The statuses of a fixture."""

from itertools import product

import pytest

from dartd.errors import ConflictError
from dartd.tournament.steps import check_step, is_complete, is_open
from schemas.tournament import FixtureSide, FixtureStatus
from tests.support.tournaments import make_fixture

_ALL: tuple[FixtureStatus, ...] = ("scheduled", "called", "playing", "finished")
_ALLOWED = {("scheduled", "called"), ("called", "playing"), ("called", "scheduled"), ("playing", "called")}


def _is_allowed(before: FixtureStatus, after: FixtureStatus, **given: bool) -> bool:
    try:
        check_step(make_fixture(0, 1, status=before), after, **given)
    except ConflictError:
        return False
    return True


def test_only_single_steps_are_taken() -> None:
    """One step forward or back; a match finishes a fixture, and a walkover any that is not finished."""
    steps = {(before, after) for before, after in product(_ALL, _ALL) if _is_allowed(before, after)}
    walkovers = {(before, after) for before, after in product(_ALL, _ALL) if _is_allowed(before, after, walkover=True)}

    assert steps == _ALLOWED
    assert walkovers == {(before, "finished") for before in _ALL[:3]}
    assert not _is_allowed("playing", "called", counted=True)


def test_fixture_without_players_is_not_called() -> None:
    """Its seats wait for results."""
    waiting = make_fixture(sides=(FixtureSide(side=0), FixtureSide(side=1)))

    assert (is_complete(waiting), is_open(waiting), is_open(make_fixture(0, 1, status="playing"))) == (False, True, False)
    with pytest.raises(ConflictError, match="not known"):
        check_step(waiting, "called")
