"""Around the Clock: targets, modes, hits, and multipliers."""

import pytest

from dartd.game.around_the_clock import AroundTheClock, ClockScore, Mode, clock_targets, hitting_beds
from dartd.game.beds import bed_label
from dartd.game.rules import RulesError
from tests.support.matches import leg_of


def test_twenty_one_darts_are_the_best() -> None:
    """Each dart at its target, in seven visits."""
    darts = [*map(str, range(1, 21)), "25"]
    leg = leg_of("around_the_clock", *(" ".join(darts[at : at + 3]) for at in range(0, 21, 3)))

    assert (leg.winner, leg.end) == (0, "completed")
    assert leg.game.totals(["A"]) == {"progress": {"A": 21}, "darts": {"A": 21}}
    assert leg.game.score(0) == ClockScore(target=None, progress=21)


@pytest.mark.parametrize(("mode", "target", "labels"), [
    ("full", 5, {"S5", "D5", "T5"}), ("single", 5, {"S5"}), ("double", 5, {"D5"}), ("triple", 5, {"T5"}),
    ("full", 25, {"25", "BULL"}), ("single", 25, {"25", "BULL"}), ("outer_single", 25, {"25"}), ("triple", 25, {"BULL"}),
])  # fmt: skip
def test_a_mode_says_which_beds_hit(mode: Mode, target: int, labels: set[str]) -> None:
    """Rings of the target, and which ring of the bull."""
    assert {bed_label(bed) for bed in hitting_beds(target, mode)} == labels


def test_the_inner_single_is_not_the_outer_one() -> None:
    """Only `outer_single` distinguishes them."""
    assert leg_of("around_the_clock", "I1").game.score(0) == ClockScore(target=2, progress=1)
    assert leg_of("around_the_clock", "I1", mode="outer_single").game.score(0) == ClockScore(target=1, progress=0)


def test_multipliers_never_lead_past_the_last_target() -> None:
    """A triple moves on by three, and the last target is hit itself."""
    assert leg_of("around_the_clock", "T1 D4", multiplier_advance=True).game.score(0) == ClockScore(target=6, progress=5)
    leg = leg_of("around_the_clock", "T19 BULL", targets=[19, 20, 25], multiplier_advance=True)
    assert leg.winner == 0


def test_a_target_may_need_several_hits() -> None:
    """Three hits lead on."""
    assert leg_of("around_the_clock", "1 T1 MISS", hits=3).game.score(0) == ClockScore(target=1, progress=0)
    assert leg_of("around_the_clock", "1 T1 1", hits=3).game.score(0) == ClockScore(target=2, progress=1)


def test_the_furthest_wins_after_the_rounds() -> None:
    """Equal progress is a draw."""
    assert leg_of("around_the_clock", "1 2", "1", sides=2, max_rounds=1).winner == 0
    assert leg_of("around_the_clock", "1", "1", sides=2, max_rounds=1).draw


def test_orders_of_targets() -> None:
    """Rising, falling, without the bull; a random order must be drawn before."""
    assert clock_targets(AroundTheClock(order="20-1-bull"))[:2] == [20, 19]
    assert clock_targets(AroundTheClock(bull=False))[-1] == clock_targets(AroundTheClock(bull_last=False))[-1] == 20
    with pytest.raises(RulesError, match="drawn"):
        leg_of("around_the_clock", order="random")
    with pytest.raises(RulesError, match="targets"):
        leg_of("around_the_clock", targets=[21])
