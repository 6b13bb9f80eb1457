"""Which fixture goes to a board next."""

from collections.abc import Iterable, Sequence

from schemas.match import MatchPlayer
from schemas.tournament import Fixture


def players_of(fixture: Fixture) -> frozenset[MatchPlayer]:
    """Return the players of a fixture; guests are known by their names."""
    return frozenset(
        MatchPlayer(player_id=p.player_id, name=None if p.player_id else p.name) for side in fixture.sides for p in side.players
    )


def busy_players(fixtures: Iterable[Fixture]) -> frozenset[MatchPlayer]:
    """Return the players who play now, or were called to a board."""
    return frozenset().union(*(players_of(each) for each in fixtures if is_at_board(each)))


def is_at_board(fixture: Fixture) -> bool:
    """Return whether the players of a fixture are at a board: they play, or were called to it."""
    return fixture.status == "playing" or (fixture.status == "called" and fixture.board_id is not None)


def next_fixture(of_tournament: Sequence[Fixture], everywhere: Iterable[Fixture]) -> Fixture | None:
    """Return the next called fixture without a board whose players are free; None if there is none.

    `everywhere` are all fixtures, those of other tournaments as well: their players cannot be at two boards.
    """
    busy = busy_players(everywhere)
    waiting = (each for each in of_tournament if each.status == "called" and each.board_id is None)
    free = [each for each in waiting if not players_of(each) & busy]
    return min(free, key=lambda each: (each.called_at or "", each.round, each.position), default=None)
