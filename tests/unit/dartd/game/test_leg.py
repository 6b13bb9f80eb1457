"""A leg: which darts count, and when it ends."""

import pytest

from dartd.game.beds import read_beds
from dartd.game.leg import Leg
from dartd.game.rules import RulesError, Total
from dartd.game.x01 import X01, X01Game


def leg_of(options: X01, sides: int = 2, bull_winner: int | None = None) -> Leg:
    """Return a leg of X01 at its start."""
    return Leg(X01Game(options, sides), options, bull_winner=bull_winner)


def test_a_visit_has_three_darts() -> None:
    """The fourth dart is ignored; a visit that is passed early is complete; an open one waits for more."""
    leg = leg_of(X01())

    four = leg.play(0, 0, read_beds(["20", "20", "20", "20"]))
    assert (four.used, four.ignored, four.points) == (3, 1, 60)
    assert leg.play(1, 0, read_beds(["20"])).points == 20
    opened = leg.play(0, 0, read_beds(["20"]), passed=False)
    assert leg.running is opened
    assert leg.closed == [1, 1]


def test_darts_after_the_leg_are_ignored() -> None:
    """The first side to reach zero wins at once; whatever is thrown later is void."""
    leg = leg_of(X01(start=40))
    leg.play(0, 0, read_beds(["D20", "20"]))
    late = leg.play(1, 0, read_beds(["D20"]))

    assert (leg.winner, leg.end) == (0, "checkout")
    assert (late.void, late.used, late.ignored) == (True, 0, 1)
    assert leg.play_total(1, 0, Total(points=40)).void


def test_equal_turns_let_the_others_answer() -> None:
    """With equal turns the sides that threw less complete the round; one winner wins, two throw for the bull."""
    options = X01(start=40, equal_turns=True)
    leg = leg_of(options)
    leg.play(0, 0, read_beds(["D20"]))

    assert not leg.finished
    assert not leg.is_in_play(0)
    leg.play(1, 0, read_beds(["20"]))
    assert (leg.winner, leg.end) == (0, "checkout")

    level = leg_of(options)
    level.play(0, 0, read_beds(["D20"]))
    level.play(1, 0, read_beds(["D20"]))
    assert level.awaits_bull
    level.settle_bull(1)
    assert (level.finished, level.winner, level.draw) == (True, 1, False)


@pytest.mark.parametrize(("bull_winner", "winner", "draw"), [(1, 1, False), (None, None, True)])
def test_level_sides_throw_for_the_bull(bull_winner: int | None, winner: int | None, draw: bool) -> None:  # noqa: FBT001
    """Equal rests after the last round are decided by the bull; where none is thrown it is a draw."""
    leg = leg_of(X01(max_rounds=1), bull_winner=bull_winner)
    leg.play(0, 0, read_beds(["20"]))
    leg.play(1, 0, read_beds(["20"]))
    leg.settle_draw()

    assert (leg.finished, leg.winner, leg.draw, leg.end) == (True, winner, draw, "max_rounds")


def test_darts_at_double_must_be_possible() -> None:
    """A total cannot have more darts at double than darts, and a checkout has at least one."""
    with pytest.raises(RulesError, match="darts_at_double"):
        leg_of(X01()).play_total(0, 0, Total(points=20, darts_used=1, darts_at_double=2))
    with pytest.raises(RulesError, match="darts_at_double"):
        leg_of(X01(start=40)).play_total(0, 0, Total(points=40, darts_at_double=0))
