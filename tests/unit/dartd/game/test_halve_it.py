"""Halve-It: targets, halving, rounding."""

import pytest

from dartd.game.rounds import TargetScore
from tests.support.matches import leg_of


@pytest.mark.parametrize(("rounding", "score"), [("up", 21), ("down", 20)])
def test_a_visit_without_a_hit_halves(rounding: str, score: int) -> None:
    """An odd score is rounded as the option says."""
    leg = leg_of("halve_it", "MISS", start=41, rounding=rounding)

    assert leg.game.score(0) == TargetScore(points=score, target="13")
    assert leg.game.report(leg.outcomes[0], ["A"]) == {"points": 0, "halved": True, "score": score}


def test_hits_add_their_points() -> None:
    """Every hit counts with its multiplier; a preset has its own start and targets."""
    assert leg_of("halve_it", "12 T12 5").game.score(0) == TargetScore(points=48, target="13")
    assert leg_of("halve_it", "15", preset="split_score").game.score(0) == TargetScore(points=75, target="16")
    assert leg_of("halve_it", "20", "5", targets=["20", "D"]).end == "completed"
