"""Names of profiles in tournaments and fixtures."""

from dartd.tournament.summary import summary_of
from dartd.web.http.entrant_names import named_entrants, named_fixture, named_summary
from schemas.match import MatchPlayer
from schemas.tournament import Entrant, FixtureSide
from tests.support.tournaments import make_fixture, make_tournament

_NAMES = {"p1": "Ada"}


def test_names_are_those_that_the_caller_may_read() -> None:
    """Others stay ids; guests have their names."""
    entrants = (Entrant(player_id="p1"), Entrant(player_id="p2"), Entrant(name="Bob"))
    sides = tuple(FixtureSide(side=k, players=(MatchPlayer(player_id=each.player_id, name=each.name),)) for k, each in enumerate(entrants))
    fixture = named_fixture(make_fixture(sides=sides), _NAMES)
    summary = named_summary(summary_of(make_tournament("knockout", 0, entrants=entrants), []), _NAMES)

    assert [each.name for each in named_entrants(entrants, _NAMES)] == ["Ada", None, "Bob"]
    assert [side.name for side in fixture.sides] == ["Ada", None, "Bob"]
    assert [each.name for each in summary.entrants] == [each.name for each in summary.standings] == ["Ada", None, "Bob"]
