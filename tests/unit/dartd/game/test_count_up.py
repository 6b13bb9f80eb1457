"""Count-Up and free throwing."""

from dartd.game.catalog import new_game, read_options
from dartd.game.leg import Leg
from dartd.game.rounds import PointsScore
from dartd.game.rules import Total
from tests.support.matches import leg_of


def test_1440_is_the_most() -> None:
    """Eight visits of 180 complete a leg of Count-Up."""
    leg = leg_of("count_up", *["T20 T20 T20"] * 8)

    assert (leg.end, leg.winner, leg.game.totals(["A"])) == ("completed", 0, {"scores": {"A": 1440}})


def test_either_ring_of_a_fat_bull_counts_fifty() -> None:
    """With 50/50 the single bull scores as the bull."""
    assert leg_of("count_up", "25 BULL", bull="50/50").outcomes[0].points == 100


def test_totals_and_open_visits_count() -> None:
    """A total counts as darts do, and the score includes the visit that is open."""
    options = read_options({"game": "free"})
    leg = Leg(new_game(options, 1), options)
    leg.play_total(0, 0, Total(points=100))
    leg.play(0, 0, [83], passed=False)

    assert leg.game.score(0) == PointsScore(points=160)


def test_free_throwing_has_no_end() -> None:
    """It goes on until it is stopped, or the rounds that were asked for are over."""
    assert not leg_of("free", *["20 20 20"] * 50).finished
    assert leg_of("free", "20", max_rounds=1).end == "max_rounds"
