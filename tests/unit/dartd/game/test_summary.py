"""Statistics over legs as they are stored."""

from typing import Any

from dartd.game.accuracy import TargetDarts
from dartd.game.beds import read_bed
from dartd.game.grouping import group
from dartd.game.statistics import Figures
from dartd.game.summary import LegSums, SummarisedLeg, chosen_figures, summary


def leg(game: str = "x01", number: int = 1, *, sums: LegSums | None = None, **figures: Any) -> SummarisedLeg:
    """Return a leg."""
    counts = Figures(legs=int(number > 0), **figures)
    return SummarisedLeg(match_id="m", set_number=1, leg_number=number, at_s=1.0, game=game, figures=counts, sums=sums or LegSums())


def test_sums_are_never_means_of_means() -> None:
    """Two legs of 501 in 20 and 16 darts have an average of 83.50."""
    answer = summary([leg(points=501, darts=20), leg(points=501, darts=16)])

    assert (answer["average"], answer["legs"], answer["form"]["average"]) == ("83.50", 2, "83.50")


def test_beds_targets_and_grouping_are_pooled() -> None:
    """As the definitions say: 8 of 16 at the double, and the example of the grouping."""
    sums = LegSums(
        beds={read_bed("T20"): 3, read_bed("D8"): 1},
        targets={"D8": TargetDarts(darts=2, hits=1, single=1)},
        visits=[60, 100, 140],
        grouping=group([(0.0, 0.0), (3.0, 0.0), (0.0, 4.0)]),
    )
    figures: dict[str, Any] = {"visits": 3, "points": 300, "darts": 9, "squares": 60**2 + 100**2 + 140**2}
    answer = summary([leg(sums=sums, **figures), leg(sums=sums, **figures)])

    assert answer["beds"]["beds"]["T20"] == {"hits": 6, "share": "75.00"}
    assert (answer["beds"]["targets"]["D8"]["darts"], answer["beds"]["targets"]["D8"]["rate"]) == (4, "50.00")
    assert (round(answer["grouping"]["mean_radius"], 4), answer["grouping"]["darts"]) == (2.3061, 6)
    assert answer["consistency"]["visit_mean"] == "100.00"


def test_averages_without_a_game_are_of_games_that_score() -> None:
    """A round of Killer scores nothing and must not lower an average; asked for alone, a game has its own."""
    killer = leg("killer", points=0, darts=30, legs_won=1)

    assert chosen_figures(killer, None) == Figures(legs=1, legs_won=1)
    assert chosen_figures(killer, "killer").darts == 30
    assert summary([leg(points=501, darts=20), killer])["average"] == "75.15"
    assert summary([leg(points=501, darts=20), killer])["legs_won"] == 1


def test_the_match_itself_is_no_leg() -> None:
    """It has sets and matches."""
    match = leg(number=0, matches=1, matches_won=1)

    assert (match.is_leg, summary([match])["matches_won"], summary([match])["legs"]) == (False, 1, 0)
