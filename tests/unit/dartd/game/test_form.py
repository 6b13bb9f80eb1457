"""Form, slumps, and comparisons."""

import pytest

from dartd.game.form import LEVELS, difference, form, longest_slump, rates_of, rates_of_level
from dartd.game.statistics import Figures


def test_form_is_the_last_ten_legs() -> None:
    """Their average, and how much it is above that of the ten before."""
    legs = [Figures(points=501, darts=30)] * 10 + [Figures(points=501, darts=20)] * 10

    assert form([Figures(points=1, darts=3), *legs]) == {"average": "75.15", "difference": "25.05"}
    assert form(legs[-3:]) == {"average": "75.15", "difference": None}
    assert form([]) == {"average": None, "difference": None}


def test_a_slump_is_a_run_below_the_average() -> None:
    """Ten visits make a rolling average; equal to the average is no slump."""
    assert longest_slump([60] * 30) == 0
    assert longest_slump([100] * 10 + [20] * 10 + [100] * 10) == 13
    assert longest_slump([20, 100]) == 0


def test_figures_are_compared_exactly() -> None:
    """Differences are rounded once, and null where one side has no rate."""
    own, other = Figures(points=501, darts=20), Figures(points=433, darts=18)

    assert difference(rates_of(own), rates_of(other)) == {"average": "2.98", "first9": None, "checkout_pct": None}


@pytest.mark.parametrize("level", LEVELS)
def test_levels_have_every_rate(level: str) -> None:
    """A named level can be compared with any player."""
    rates = rates_of_level(level)

    assert set(difference(rates, rates).values()) == {"0.00"}
    with pytest.raises(KeyError):
        rates_of_level("none")
