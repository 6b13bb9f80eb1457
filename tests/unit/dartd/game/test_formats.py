"""The formats that are built in."""

import pytest

from dartd.game.formats import BUILTIN, BuiltinFormat, search
from dartd.game.record import MatchSetup


@pytest.mark.parametrize("entry", BUILTIN, ids=lambda entry: entry.format_id)
def test_every_format_can_be_played(entry: BuiltinFormat) -> None:
    """With the fewest sides that it allows, and with ids and names of its own."""
    sides = (entry.sides.team_size or 1,) * entry.sides.min

    assert MatchSetup(options=entry.rules, format=entry.format, sides=sides).sides == sides
    assert entry.builtin
    assert sum(other.format_id == entry.format_id or other.name == entry.name for other in BUILTIN) == 1


def test_formats_are_found_by_any_of_their_texts() -> None:
    """By name, description, tags, game and start score; all words must be found."""
    assert [entry.format_id for entry in search("championship")] == ["world-championship"]
    assert [entry.format_id for entry in search("701")] == ["701-doubles"]
    assert {entry.game for entry in search("CRICKET")} == {"cricket"}
    assert [entry.format_id for entry in search("league bull")] == ["501-league-bull"]
    assert search("snooker") == []
    assert len(search("")) == len(BUILTIN) == 23
