"""A match with its players."""

import msgspec

from dartd.game.scoring import take_step
from dartd.play.played_match import StoredMatch, restored
from tests.support.play import create, played


def test_it_comes_back_as_it_was_stored() -> None:
    """Players, rules and what was thrown."""
    match = played(create(start=301))
    begun = match.with_match(take_step(match.match, "start"))
    again = restored(msgspec.json.decode(msgspec.json.encode(begun.stored()), type=StoredMatch))

    assert (again.info, again.match.setup, again.match.record) == (begun.info, begun.match.setup, begun.match.record)
    assert (match.is_ended, again.match.status) == (False, "running")


def test_players_are_merged_and_erased() -> None:
    """The match names who is left, or no profile; of others nothing changes."""
    info = played().info

    assert info.with_player("ann", "zoe").player_id(0, 0) == "zoe"
    assert info.with_player("ann", None).player_id(0, 0) is None
    assert info.with_player("eve", None) is info
