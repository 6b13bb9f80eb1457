"""Tournaments of guests, and results of their fixtures."""

from typing import Any

import msgspec

from dartd.tournament.draw import draw
from schemas.match import MatchPlayer
from schemas.tournament import Entrant, Fixture, FixtureResult, FixtureSide, Tournament, TournamentFormat

AT = "2026-11-30T20:00:00.000Z"


def make_tournament(kind: TournamentFormat, count: int, **given: Any) -> Tournament:
    """Return a tournament of guests P0, P1 and so on, seeded in this order."""
    entrants = tuple(Entrant(name=f"P{k}", seed=k + 1) for k in range(count))
    return Tournament(tournament_id="t1", name="Open", format=kind, entrants=entrants, legs_to_win=2, created_at=AT, updated_at=AT, **given)


def drawn_fixtures(tournament: Tournament) -> list[Fixture]:
    """Return the fixtures of a draw in the order of the entrants."""
    return draw(tournament, range(len(tournament.entrants)), "x", AT).fixtures


def make_fixture(*entrants: int, **given: Any) -> Fixture:
    """Return a fixture of entrants, P0, P1 and so on."""
    sides = tuple(
        FixtureSide(side=k, entrant=each, name=f"P{each}", players=(MatchPlayer(name=f"P{each}"),)) for k, each in enumerate(entrants)
    )
    plain: dict[str, Any] = {"fixture_id": "f1", "list_id": "l1", "tournament_id": "t1", "created_at": AT, "updated_at": AT}
    return Fixture(**{**plain, "sides": sides, **given})


def finished(fixture: Fixture, winner: int, legs: tuple[int, int] | None = None, at: str = AT) -> Fixture:
    """Return a fixture that a side won by its match."""
    result = FixtureResult(winner=winner, legs=legs or ((2, 0) if winner == 0 else (0, 2)), points=(202, 202), darts=(12, 12))
    return msgspec.structs.replace(fixture, status="finished", result=result, match_id=f"m-{fixture.fixture_id}", finished_at=at)
