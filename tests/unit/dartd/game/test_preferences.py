"""Preferences of a player."""

from dartd.game.preferences import NO_PREFERENCES, Preferences


def test_preferences_are_values() -> None:
    """Equal preferences are the same key of a table."""
    assert Preferences() == NO_PREFERENCES
    assert len({Preferences(preferred_doubles=(66,)), Preferences(preferred_doubles=(66,)), NO_PREFERENCES}) == 2
