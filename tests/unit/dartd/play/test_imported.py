"""Results of elsewhere as matches."""

import json
from typing import Any

import pytest

from dartd.game.rules import RulesError
from dartd.play.imported import events_of_result, play_result, read_result
from schemas.events import MatchImported, StatisticsUpdated

AT = "2020-02-03T00:00:00.000Z"


def case(**fields: Any) -> bytes:
    """Return a leg of 101 that A wins."""
    visits = [{"player": "A", "darts": ["T20", "1", "20"]}, {"player": "B", "points": 60}, {"player": "A", "darts": ["D9"]}]
    return json.dumps({"players": ["A", "B"], "rules": {"start": 101}, "visits": visits, **fields}).encode()


def test_corrections_are_applied_before() -> None:
    """A leg is a match of one leg."""
    result = read_result(case(corrections=[{"op": "change", "visit": 3, "dart": 1, "to": "D10"}]))
    played = play_result(result, "i_1", ["ann", None], AT)
    imported, *updates = events_of_result(played, AT)

    assert (played.match.status, played.match.flow.winner) == ("finished", 0)
    assert isinstance(imported, MatchImported)
    assert (imported.match.sides[1].name, imported.match.finished_at) == ("B", AT)
    assert [(each.player_id, each.played_at) for each in updates if isinstance(each, StatisticsUpdated)] == [("ann", AT)]


def test_a_match_that_was_not_finished_was_stopped() -> None:
    """It has no winner."""
    played = play_result(read_result(case()), "i_1", [None, None], AT)

    assert (played.match.status, played.match.flow.winner) == ("stopped", None)


def test_legs_of_different_rules_are_no_match() -> None:
    """They are matches of their own."""
    legs = [{"rules": {"start": start}, "visits": [{"player": "A", "points": 60}]} for start in (301, 501)]
    result = read_result(json.dumps({"kind": "match", "players": ["A"], "legs": legs}).encode())

    with pytest.raises(RulesError, match="different rules"):
        play_result(result, "i_1", [None], AT)
