"""Round the World."""

from dartd.game.rounds import TargetScore
from tests.support.matches import leg_of


def test_multipliers_count() -> None:
    """Single, double and triple of the number count 1, 2 and 3, whatever the number; the bull 1 and 2."""
    assert leg_of("round_the_world", "1 D1 T1", "1 2").game.score(0) == TargetScore(points=7, target="3")
    rounds = [*(f"T{number} T{number} T{number}" for number in range(1, 21)), "BULL BULL BULL"]
    leg = leg_of("round_the_world", *rounds)
    assert (leg.end, leg.game.totals(["A"])) == ("completed", {"scores": {"A": 186}})
