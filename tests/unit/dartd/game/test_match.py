"""A match as a fold of its record: whose turn it is, which darts count, and that only changed legs are folded."""

import pytest

from dartd.game.flow import Format
from dartd.game.match import Match, counted_darts
from tests.support.matches import by_hand, corrected, on_board, rests, started


def test_sides_take_turns_and_players_of_a_side_rotate() -> None:
    """Sides follow each other; within a side the next player throws."""
    match = started(players=(1, 2))
    seen = []
    for _ in range(5):
        seen.append(match.on())
        match = by_hand(match, "20 20 20")

    assert seen == [(0, 0), (1, 0), (0, 0), (1, 1), (0, 0)]
    assert rests(match) == [321, 381]


def test_the_turn_passes_when_the_darts_are_taken() -> None:
    """After three darts the visit is scored, and the next side is on after the takeout."""
    match = on_board(started(), "20 20 20")

    assert match.on() == (0, 0)
    assert match.open_visit == (0, 0)
    assert on_board(match, "/").on() == (1, 0)


def test_each_dart_that_does_not_count_has_its_reason() -> None:
    """A fourth dart, darts after a bust and darts after the game shot are kept and not counted."""
    assert on_board(started(), "20 20 20 20").reasons(0, 0) == [None, None, None, "extra"]
    assert on_board(started({"start": 40}), "T20 D20").reasons(0, 0) == [None, "after_bust"]
    won = on_board(started({"start": 40}), "D20 D20")
    assert won.reasons(0, 0) == [None, "after_game_shot"]
    assert [dart.bed for dart in counted_darts(won, 0, 0)] == [82]


def test_the_next_leg_belongs_to_the_other_side() -> None:
    """When a leg is won and the darts are taken, the other side begins the next."""
    match = on_board(started({"start": 40}, legs=2), "D20 / 20")

    assert [(leg.leg_number, leg.starter) for leg in match.record.legs] == [(1, 0), (2, 1)]
    assert (match.on(), match.running_leg, match.status) == ((1, 0), 1, "running")
    assert on_board(match, "/ D20").status == "finished"


def test_a_match_is_folded_from_its_record_alone() -> None:
    """The record gives the same state without the matches before it, and an unchanged leg is not folded again."""
    match = by_hand(started({"start": 101}, legs=3), "T20 1 D20", "20 20 20")
    again = Match(match.setup, match.record)
    later = by_hand(match, "20")

    assert (again.on(), rests(again), again.status) == (match.on(), rests(match), match.status)
    assert later.folded[0] is match.folded[0]
    assert later.folded[1] is not match.folded[1]


def test_darts_of_a_leg_behind_a_reopened_one_do_not_count() -> None:
    """A game shot that is corrected makes the darts of the next leg void, and the side that threw stays with what it has."""
    match = by_hand(started({"start": 40}, legs=2, sign_by_next_leg=False), "D20", "20")
    reopened = corrected(match, "change", 1, 1, "20")

    assert reopened.counted == 1
    assert reopened.reasons(1, 0) == ["leg_reopened"]
    assert (reopened.on(), rests(reopened, 0)) == ((1, 0), [20, 40])


@pytest.mark.parametrize("mode", ["normal", "official"])
def test_the_bull_decides_who_begins(mode: str) -> None:
    """Before the first leg the sides throw for the bull in their order."""
    match = started(bull_off=mode)

    assert (match.phase, match.on()) == ("bull_off", (0, 0))


def test_a_level_match_is_a_draw() -> None:
    """Two legs each of best of two."""
    match = by_hand(started({"start": 40}, format=Format(goal="best_of", legs=2)), "D20", "D20")

    assert (match.status, match.flow.draw, match.flow.winner) == ("finished", True, None)
