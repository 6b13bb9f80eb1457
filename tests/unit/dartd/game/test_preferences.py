"""Preferences of a player."""

from dartd.game.beds import read_bed
from dartd.game.preferences import NO_PREFERENCES, Preferences, read_preferences


def test_preferences_are_values() -> None:
    """Equal preferences are the same key of a table."""
    assert Preferences() == NO_PREFERENCES
    assert len({Preferences(preferred_doubles=(66,)), Preferences(preferred_doubles=(66,)), NO_PREFERENCES}) == 2


def test_preferences_of_a_profile() -> None:
    """Beds are codes; what is none, and a profile without any, is left out."""
    written = {"preferred_doubles": ["D16", "BULL", "nonsense"], "avoid_bull": True}

    assert read_preferences(written) == Preferences(preferred_doubles=(read_bed("D16"), read_bed("BULL")), avoid_bull=True)
    assert read_preferences({}) == NO_PREFERENCES
