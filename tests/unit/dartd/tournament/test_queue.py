"""Which fixture goes to a board next."""

from dartd.tournament.queue import busy_players, is_at_board, next_fixture, players_of
from schemas.match import MatchPlayer
from tests.support.tournaments import make_fixture


def test_next_fixture_is_the_first_called_whose_players_are_free() -> None:
    """Players at another board, or called to one, are not; what was called first goes first."""
    playing = make_fixture(0, 1, fixture_id="f0", status="playing", board_id="b1")
    sent = make_fixture(2, 3, fixture_id="f1", status="called", board_id="b2")
    blocked = make_fixture(1, 4, fixture_id="f2", status="called", called_at="1")
    later = make_fixture(5, 6, fixture_id="f3", status="called", called_at="3")
    first = make_fixture(4, 7, fixture_id="f4", status="called", called_at="2")
    everything = [playing, sent, blocked, later, first]

    assert next_fixture(everything, everything) == first
    assert next_fixture([blocked], everything) is None
    assert busy_players(everything) == players_of(playing) | players_of(sent)
    assert [is_at_board(each) for each in everything] == [True, True, False, False, False]
    assert players_of(make_fixture(0)) == {MatchPlayer(name="P0")}
