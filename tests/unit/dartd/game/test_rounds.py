"""Games of rounds: the highest score wins, equal scores are a draw."""

import pytest

from dartd.game.count_up import CountUp, CountUpGame
from tests.support.matches import leg_of


@pytest.mark.parametrize(("visits", "winner", "draw"), [(("20", "T20"), 1, False), (("20", "20"), None, True), (("20",), None, False)])
def test_the_highest_score_wins_after_the_last_round(visits: tuple[str, ...], winner: int | None, draw: bool) -> None:  # noqa: FBT001
    """Every side completes the round before anything is decided."""
    leg = leg_of("count_up", *visits, sides=2, rounds=1)

    assert (leg.finished, leg.winner, leg.draw) == (len(visits) == 2, winner, draw)


def test_scores_begin_level() -> None:
    """Every side has the same start, and no visit."""
    game = CountUpGame(CountUp(), 3)

    assert (game.scores, game.played, game.totals(["A", "B", "C"])) == ([0] * 3, [0] * 3, {"scores": {"A": 0, "B": 0, "C": 0}})
