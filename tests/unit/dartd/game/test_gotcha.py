"""Gotcha: exactly to the goal, and others back to zero."""

from dartd.game.rounds import PointsScore
from tests.support.matches import leg_of


def test_reaching_a_score_sends_it_back() -> None:
    """The side whose score was reached begins again."""
    leg = leg_of("gotcha", "20", "10 10", sides=2)

    assert [leg.game.score(side) for side in (0, 1)] == [PointsScore(points=0), PointsScore(points=20)]
    assert leg.game.report(leg.outcomes[1], ["A", "B"])["caught"] == ["A"]


def test_the_goal_is_reached_exactly() -> None:
    """More is a bust; exactly wins at once."""
    assert leg_of("gotcha", "T20", goal=50).outcomes[0].bust
    leg = leg_of("gotcha", "20 20 10", goal=50)
    assert (leg.winner, leg.end) == (0, "goal")
