"""Names of profiles in tournaments and fixtures, for callers who may read them; events never have them."""

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa

from dartd.auth.principal import Principal
from dartd.web.http.player_rights import readable_names
from schemas.tournament import Entrant, Fixture, FixtureSide, TournamentSummary

_replace = msgspec.structs.replace


def names_of(
    connection: sa.Connection, principal: Principal, *, entrants: Iterable[Entrant] = (), fixtures: Iterable[Fixture] = ()
) -> dict[str, str]:
    """Return the names of the players of entrants and fixtures that the caller may read, by their ids."""
    asked = {each.player_id for each in entrants}
    asked |= {player.player_id for each in fixtures for side in each.sides for player in side.players}
    return readable_names(connection, principal, asked)


def named_entrants(entrants: Iterable[Entrant], names: Mapping[str, str]) -> tuple[Entrant, ...]:
    """Return entrants with their names."""
    return tuple(_replace(each, name=names.get(each.player_id)) if each.player_id is not None else each for each in entrants)


def named_summary(summary: TournamentSummary, names: Mapping[str, str]) -> TournamentSummary:
    """Return a summary with the names of its players."""
    return _replace(
        summary,
        entrants=tuple(_replace(each, name=names.get(each.player_id or "", each.name)) for each in summary.entrants),
        standings=tuple(_replace(each, name=names.get(each.player_id or "", each.name)) for each in summary.standings),
        places=tuple(_replace(each, name=names.get(each.player_id or "", each.name)) for each in summary.places),
    )


def named_fixture(fixture: Fixture, names: Mapping[str, str]) -> Fixture:
    """Return a fixture with the names of its players."""
    return _replace(fixture, sides=tuple(_named_side(side, names) for side in fixture.sides))


def _named_side(side: FixtureSide, names: Mapping[str, str]) -> FixtureSide:
    players = tuple(_replace(each, name=names.get(each.player_id)) if each.player_id is not None else each for each in side.players)
    known = [each.name for each in players if each.name is not None]
    joined = " & ".join(known) if known and len(known) == len(players) else None
    return _replace(side, players=players, name=side.name or joined)
