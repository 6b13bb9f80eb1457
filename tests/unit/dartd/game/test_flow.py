"""Legs and sets: starters, winners, draws, two clear legs."""

from typing import Any

import msgspec
import pytest

from dartd.game.flow import Flow, Format, fold_legs
from dartd.game.rules import RulesError

WORLD_CHAMPIONSHIP = Format(sets=2, legs=3, two_clear="final_set", sudden_death_at=5)


def flow(form: dict[str, Any], winners: str, first: int = 0, sides: int = 2) -> Flow:
    """Return a match after legs with these winners: digits, or `-` for a drawn leg."""
    return fold_legs(msgspec.convert(form, Format), sides, [None if each == "-" else int(each) for each in winners], first)


@pytest.mark.parametrize(("form", "winners", "winner", "draw"), [
    ({}, "1", 1, False),
    ({"legs": 2}, "010", 0, False),
    ({"goal": "best_of", "legs": 5}, "00111", 1, False),
    ({"goal": "best_of", "legs": 6}, "010101", None, True),
    ({"goal": "fixed", "legs": 3}, "001", 0, False),
    ({"goal": "fixed", "legs": 2}, "01", None, True),
    ({"legs": 2, "two_clear": "all"}, "01010111", 1, False),
    ({"legs": 2, "two_clear": "all", "sudden_death_at": 3}, "0101010", 0, False),
    ({"legs": 1, "sets": 2}, "011", 1, False),
    ({"goal": "best_of", "legs": 3, "sets": 2}, "0011", None, True),
    ({"goal": "best_of", "legs": 2}, "-0", 0, False),
])  # fmt: skip
def test_a_match_ends_with_its_last_leg(form: dict[str, Any], winners: str, winner: int | None, draw: bool) -> None:  # noqa: FBT001
    """The match is decided by exactly these legs, and not before."""
    before, after = flow(form, winners[:-1]), flow(form, winners)

    assert not before.finished
    assert (after.finished, after.winner, after.draw) == (True, winner, draw)
    assert after.add(0) is None


def test_a_single_leg_is_the_match() -> None:
    """Without a winner it is a draw, or lost by the only side; a leg of several is played again."""
    drawn, lost = Flow(Format(), 2), Flow(Format(), 1)
    drawn.add(None)
    lost.add(None, lost=True)

    assert (drawn.finished, drawn.winner, drawn.draw) == (True, None, True)
    assert (lost.finished, lost.winner, lost.draw) == (True, None, False)
    assert not flow({"legs": 2}, "-").finished
    assert not flow({"legs": 1, "sets": 2}, "-").finished


def test_the_final_set_is_two_clear() -> None:
    """The World Championship plays the deciding set until two ahead, and at 5-5 one leg decides."""
    level = "000" + "111"
    final = level + "0101010101"

    assert not flow(msgspec.to_builtins(WORLD_CHAMPIONSHIP), level + "01010").finished
    assert flow(msgspec.to_builtins(WORLD_CHAMPIONSHIP), final).leg_number == 11
    assert flow(msgspec.to_builtins(WORLD_CHAMPIONSHIP), final + "0").winner == 0
    assert flow(msgspec.to_builtins(WORLD_CHAMPIONSHIP), level + "010100").winner == 0


def test_starters_alternate_by_leg_and_by_set() -> None:
    """Odd legs of odd sets belong to the first side, whatever the length of the sets."""
    played = flow({"legs": 2, "sets": 3}, "00" + "011" + "0")

    assert [row.starter for row in played.rows] == [0, 1, 1, 0, 1, 0]
    assert (played.set_number, played.leg_number, played.starter, played.legs, played.sets) == (3, 2, 1, [1, 0], [1, 1])
    assert [(row.set_winner, row.sets) for row in played.rows if row.ends_set] == [(0, (1, 0)), (1, (1, 1))]


@pytest.mark.parametrize(("start", "starters"), [("alternate", [1, 2, 0, 1]), ("winner", [1, 0, 0, 2]), ("loser", [1, 1, 1, 0])])
def test_the_next_starter_follows_the_format(start: str, starters: list[int]) -> None:
    """Three sides rotate; or the winner begins the next leg, or the side after the winner."""
    assert [row.starter for row in flow({"legs": 9, "start": start}, "0021", first=1, sides=3).rows] == starters


def test_a_level_match_can_be_broken() -> None:
    """With a tie-break the match goes on when it is level, and the next decision wins it."""
    level = flow({"goal": "best_of", "legs": 2, "tie": "shootout"}, "01")

    assert (level.finished, level.awaits_tie_break) == (False, True)
    level.add(None)
    assert level.awaits_tie_break
    level.add(1)
    assert (level.finished, level.winner, level.draw) == (True, 1, False)


def test_defaults_depend_on_sets() -> None:
    """A match without sets is one leg, a set is first to three; sets that can end level are refused."""
    assert Format().filled().legs == 1
    assert Format(sets=2).filled().legs == 3
    with pytest.raises(RulesError, match="can end level"):
        Format(goal="best_of", legs=4, sets=2).filled()
