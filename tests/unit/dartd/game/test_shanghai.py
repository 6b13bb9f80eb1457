"""Shanghai: one number a round, and single, double and triple of it."""

import pytest

from dartd.game.rounds import TargetScore
from dartd.game.rules import RulesError
from tests.support.matches import leg_of


def test_a_shanghai_wins_at_once() -> None:
    """In any order; without `instant_win` it only scores."""
    leg = leg_of("shanghai", "T1 1 D1", sides=2)

    assert (leg.winner, leg.end) == (0, "shanghai")
    assert leg.game.report(leg.outcomes[0], ["A", "B"]) == {"points": 6, "shanghai": True, "score": 6}
    assert not leg_of("shanghai", "T1 1 D1", sides=2, instant_win=False).finished


def test_only_the_number_of_the_round_scores() -> None:
    """The number rises with each visit; after the last round the highest wins."""
    leg = leg_of("shanghai", "1 20 20", "T1", "T2 2", "D1", sides=2, to=2)

    assert (leg.winner, leg.end, leg.game.totals(["A", "B"])) == (0, "completed", {"scores": {"A": 9, "B": 3}})
    assert leg_of("shanghai", "1").game.score(0) == TargetScore(points=1, target="2")


def test_a_round_at_the_bull() -> None:
    """The bull may be the last round, and an empty range is refused."""
    assert leg_of("shanghai", "20", "25 BULL", to=20, bull_round=True, **{"from": 20}).game.totals(["A"]) == {"scores": {"A": 95}}
    with pytest.raises(RulesError, match=r"\$.to"):
        leg_of("shanghai", to=3, **{"from": 9})
