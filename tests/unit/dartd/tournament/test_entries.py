"""What may be entered into a tournament."""

import msgspec
import pytest

from dartd.errors import ConflictError
from dartd.game.rules import RulesError
from dartd.tournament.entries import check_change, entered_fixture
from tests.support.tournaments import make_fixture, make_tournament


def test_drawn_tournament_keeps_what_it_was_drawn_from() -> None:
    """Its name and the order of tie-breaks may change."""
    running = msgspec.structs.replace(make_tournament("knockout", 2), status="running")
    check_change(running, {"name": "Other", "tie_breaks": ["points"]})

    with pytest.raises(ConflictError, match="groups"):
        check_change(running, {"groups": 3})


def test_challenge_goes_up_two_places_at_most() -> None:
    """Of a ladder; elsewhere it is a play-off, and strangers are refused."""
    ladder, robin = make_tournament("ladder", 5), make_tournament("round_robin", 3)

    assert entered_fixture(make_fixture(4, 2), ladder, [], []).stage == "challenge"
    assert entered_fixture(make_fixture(1, 0), robin, [make_fixture(0, 1, position=7)], []).position == 8
    assert entered_fixture(make_fixture(1, 0, tournament_id=None), None, [], []).stage is None
    for wrong in (make_fixture(4, 1), make_fixture(1, 2), make_fixture(0, 7)):
        with pytest.raises(RulesError):
            entered_fixture(wrong, ladder, [], [])
