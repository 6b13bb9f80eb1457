"""Players who become others: merged into another profile, or erased."""

from typing import Any

import msgspec

from schemas.match import MatchPlayer
from schemas.tournament import Entrant, Fixture, FixtureSide, Tournament, TournamentList

_replace = msgspec.structs.replace
ERASED = "?"  # the name of an entrant whose person was erased


def renamed(value: Any, player_id: str, into: str | None) -> Any:
    """Return a tournament, list or fixture with another profile in place of a player's (None: erased); the same where there is none."""
    match value:
        case Tournament():
            entrants = tuple(_entrant(each, player_id, into) for each in value.entrants)
            return value if entrants == value.entrants else _replace(value, entrants=entrants)
        case TournamentList():
            return value if value.player_id != player_id else _replace(value, player_id=into)
        case Fixture():
            sides = tuple(_side(each, player_id, into) for each in value.sides)
            return value if sides == value.sides else _replace(value, sides=sides)
        case _:
            return value


def _entrant(entrant: Entrant, player_id: str, into: str | None) -> Entrant:
    if entrant.player_id != player_id:
        return entrant
    return _replace(entrant, player_id=into, name=ERASED if into is None else None)


def _side(side: FixtureSide, player_id: str, into: str | None) -> FixtureSide:
    if all(each.player_id != player_id for each in side.players):
        return side
    other = MatchPlayer(player_id=into, name=ERASED if into is None else None)
    return _replace(side, players=tuple(other if each.player_id == player_id else each for each in side.players))
