"""Bob's 27: its highest score, and how it is lost."""

from dartd.game.rounds import TargetScore
from tests.support.matches import leg_of


def test_1437_is_the_most() -> None:
    """Three hits in every round."""
    rounds = [*(f"D{number} D{number} D{number}" for number in range(1, 21)), "BULL BULL BULL"]
    leg = leg_of("bobs_27", *rounds)

    assert (leg.end, leg.winner, leg.game.totals(["A"])) == ("completed", 0, {"scores": {"A": 1437}})
    assert leg_of("bobs_27", *rounds[:20], bull=False).finished


def test_only_the_exact_double_hits() -> None:
    """No hit takes the value of the double once, however many darts missed; the single bull is a miss."""
    assert leg_of("bobs_27", "1 T1 D2").game.score(0) == TargetScore(points=25, target="D2")
    assert leg_of("bobs_27", "D1 1 1").game.score(0) == TargetScore(points=29, target="D2")


def test_a_side_without_score_is_out() -> None:
    """One side alone that is out has lost; with others the highest who completed, else the furthest, wins."""
    misses = ["MISS MISS MISS"] * 5
    alone = leg_of("bobs_27", *misses)
    assert (alone.finished, alone.winner, alone.draw, alone.end) == (True, None, False, "out")

    visits = [visit for number in range(1, 6) for visit in (f"D{number}" if number == 1 else "MISS", "MISS")]
    both = leg_of("bobs_27", *visits, "MISS", sides=2)
    assert (both.winner, both.end) == (0, "out")
    assert not leg_of("bobs_27", *misses, allow_negative=True).finished
