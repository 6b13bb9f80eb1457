"""Players who become others."""

from dartd.tournament.people import ERASED, renamed
from schemas.match import MatchPlayer
from schemas.tournament import Entrant, FixtureSide, TournamentList
from tests.support.tournaments import AT, make_fixture, make_tournament


def test_merged_player_is_another_and_an_erased_one_has_no_profile() -> None:
    """In entrants, sides and lists; what does not name them is the very same."""
    fixture = make_fixture(sides=(FixtureSide(side=0, players=(MatchPlayer(player_id="p1"),)),))
    tournament = make_tournament("knockout", 2)
    entered = renamed(make_tournament("knockout", 0, entrants=(Entrant(player_id="p1"),)), "p1", None)
    listed = TournamentList(list_id="l1", name="Plan", type="practice_plan", player_id="p1", created_at=AT, updated_at=AT)

    assert renamed(fixture, "p1", "p2").sides[0].players == (MatchPlayer(player_id="p2"),)
    assert entered.entrants == (Entrant(name=ERASED),)
    assert renamed(listed, "p1", "p2").player_id == "p2"
    assert renamed(tournament, "p1", "p2") is tournament
