"""Halve-It: targets, halving, rounding."""

import pytest

from dartd.game.beds import bed_label
from dartd.game.halve_it import target_beds
from dartd.game.rounds import TargetScore
from dartd.game.rules import RulesError
from tests.support.matches import leg_of


@pytest.mark.parametrize(("target", "count", "example"), [
    ("15", 3, "T15"), ("D", 21, "BULL"), ("T", 20, "T1"), ("D17", 1, "D17"), ("25", 2, "BULL"), ("BULL", 1, "BULL"), ("ANY", 62, "S1"),
])  # fmt: skip
def test_a_target_is_a_set_of_beds(target: str, count: int, example: str) -> None:
    """A number in any ring, any double, any triple, a bed, either bull, the bull, or anything."""
    labels = {bed_label(bed) for bed in target_beds(target)}

    assert (len(labels), example in labels) == (count, True)


@pytest.mark.parametrize("target", ["X", "21", "MISS", "0"])
def test_what_is_no_target_is_refused(target: str) -> None:
    """A text that no dart can hit raises."""
    with pytest.raises(RulesError, match="no target"):
        target_beds(target)


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
