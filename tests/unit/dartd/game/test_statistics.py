"""The figures of the rules' examples, and that adding up is exact."""

import pytest

from dartd.game.beds import read_beds
from dartd.game.flow import Format, fold_legs
from dartd.game.leg import Leg
from dartd.game.rules import VisitOutcome
from dartd.game.statistics import Figures, add_up, count_leg, count_match, marks_written, written
from dartd.game.x01 import X01, X01Game


def figures_of(start: int, *visits: str) -> Figures:
    """Return the figures of one player alone in a leg."""
    options = X01(start=start)
    leg = Leg(X01Game(options, 1), options)
    for visit in visits:
        leg.play(0, 0, read_beds(visit.split()))
    return count_leg(leg, [(0, 0)], starts=(start,))[0, 0]


def test_the_winning_visit_counts_the_darts_used() -> None:
    """A leg of seven visits, won with the second dart of the last, has 20 darts."""
    won = figures_of(501, "T20 20 20", "T20 20 1", "20 20 20", "T19 20 1", "20 20 20", "T20 20 20", "MISS D11")

    assert won.darts == 20
    assert written(won)["average"] == "75.15"
    assert (won.best_legs, won.highest_checkout, won.checkouts) == ({501: 20}, 22, 1)


def test_averages_are_sums_over_sums() -> None:
    """Two legs give Σ points / Σ darts, never the mean of two averages."""
    total = add_up([Figures(points=501, darts=15), Figures(points=501, darts=21)])

    assert written(total)["average"] == "83.50"


def test_adding_up_loses_nothing() -> None:
    """Counts are summed, the highest and the best are kept, and nothing gives nothing."""
    one = Figures(points=60, darts=3, highest_visit=60, highest_checkout=40, best_legs={501: 20, 301: 12})
    other = Figures(points=100, darts=3, highest_visit=100, best_legs={501: 18})

    assert add_up([one, other]) == Figures(points=160, darts=6, highest_visit=100, highest_checkout=40, best_legs={501: 18, 301: 12})
    assert add_up([]) == Figures()
    assert one.best_legs == {501: 20, 301: 12}


@pytest.mark.parametrize(("points", "darts", "first9"), [((180, 121), 6, "150.50"), ((180, 180, 100), 9, "153.33")])
def test_first_nine(points: tuple[int, ...], darts: int, first9: str) -> None:
    """The first three visits of a leg count, with their darts."""
    assert written(Figures(first9_points=sum(points), first9_darts=darts))["first9"] == first9


def test_attempts_add_up_over_visits() -> None:
    """Three darts at a finish that miss, and one that hits, are a checkout rate of a quarter."""
    own = figures_of(40, "20 10 MISS", "D5")

    assert (own.checkout_attempts, own.checkouts) == (4, 1)
    assert written(own)["checkout_pct"] == "25.00"


def test_visits_are_sorted_into_ranges() -> None:
    """Ranges exclude each other, and a bust is 0."""
    own = figures_of(1001, "20 20 20", "T20 20 19", "T20 20 20", "T20 T20 19", "T20 T20 20", "T20 T20 T20")

    assert (own.n60, own.n100, own.n140, own.n180) == (2, 2, 1, 1)
    assert figures_of(40, "T20 5").busts == 1
    assert (figures_of(40, "T20 5").darts, figures_of(40, "T20 5").thrown, figures_of(40, "T20 5").points) == (3, 2, 0)


def test_consistency_is_that_of_a_sample() -> None:
    """Mean, sample deviation and their quotient of 60, 100 and 140."""
    options = X01()
    leg = Leg(X01Game(options, 1), options)
    for visit in ("20 20 20", "T20 20 20", "T20 T20 20"):
        leg.play(0, 0, read_beds(visit.split()))
    answer = written(count_leg(leg, [(0, 0)])[0, 0])

    assert (answer["visit_mean"], answer["visit_sd"], answer["visit_mean_over_sd"]) == ("100.00", "40.00", "2.50")


def test_marks_have_their_own_figures() -> None:
    """In a game of marks no points are counted, and darts count as in averages."""
    options = X01()
    leg = Leg(X01Game(options, 1), options)
    leg.outcomes = [VisitOutcome(side=0, thrower=0, used=3, marks=9), VisitOutcome(side=0, thrower=0, used=2, marks=4, won=True)]
    own = count_leg(leg, [(0, 0)], marks=True)[0, 0]

    assert (own.marks, own.marks_darts, own.points, own.darts) == (13, 5, 0, 0)
    assert marks_written(own) == {"mpr": "7.80", "first9_mpr": "7.80"}
    assert marks_written(Figures(marks=22, marks_darts=8))["mpr"] == "8.25"


def test_matches_and_sets_are_counted_when_they_end() -> None:
    """Each side has what it played and what it won."""
    flow = fold_legs(Format(legs=1, sets=2), 2, [0, 1, 1])

    assert [(own.sets, own.sets_won, own.matches, own.matches_won) for own in count_match(flow)] == [(3, 1, 1, 0), (3, 2, 1, 1)]
    assert [own.matches for own in count_match(fold_legs(Format(legs=2), 2, [0]))] == [0, 0]


def test_without_darts_there_are_no_rates() -> None:
    """Nothing thrown gives null rates."""
    answer = written(Figures())

    assert {answer[name] for name in ("average", "first9", "checkout_pct", "visit_mean", "visit_sd", "best_leg")} == {None}


def test_a_leg_that_ends_level_has_no_checkout() -> None:
    """With equal turns both sides may finish; without a winner no checkout is counted."""
    options = X01(start=40, equal_turns=True)
    leg = Leg(X01Game(options, 2), options)
    leg.play(0, 0, read_beds(["D20"]))
    leg.play(1, 0, read_beds(["D20"]))
    leg.settle_draw()
    figures = count_leg(leg, [(0, 0), (1, 0)], starts=(40, 40))

    assert [(own.checkouts, own.legs_won, own.checkout_attempts) for own in figures.values()] == [(0, 0, 1), (0, 0, 1)]
