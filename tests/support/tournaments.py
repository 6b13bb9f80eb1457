"""Tournaments of guests, and results of their fixtures."""

import secrets
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.play.corrections import CorrectionDecider
from dartd.play.decider import MatchDecider
from dartd.runtime.decider import Deciders
from dartd.store.tables import tournaments
from dartd.tournament.commands import TournamentCommandDecider
from dartd.tournament.decider import TournamentDecider
from dartd.tournament.draw import draw
from dartd.tournament.state import Tournaments
from schemas.base import BoardId, DartId
from schemas.events import EntityAdded, JournalledEvent
from schemas.match import MatchPlayer
from schemas.match_commands import CreateMatch, EnteredSide, ThrowByHand
from schemas.tournament import Entrant, Fixture, FixtureResult, FixtureSide, Tournament, TournamentFormat, TournamentList
from schemas.tournament_commands import (
    AssignFixture,
    CreateFixture,
    CreateList,
    CreateTournament,
    DeleteTournament,
    DrawTournament,
    StepFixture,
)
from tests.support.station import Station

AT = "2026-11-30T20:00:00.000Z"


def make_tournament(kind: TournamentFormat, count: int, **given: Any) -> Tournament:
    """Return a tournament of guests P0, P1 and so on, seeded in this order."""
    entrants = tuple(Entrant(name=f"P{k}", seed=k + 1) for k in range(count))
    plain: dict[str, Any] = {"tournament_id": "t1", "name": "Open", "legs_to_win": 2, "created_at": AT, "updated_at": AT}
    return Tournament(**{**plain, "format": kind, "entrants": entrants, **given})


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


def make_list(**given: Any) -> TournamentList:
    """Return a list of the tournament."""
    plain: dict[str, Any] = {"list_id": "l1", "name": "Round 1", "type": "round", "tournament_id": "t1", "created_at": AT, "updated_at": AT}
    return TournamentList(**{**plain, **given})


def added(kind: str, value: Any) -> EntityAdded:
    """Return the event that an entity was added."""
    return EntityAdded(entity_type=kind, entity_id=getattr(value, f"{kind}_id"), payload=msgspec.to_builtins(value), user_id="u1")


class Club:
    """The deciders of tournaments and matches, one behind the other, as the pipeline steps them."""

    def __init__(self) -> None:
        self.matches = MatchDecider(BoardId("main"))
        self.corrections = CorrectionDecider(self.matches, lambda: ((), DartId("main-d1")))
        self.state = Tournaments()
        self.commands = TournamentCommandDecider(self.state, self.matches, "main", self.corrections.waiting)
        self.results = TournamentDecider(self.state, self.matches, wall=lambda now: now, timestamp=lambda _: AT)
        self.deciders = Deciders([self.commands, self.corrections, self.matches, self.results])
        self.events: list[JournalledEvent] = []

    def give(self, *commands: Any) -> list[JournalledEvent]:
        """Give commands one by one, and return their events.

        Raises:
            CommandRefusedError: one is refused.
        """
        found: list[JournalledEvent] = []
        for command in commands:
            step = self.deciders.step([command], 0.0)
            if step.refusals:
                raise step.refusals[0]
            found += step.events
        self.events += found
        return found

    def begin(self, fixture_id: str, match_id: str = "m1", board_id: str | None = None) -> None:
        """Call a fixture and begin its match, 101 to one leg."""
        sides = tuple(EnteredSide(players=(MatchPlayer(name=name),)) for name in "ab")
        match = CreateMatch(match_id=match_id, rules={"game": "x01", "start": 101, "out": "double"}, format={}, sides=sides, at=AT)
        self.give(StepFixture(fixture_id=fixture_id, status="called", at=AT, user_id="u1"))
        if board_id is not None:
            self.give(AssignFixture(fixture_id=fixture_id, board_id=board_id, at=AT, user_id="u1"))
        self.give(StepFixture(fixture_id=fixture_id, status="playing", match=match, at=AT, user_id="u1"))

    def win(self, match_id: str = "m1") -> list[JournalledEvent]:
        """Have the first side win a match."""
        darts = ThrowByHand(match_id=match_id, darts=("T20", "S1", "D20"))
        return self.give(darts)

    def fixture(self, fixture_id: str) -> Fixture:
        """Return a fixture."""
        found: Fixture = self.state.find("fixture", fixture_id)
        return found


def drawn_club(kind: TournamentFormat, count: int, **given: Any) -> Club:
    """Return the deciders with a tournament that is drawn; its fixtures are f_x_1, f_x_2 and so on."""
    club = Club()
    club.give(CreateTournament(tournament=make_tournament(kind, count, **given), at=AT, user_id="u1"))
    club.give(DrawTournament(tournament_id="t1", order=tuple(range(count)), prefix="x", at=AT, user_id="u1"))
    return club


async def with_tournament(station: Station, path: str) -> str:
    """Return a path with a tournament, list or fixture that its route can change, if it names one."""
    key = secrets.token_hex(4)
    if "{tournament_id}" in path:
        for row in await station.services.database.query(_all_tournaments):
            await station.pipeline.submit(DeleteTournament(tournament_id=row, at=AT))  # so many may be open at a time
        entrants = (Entrant(name="Ada"), Entrant(name="Dan"))
        tournament = make_tournament("knockout", 0, tournament_id=f"t{key}", entrants=entrants)
        await station.pipeline.submit(CreateTournament(tournament=tournament, at=AT))
        if path.endswith("/assign"):
            await station.pipeline.submit(DrawTournament(tournament_id=f"t{key}", order=(0, 1), prefix=key, at=AT))
            await station.pipeline.submit(StepFixture(fixture_id=f"f_{key}_1", status="called", at=AT))
    if "{list_id}" in path or "{fixture_id}" in path:
        await station.pipeline.submit(CreateList(list=make_list(list_id=f"l{key}", tournament_id=None), at=AT))
        fixture = make_fixture(0, 1, fixture_id=f"f{key}", list_id=f"l{key}", tournament_id=None)
        await station.pipeline.submit(CreateFixture(fixture=fixture, at=AT))
    return path.replace("{tournament_id}", f"t{key}").replace("{list_id}", f"l{key}").replace("{fixture_id}", f"f{key}")


def _all_tournaments(connection: sa.Connection) -> list[str]:
    return [row.tournament_id for row in connection.execute(sa.select(tournaments.c.tournament_id))]
