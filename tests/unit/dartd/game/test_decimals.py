"""Exact decimals with two places."""

from dartd.game.decimals import ratio, root


def test_ratios_are_rounded_half_up() -> None:
    """Half a hundredth goes up, and nothing is lost to binary fractions."""
    assert [ratio(1, 200), ratio(1, 201), ratio(3, 200), ratio(1002, 12), ratio(2, 3), ratio(0, 7)] == [
        "0.01", "0.00", "0.02", "83.50", "0.67", "0.00",
    ]  # fmt: skip
    assert ratio(10**30 + 1, 10**28) == "100.00"


def test_differences_can_be_negative() -> None:
    """A negative quotient has its sign before the whole."""
    assert [ratio(-5, 2), ratio(-1, 4), ratio(5, -2)] == ["-2.50", "-0.25", "-2.50"]


def test_without_a_denominator_there_is_no_figure() -> None:
    """Dividing by zero gives None."""
    assert ratio(5, 0) is None
    assert root(5, 0) is None


def test_roots_are_rounded_exactly() -> None:
    """The square root is rounded from its exact value, on both sides of half a hundredth."""
    assert [root(1600, 1), root(2, 1), root(0, 5), root(1, 40000)] == ["40.00", "1.41", "0.00", "0.01"]
    assert root(24999, 10**9) == "0.00"  # just below 0.005
    assert root(25000, 10**9) == "0.01"
