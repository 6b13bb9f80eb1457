"""Which fixtures free boards take by themselves: those that have a queue in a tournament."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from dartd.tournament.queue import next_fixture, players_of
from dartd.tournament.steps import is_at_play
from schemas.tournament import Fixture, TournamentList


class BeginFixture(NamedTuple):
    """Begin a called fixture at the board that it is assigned to."""

    fixture: Fixture


class AssignBoard(NamedTuple):
    """Give a board the next called fixture of a tournament."""

    tournament_id: str
    board_id: str


Move = BeginFixture | AssignBoard


def moves_of(queues: Iterable[TournamentList], fixtures: Sequence[Fixture], usable: Collection[str]) -> list[Move]:
    """Return what is to be done now, at most one thing for each board.

    `queues` are the lists of type `board_queue` of tournaments that run; each has the id of its board as its name. `fixtures` are all that
    are called or played, `usable` the boards at which a match can begin. What was assigned is begun in the next call, so that a fixture is
    at its board in the journal before the board is asked.
    """
    tournaments: dict[str, list[str]] = {}
    for queue in queues:
        if queue.tournament_id is not None:
            tournaments.setdefault(queue.name, []).append(queue.tournament_id)
    known = {each.fixture_id: each for each in fixtures}
    taken = {each.board_id for each in fixtures if is_at_play(each)}
    moves: list[Move] = []
    for board_id in sorted(set(usable) - taken):
        move = _move_of(board_id, tournaments.get(board_id, []), known)
        if isinstance(move, BeginFixture):
            moves.append(move)
        elif move is not None:
            chosen = msgspec.structs.replace(move, board_id=board_id)
            known[move.fixture_id] = chosen  # its players are at this board for those that follow
            moves.append(AssignBoard(move.tournament_id or "", board_id))
    return moves


def _move_of(board_id: str, tournaments: Collection[str], known: dict[str, Fixture]) -> BeginFixture | Fixture | None:
    """Return the fixture that a board begins, or the one that it gets."""
    mine = [each for each in known.values() if each.tournament_id in tournaments]
    assigned = [each for each in mine if each.board_id == board_id and each.status == "called"]
    if assigned:
        first = min(assigned, key=lambda each: (each.assigned_at or "", each.position))
        playing = frozenset[object]().union(*(players_of(each) for each in known.values() if is_at_play(each)))
        return None if players_of(first) & playing else BeginFixture(first)
    return next_fixture(mine, known.values())
