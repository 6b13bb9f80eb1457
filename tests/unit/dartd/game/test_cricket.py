"""Cricket: marks, points, the three modes, and who wins."""

from typing import Any

import pytest

from dartd.game.cricket import CricketScore
from dartd.game.rules import RulesError
from tests.support.matches import leg_of

CLOSING = ("T20 T19 T18", "T17 T16 T15", "BULL 25")


def test_eight_darts_close_everything() -> None:
    """One side alone needs eight darts, with 21 marks and no points."""
    leg = leg_of("cricket", *CLOSING)

    assert (leg.finished, leg.winner, leg.end) == (True, 0, "closed")
    assert leg.game.totals(["A"]) == {"points": {"A": 0}, "marks_total": {"A": 21}, "mpr": {"A": "7.88"}}
    assert [outcome.closed for outcome in leg.outcomes] == [(20, 19, 18), (17, 16, 15), (25,)]


def test_marks_beyond_the_third_score_while_another_side_is_open() -> None:
    """One dart may close and score; once all have closed the number it is dead."""
    leg = leg_of("cricket", "20 D20 T20", "T20 20", "T20", sides=2)

    assert leg.game.score(0) == CricketScore(marks={"20": 3, "19": 0, "18": 0, "17": 0, "16": 0, "15": 0, "25": 0}, points=60)
    assert [outcome.marks for outcome in leg.outcomes] == [6, 3, 0]


@pytest.mark.parametrize(("mode", "points", "marks"), [("standard", [20, 0], 4), ("cut_throat", [0, 20], 4), ("no_score", [0, 0], 3)])
def test_points_go_where_the_mode_says(mode: str, points: list[int], marks: int) -> None:
    """To oneself, to the others, or nowhere; marks that neither close nor score are not effective."""
    leg = leg_of("cricket", "T20 20", sides=2, mode=mode)

    assert [leg.game.score(side).points for side in (0, 1)] == points  # type: ignore[attr-defined]  # of Cricket
    assert leg.outcomes[0].marks == marks


def test_closed_but_behind_plays_on() -> None:
    """All numbers closed with fewer points does not win; equal points do."""
    short: dict[str, Any] = {"numbers": [20, 19], "sides": 2}

    assert not leg_of("cricket", "T20 20", "T20 T19", **short).finished
    assert leg_of("cricket", "T20", "T20 T19", **short).winner == 1
    assert leg_of("cricket", "T20 20", "T20 T19", mode="cut_throat", **short).finished is False


def test_a_miss_wins_when_others_got_points_since() -> None:
    """In cut-throat: the first side has closed everything and is behind the third, until the second gives that one points."""
    visits = ("MISS", "MISS", "T20 20", "T20 T19", "T19 19 19", "MISS")

    leg = leg_of("cricket", *visits, "MISS", sides=3, mode="cut_throat", numbers=(20, 19))
    before = leg_of("cricket", *visits, sides=3, mode="cut_throat", numbers=(20, 19))

    assert (before.finished, leg.finished, leg.winner, leg.outcomes[-1].won) == (False, True, 0, True)


def test_rounds_are_decided_by_points_and_marks() -> None:
    """Most points win, fewest in cut-throat, and equal points are decided by marks."""
    assert leg_of("cricket", "T20 20", "T19", sides=2, max_rounds=1).winner == 0
    assert leg_of("cricket", "T20", "T19 19", sides=2, max_rounds=1, mode="cut_throat").winner == 1
    assert leg_of("cricket", "T20", "T19 18", sides=2, max_rounds=1).winner == 1
    level = leg_of("cricket", "T20", "T19", sides=2, max_rounds=1)
    assert level.awaits_bull


def test_tactics_has_more_numbers() -> None:
    """Tactics is 10 to 20 and the bull; numbers may be any, each once."""
    assert list(leg_of("cricket", tactics=True).game.score(0).marks) == [*map(str, range(20, 9, -1)), "25"]  # type: ignore[attr-defined]  # of Cricket
    for numbers in ([20, 20], [21]):
        with pytest.raises(RulesError, match="numbers"):
            leg_of("cricket", numbers=numbers)
