"""Totals of visits: the facts of darts arithmetic."""

import pytest

from dartd.game.beds import BULL, SINGLE_BULL
from dartd.game.rules import RulesError, Total
from dartd.game.totals import bed_values, check_total, finishes, possible_totals, satisfying


def test_nine_totals_cannot_be_thrown() -> None:
    """Of 0 to 180 these are impossible with three darts."""
    assert sorted(set(range(181)) - possible_totals(3, "25/50")) == [163, 166, 169, 172, 173, 175, 176, 178, 179]
    for points in (163, 179):
        with pytest.raises(RulesError, match=f"{points} cannot be thrown with 3 darts"):
            check_total(Total(points=points), "25/50")
    check_total(Total(points=180), "25/50")
    with pytest.raises(RulesError, match="61 cannot be thrown with 1 darts"):
        check_total(Total(points=61, darts_used=1), "25/50")


def test_rests_that_can_be_finished() -> None:
    """With double out 162 rests are finished with three darts and 102 with two; 170 is the highest."""
    doubles = satisfying("double", "25/50")

    assert len(finishes(3, doubles, "25/50")) == 162
    assert len(finishes(2, doubles, "25/50")) == 102
    assert sorted(set(range(2, 171)) - finishes(3, doubles, "25/50")) == [159, 162, 163, 165, 166, 168, 169]
    assert max(finishes(3, doubles, "25/50")) == 170


def test_either_ring_of_a_fat_bull_scores_fifty() -> None:
    """With 50/50 the single bull is worth what the bull is."""
    assert [bed_values("50/50")[code] for code in (SINGLE_BULL, BULL)] == [50, 50]
    assert [bed_values("25/50")[code] for code in (SINGLE_BULL, BULL)] == [25, 50]
