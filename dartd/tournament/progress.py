"""How a tournament goes on: winners and qualifiers get their seats, byes and withdrawals become walkovers.

Everything here is computed anew from the results, so that a corrected match changes what it must; fixtures that have begun keep their
players.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from dartd.tournament.draw import seated
from dartd.tournament.steps import is_at_play, is_complete, is_open
from dartd.tournament.table import group_table
from schemas.tournament import Fixture, FixtureResult, FixtureSide, SeatSource, Tournament, TournamentStatus

_replace = msgspec.structs.replace
_BYE: Final = "bye"
_Taker = int | None | Literal["bye"]


def settled(tournament: Tournament, fixtures: Sequence[Fixture], at: str) -> dict[str, Fixture]:
    """Return the fixtures of a tournament by their ids, with every seat, bye and walkover as the results have it at time `at`."""
    now = {each.fixture_id: each for each in sorted(fixtures, key=lambda each: (each.round, each.position))}
    _void_withdrawn(tournament, now)
    for by_rank in (False, True):  # seats of a rank need every group to be settled
        for fixture_id, fixture in now.items():
            if by_rank or fixture.stage in {"group", "play_off", None}:
                now[fixture_id] = _settle_one(tournament, fixture, now, at)
    return now


def status_of(tournament: Tournament, fixtures: Iterable[Fixture]) -> TournamentStatus:
    """Return the status of a tournament that was drawn: finished when all its fixtures are; a ladder goes on."""
    return "finished" if tournament.format != "ladder" and all(each.status == "finished" for each in fixtures) else "running"


def dependents(fixture: Fixture, fixtures: Iterable[Fixture]) -> list[Fixture]:
    """Return the fixtures whose seats depend on the result of one, directly or through others: of a group all of the knockout."""
    everything = list(fixtures)
    if fixture.stage in {"group", "play_off"}:
        return [each for each in everything if each.stage in {"knockout", "third_place"}]
    found: list[Fixture] = []
    ids = {fixture.fixture_id}
    for each in sorted(everything, key=lambda each: (each.round, each.position)):
        if any(side.source is not None and side.source.fixture_id in ids for side in each.sides):
            found.append(each)
            ids.add(each.fixture_id)
    return found


def has_begun(fixture: Fixture) -> bool:
    """Return whether a fixture was begun by people: a walkover for a bye was not."""
    return is_at_play(fixture) or (fixture.status == "finished" and not is_bye(fixture))


def is_bye(fixture: Fixture) -> bool:
    """Return whether a fixture was won against an empty seat."""
    return any(side.bye for side in fixture.sides)


def walkover(fixture: Fixture, winner: int | None, legs_to_win: int, at: str) -> Fixture:
    """Return a fixture that a side wins without a match (None: no side is there)."""
    legs = () if winner is None or is_bye(fixture) else tuple(legs_to_win if side.side == winner else 0 for side in fixture.sides)
    result = FixtureResult(winner=winner, legs=legs)
    return _replace(fixture, status="finished", walkover=True, result=result, finished_at=at)


def legs_needed(tournament: Tournament | None, fixture: Fixture) -> int:
    """Return the legs by which a walkover is won: those that a match needs, 1 if its format is not known here."""
    return fixture.legs_to_win or (tournament.legs_to_win if tournament is not None else None) or 1


def _void_withdrawn(tournament: Tournament, now: dict[str, Fixture]) -> None:
    """Mark the results of those who withdrew before half of their group was played."""
    void: set[int] = set()
    for entrant, who in enumerate(tournament.entrants):
        mine = [each for each in now.values() if each.stage == "group" and any(side.entrant == entrant for side in each.sides)]
        played = sum(each.status == "finished" and not each.walkover for each in mine)
        if who.withdrawn and tournament.void_withdrawn and 2 * played < len(mine):
            void.add(entrant)
    for fixture_id, each in now.items():
        is_void = each.stage == "group" and any(side.entrant in void for side in each.sides)
        if is_void != each.void:
            now[fixture_id] = _replace(each, void=is_void)


def _settle_one(tournament: Tournament, fixture: Fixture, now: dict[str, Fixture], at: str) -> Fixture:
    before = fixture
    if fixture.status == "finished" and fixture.walkover and is_bye(fixture):
        fixture = _replace(fixture, status="scheduled", walkover=False, result=None, finished_at=None)
    if not is_open(fixture):
        return fixture
    sides = tuple(_settled_side(tournament, side, now) for side in fixture.sides)
    if sides != fixture.sides:
        fixture = _replace(fixture, sides=sides)
        if not is_complete(fixture) and fixture.status == "called":
            fixture = _replace(fixture, status="scheduled", board_id=None, marker_id=None, called_at=None)
    present = [side.side for side in sides if side.entrant is not None and not tournament.entrants[side.entrant].withdrawn]
    absent = [side.side for side in sides if side.bye or (side.entrant is not None and tournament.entrants[side.entrant].withdrawn)]
    if absent and len(present) + len(absent) == len(sides):
        winner = present[0] if present else None
        fixture = walkover(fixture, winner, legs_needed(tournament, fixture), at)
        if before.status == "finished" and before.sides == fixture.sides and before.result == fixture.result:
            return before
    return fixture


def _settled_side(tournament: Tournament, side: FixtureSide, now: dict[str, Fixture]) -> FixtureSide:
    if side.source is None:
        return side
    taker = _taker(tournament, side.source, now)
    if isinstance(taker, int):
        return side if side.entrant == taker else seated(side, taker, tournament.entrants)
    return _replace(side, entrant=None, players=(), name=None, bye=taker == _BYE)


def _taker(tournament: Tournament, source: SeatSource, now: dict[str, Fixture]) -> _Taker:
    """Return the entrant who gets a seat, that it stays empty, or None while it is open."""
    if source.takes == "rank":
        return _qualified(tournament, source, list(now.values()))
    feeding = now.get(source.fixture_id or "")
    if feeding is None or feeding.status != "finished" or feeding.result is None:
        return None
    winner = feeding.result.winner
    if winner is None:
        return _BYE
    if source.takes == "winner":
        return feeding.sides[winner].entrant
    loser = next(side for side in feeding.sides if side.side != winner)
    return _BYE if loser.bye or loser.entrant is None else loser.entrant


def _qualified(tournament: Tournament, source: SeatSource, fixtures: Sequence[Fixture]) -> _Taker:
    """Return the entrant of a rank in a group that is over; None also while its rank is shared."""
    group, rank = source.group or 0, source.rank or 0
    if any(each.status != "finished" for each in fixtures if each.stage == "group" and each.group == group):
        return None
    rows = [each for each in group_table(tournament, fixtures, group) if not tournament.entrants[each.entrant].withdrawn]
    if len(rows) < rank:
        return _BYE
    of_rank = [each.entrant for each in rows if each.row.rank == rank]
    return of_rank[0] if len(of_rank) == 1 else None
