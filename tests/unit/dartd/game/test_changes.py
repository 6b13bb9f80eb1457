"""What is published after a change of a match."""

from typing import Any

from dartd.game.changes import (
    LegEnded,
    LegResumed,
    MatchEnded,
    SetEnded,
    StatusChanged,
    TurnPassed,
    TurnUpdated,
    VisitAdded,
    VisitPosition,
    changes,
)
from dartd.game.flow import Format
from dartd.game.match import Match
from dartd.game.scoring import take_step, undo
from tests.support.matches import by_hand, corrected, on_board, started


def kinds(before: Match, after: Match, **how: Any) -> list[type[object]]:
    """Return the kinds of the changes."""
    return [type(change) for change in changes(before, after, **how)]


def test_each_counted_dart_changes_the_turn() -> None:
    """One change for a dart, none for a dart that does not count, one visit scored with the last."""
    one, two = on_board(started(), "20"), on_board(started(), "20 20")
    three, four = on_board(two, "20"), on_board(two, "20 20")

    assert kinds(one, two) == [TurnPassed]
    assert kinds(two, three) == [VisitAdded, TurnPassed]
    assert kinds(three, four) == []
    assert kinds(four, on_board(four, "/")) == [TurnPassed]


def test_a_game_shot_finishes_leg_set_and_match() -> None:
    """In this order, each once."""
    before = started({"start": 40}, format=Format(sets=1, legs=1))
    after = by_hand(before, "D20")
    found = changes(before, after)

    assert [type(change) for change in found] == [VisitAdded, LegEnded, SetEnded, MatchEnded, StatusChanged, TurnPassed]
    assert found[3] == MatchEnded(winner=0, draw=False)
    assert found[4] == StatusChanged(status="finished", previous_status="running")
    assert found[5] == TurnPassed(turn=None)


def test_a_correction_names_every_visit_that_changed() -> None:
    """Visits whose outcome is the same are not named."""
    before = by_hand(started({"start": 60}), "20 20", "5", "D10")
    after = corrected(before, "change", 1, 1, "1")
    found = changes(before, after, "revision")

    assert isinstance(found[0], TurnUpdated)
    assert found[0].changed == (VisitPosition(leg=0, visit=0), VisitPosition(leg=0, visit=2))
    assert [type(change) for change in found[1:]] == [LegResumed, StatusChanged]


def test_an_undo_across_a_leg_reopens_it() -> None:
    """The visit of the game shot is the one that changed."""
    before = by_hand(started({"start": 40}, legs=2), "D20")

    assert kinds(before, undo(before), cause="revision") == [TurnUpdated, LegResumed]


def test_steps_change_the_status_alone() -> None:
    """A pause changes no turn."""
    match = started()

    assert changes(match, take_step(match, "pause")) == [StatusChanged(status="paused", previous_status="running")]
    assert changes(match, match) == []
