"""121: how far finishes go."""

from dartd.game.finishing import FinishScore
from tests.support.matches import leg_of

MISSES = ["MISS"] * 3


def test_a_success_leads_to_one_more() -> None:
    """The score is the highest finish."""
    leg = leg_of("121", "T20 11 BULL", "T20 T14 D10")

    assert leg.game.score(0) == FinishScore(points=122, target=123, remaining=123)
    assert not leg.finished


def test_a_failure_leads_to_the_same_or_less() -> None:
    """After the darts of the attempt it begins again."""
    assert leg_of("121", *MISSES).game.score(0) == FinishScore(points=0, target=121, remaining=121)
    assert leg_of("121", *MISSES, failure="one_less").game.score(0) == FinishScore(points=0, target=120, remaining=120)
    assert leg_of("121", "20", "20", darts=6).game.score(0) == FinishScore(points=0, target=121, remaining=121)


def test_rounds_may_be_limited() -> None:
    """Then the highest finish wins."""
    leg = leg_of("121", "T20 11 BULL", "20", sides=2, max_rounds=1)

    assert (leg.winner, leg.end) == (0, "max_rounds")
