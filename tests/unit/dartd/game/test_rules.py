"""What all games have in common: options, and the best of several sides."""

import msgspec
import pytest

from dartd.game.beds import BULL, SINGLE_BULL
from dartd.game.rules import Game, RulesError, Total, VisitOutcome, best
from dartd.game.x01 import X01


def test_the_best_sides_are_all_that_are_level() -> None:
    """Equal values give several sides, and sides that are not asked for are left out."""
    assert best([3, 5, 5], [0, 1, 2]) == (1, 2)
    assert best([3, 5, 5], [0]) == (0,)
    assert best([3], []) == ()


def test_totals_have_bounds() -> None:
    """A total is at most 180 with one to three darts."""
    with pytest.raises(msgspec.ValidationError, match="180"):
        msgspec.convert({"points": 181}, Total)
    with pytest.raises(msgspec.ValidationError, match=r"\$.darts_used"):
        msgspec.convert({"points": 20, "darts_used": 4}, Total)


def test_a_game_says_what_it_cannot_do() -> None:
    """A game without totals refuses one; no side is out, and there is nothing to check out, unless the game says so."""
    game = Game(X01(bull="50/50"), 2)

    assert game.beds[SINGLE_BULL] == BULL
    assert not game.is_out(0)
    assert game.survivor() is None
    assert game.order([1, 0]) == [1, 0]
    assert game.checkouts(3) == []
    with pytest.raises(RulesError, match="needs the beds"):
        game.count_total(Total(points=60))


def test_an_outcome_begins_empty() -> None:
    """A visit without darts scores nothing and is no bust."""
    outcome = VisitOutcome(side=1, thrower=0)

    assert (outcome.used, outcome.points, outcome.bust, outcome.won, outcome.void) == (0, 0, False, False, False)
