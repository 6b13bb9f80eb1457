"""Random Checkout: rests that were drawn."""

import pytest

from dartd.game.random_checkout import RandomCheckout
from dartd.game.rules import RulesError
from tests.support.matches import leg_of


def test_each_rest_has_three_darts() -> None:
    """The score counts the finishes."""
    leg = leg_of("random_checkout", "T20 T20 BULL", "20 20", rests=[170, 50])

    assert (leg.end, leg.winner, leg.game.totals(["A"])) == ("completed", 0, {"scores": {"A": 1}})


def test_bogeys_are_not_drawn() -> None:
    """The pool has finishes only; a range without one, a bogey, and no draw are refused."""
    assert len(RandomCheckout().pool()) == 130 - 7
    with pytest.raises(RulesError, match="can be finished"):
        RandomCheckout(lowest=168, highest=169).pool()
    with pytest.raises(RulesError, match="drawn"):
        leg_of("random_checkout")
    with pytest.raises(RulesError, match="rests"):
        leg_of("random_checkout", rests=[169])
