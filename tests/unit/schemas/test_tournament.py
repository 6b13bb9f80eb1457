"""Tournaments, lists and fixtures as they are published."""

import msgspec

from schemas.tournament import Entrant, Fixture, StandingRow, Tournament, TournamentList


def test_values_survive_their_encoding() -> None:
    """A tournament with all its defaults, and a fixture without players."""
    tournament = Tournament(tournament_id="t1", name="Open", entrants=(Entrant(name="Ada"),), created_at="", updated_at="")
    fixture = Fixture(fixture_id="f1", list_id="l1", sides=(), created_at="", updated_at="")

    assert msgspec.convert(msgspec.to_builtins(tournament), Tournament) == tournament
    assert msgspec.json.decode(msgspec.json.encode(fixture), type=Fixture) == fixture


def test_first_field_is_the_id() -> None:
    """Of everything that is an entity; a row of a table has a rank first."""
    assert [each.__struct_fields__[0] for each in (Tournament, TournamentList, Fixture, StandingRow)] == [
        "tournament_id",
        "list_id",
        "fixture_id",
        "rank",
    ]
