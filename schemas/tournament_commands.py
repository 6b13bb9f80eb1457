"""Commands of people about tournaments, lists and fixtures. `changes` has the fields that get another value."""

from typing import Any

from schemas.base import Command
from schemas.match_commands import CreateMatch
from schemas.tournament import Fixture, FixtureResult, FixtureStatus, ReportedStatus, Tournament, TournamentList


class CreateTournament(Command, tag="tournament_create", frozen=True, kw_only=True):
    """Add a tournament."""

    tournament: Tournament
    at: str
    user_id: str | None = None


class ChangeTournament(Command, tag="tournament_change", frozen=True, kw_only=True):
    """Change a tournament, if it is of version `if_version`."""

    tournament_id: str
    changes: dict[str, Any]
    if_version: int | None = None
    at: str
    user_id: str | None = None


class DeleteTournament(Command, tag="tournament_delete", frozen=True, kw_only=True):
    """Delete a tournament with its lists and fixtures; matches stay."""

    tournament_id: str
    at: str
    user_id: str | None = None


class DrawTournament(Command, tag="tournament_draw", frozen=True, kw_only=True):
    """Draw a tournament. `order`: the indices of its entrants, the best first; ids of lists and fixtures contain `prefix`."""

    tournament_id: str
    order: tuple[int, ...]
    prefix: str
    at: str
    user_id: str | None = None


class WithdrawEntrant(Command, tag="tournament_withdraw", frozen=True, kw_only=True):
    """Withdraw an entrant, who is a profile or a guest."""

    tournament_id: str
    player_id: str | None = None
    name: str | None = None
    at: str
    user_id: str | None = None


class CreateList(Command, tag="list_create", frozen=True, kw_only=True):
    """Add a list."""

    list: TournamentList
    at: str
    user_id: str | None = None


class ChangeList(Command, tag="list_change", frozen=True, kw_only=True):
    """Change a list, if it is of version `if_version`."""

    list_id: str
    changes: dict[str, Any]
    if_version: int | None = None
    at: str
    user_id: str | None = None


class DeleteList(Command, tag="list_delete", frozen=True, kw_only=True):
    """Delete a list with its fixtures; matches stay."""

    list_id: str
    at: str
    user_id: str | None = None


class CreateFixture(Command, tag="fixture_create", frozen=True, kw_only=True):
    """Add a fixture to a list."""

    fixture: Fixture
    at: str
    user_id: str | None = None


class ChangeFixture(Command, tag="fixture_change", frozen=True, kw_only=True):
    """Change a fixture that has not begun, if it is of version `if_version`."""

    fixture_id: str
    changes: dict[str, Any]
    if_version: int | None = None
    at: str
    user_id: str | None = None


class DeleteFixture(Command, tag="fixture_delete", frozen=True, kw_only=True):
    """Delete a fixture of no draw."""

    fixture_id: str
    at: str
    user_id: str | None = None


class StepFixture(Command, tag="fixture_step", frozen=True, kw_only=True):
    """Take a fixture to another status. `winner`: the side that wins without playing on; `match` is begun with its sides.

    `elsewhere`: the board of the fixture is another one of the venue, which is asked to begin the match.
    """

    fixture_id: str
    status: FixtureStatus
    winner: int | None = None
    match: CreateMatch | None = None
    elsewhere: bool = False
    at: str
    user_id: str | None = None


class AssignFixture(Command, tag="fixture_assign", frozen=True, kw_only=True):
    """Assign a fixture to a board and a marker; null takes it away. `if_match_id`: only while a board is asked to begin this match."""

    fixture_id: str
    board_id: str | None
    marker_id: str | None = None
    if_match_id: str | None = None
    at: str
    user_id: str | None = None


class AssignNext(Command, tag="fixture_assign_next", frozen=True, kw_only=True):
    """Assign the next called fixture of a tournament whose players are free."""

    tournament_id: str
    board_id: str
    marker_id: str | None = None
    at: str
    user_id: str | None = None


class TakeReport(Command, tag="fixture_report", frozen=True, kw_only=True):
    """Take over what another board of the venue reported about the match of a fixture."""

    fixture_id: str
    match_id: str
    status: ReportedStatus
    result: FixtureResult | None = None
    at: str
    user_id: str | None = None


FixtureCommand = StepFixture | AssignFixture | AssignNext | TakeReport
TournamentCommand = (
    CreateTournament
    | ChangeTournament
    | DeleteTournament
    | DrawTournament
    | WithdrawEntrant
    | CreateList
    | ChangeList
    | DeleteList
    | CreateFixture
    | ChangeFixture
    | DeleteFixture
    | StepFixture
    | AssignFixture
    | AssignNext
    | TakeReport
)
