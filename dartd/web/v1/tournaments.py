"""`/api/v1/tournaments`: entrants, the draw, tables, and which board is next."""

import dataclasses
import functools
import secrets
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.players import PLAYERS
from dartd.store.projections.tournaments import fixtures_in, value_of
from dartd.store.timestamps import timestamp_of
from dartd.store.tournaments import TOURNAMENTS as STORED
from dartd.tournament.draw import check_drawable
from dartd.tournament.summary import summary_of
from dartd.tournament.table import MOST_SEED
from dartd.web.http.commanded import REASON, carry_out, check_free, commanded, now_of
from dartd.web.http.endpoint import Answer, Call, Endpoint, Handler
from dartd.web.http.entity_resource import EntityResource, Rights, given_fields
from dartd.web.http.entrant_names import named_entrants, named_summary, names_of
from dartd.web.http.fixture_rules import KNOCKOUTS, checked_rules
from dartd.web.http.paging import seconds_of
from dartd.web.http.problems import Problem
from schemas.api.tournaments import (
    BoardAssignment,
    DrawOptions,
    NewEntrant,
    NewTournament,
    TournamentChange,
    TournamentDetail,
    TournamentsQuery,
    Withdrawal,
)
from schemas.tournament import Entrant, Fixture, Tournament, TournamentSummary
from schemas.tournament_commands import (
    AssignNext,
    ChangeTournament,
    CreateTournament,
    DeleteTournament,
    DrawTournament,
    WithdrawEntrant,
)

_random = secrets.SystemRandom()
_replace = msgspec.structs.replace

TOURNAMENTS: EntityResource[NewTournament, Tournament] = EntityResource(
    entity=STORED,
    path="/api/v1/tournaments",
    tag="tournaments",
    rights=Rights.of("tournaments"),
    query=TournamentsQuery,
    new=NewTournament,
    change=TournamentChange,
    answer=Tournament,
    examples=(
        NewTournament(
            name="Friday knockout",
            format="knockout",
            rules={"game": "x01", "start": 501},
            legs_to_win=2,
            entrants=(NewEntrant(name="Ada", seed=1), NewEntrant(name="Bob"), NewEntrant(name="Cleo"), NewEntrant(name="Dan")),
        ),
        TournamentChange(name="Friday open"),
    ),
    id_prefix="t_",
    summaries={"list": "Tournaments, the latest first", "delete": "Delete a tournament with its lists and fixtures; matches stay"},
)


async def create(call: Call) -> Answer:
    """Add a tournament."""
    asked: NewTournament = call.body
    tournament_id = asked.tournament_id or f"{TOURNAMENTS.id_prefix}{secrets.token_hex(6)}"
    await check_free(call, TOURNAMENTS, tournament_id)
    at = now_of(call)
    given = await _prepared(call, msgspec.structs.asdict(asked), asked.format)
    if given["legs_to_win"] is None and given["format_id"] is None:
        given["legs_to_win"] = 1
    tournament = Tournament(**{**given, "tournament_id": tournament_id}, created_at=at, updated_at=at)
    command = CreateTournament(tournament=tournament, at=at)
    return await carry_out(call, TOURNAMENTS, tournament_id, command, "create", location=f"{TOURNAMENTS.path}/{tournament_id}")


async def update(call: Call) -> Answer:
    """Change a tournament."""
    row = await TOURNAMENTS.visible(call)
    given = given_fields(call.body)
    changes = await _prepared(call, given, given.get("format") or row.format)
    command = ChangeTournament(
        tournament_id=row.tournament_id, changes=msgspec.to_builtins(changes), if_version=call.if_version, at=now_of(call)
    )
    return await carry_out(call, TOURNAMENTS, row.tournament_id, command, "update")


async def delete(call: Call) -> Answer:
    """Delete a tournament."""
    row = await TOURNAMENTS.visible(call)
    return await carry_out(
        call, TOURNAMENTS, row.tournament_id, DeleteTournament(tournament_id=row.tournament_id, at=now_of(call)), "delete"
    )


async def _prepared(call: Call, given: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the fields of a request as they are stored: times in one format, rules with their defaults, entrants that exist.

    Raises:
        Problem: 422 that names the path.
    """
    filled = await checked_rules(call, given, is_knockout=kind in KNOCKOUTS)
    for name in ("rules", "format_id"):  # one takes the place of the other
        other = {"rules": "format_id", "format_id": "rules"}[name]
        if given.get(name) is not None and other not in given:
            filled[other] = None
    if given.get("starts_at") is not None:
        filled["starts_at"] = timestamp_of(seconds_of(given["starts_at"], "$.starts_at"))
    if "entrants" in given:
        filled["entrants"] = tuple([await _entrant(call, each, k) for k, each in enumerate(given["entrants"])])
        keys = [(each.player_id, each.name) for each in filled["entrants"]]
        twice = next((k for k, key in enumerate(keys) if key in keys[:k]), None)
        if twice is not None:
            raise _refused(f"$.entrants[{twice}]", "this entrant is there already")
    return filled


async def _entrant(call: Call, asked: NewEntrant, number: int) -> Entrant:
    path = f"$.entrants[{number}]"
    if (asked.player_id is None) == (asked.name is None):
        raise _refused(path, "an entrant is either the id of a profile or the name of a guest")
    if asked.player_id is not None and await call.read(functools.partial(PLAYERS.get, entity_id=asked.player_id)) is None:
        raise _refused(f"{path}.player_id", f"there is no player {asked.player_id!r}")
    return Entrant(player_id=asked.player_id, name=asked.name, seed=asked.seed)


def _refused(path: str, message: str) -> Problem:
    return Problem(422, "VALIDATION_ERROR", message, details={"field": path})


# Reading.


async def read(call: Call) -> Answer:
    """Return a tournament with its figures."""
    row = await TOURNAMENTS.visible(call)

    def details(connection: sa.Connection) -> TournamentDetail:
        tournament = value_of("tournament", row)
        names = names_of(connection, call.principal, entrants=tournament.entrants)
        summary = summary_of(tournament, fixtures_in(connection, tournament_id=row.tournament_id))
        fields = msgspec.structs.asdict(tournament) | {"entrants": named_entrants(tournament.entrants, names)}
        return TournamentDetail(**fields, summary=named_summary(summary, names))

    return Answer(value=await call.read(details), version=row.version)


async def get_summary(call: Call) -> TournamentSummary:
    """Return a tournament in figures."""
    found: TournamentDetail = (await read(call)).value
    return found.summary


# The draw, withdrawals, boards.


async def draw(call: Call) -> Answer:
    """Draw a tournament."""
    row = await TOURNAMENTS.visible(call)
    tournament: Tournament = value_of("tournament", row)
    check_drawable(tournament)
    asked: DrawOptions = call.body
    numbers = list(range(len(tournament.entrants)))
    if asked.shuffle:
        _random.shuffle(numbers)
    order = sorted(numbers, key=lambda k: tournament.entrants[k].seed or MOST_SEED)
    command = DrawTournament(tournament_id=row.tournament_id, order=tuple(order), prefix=secrets.token_hex(6), at=now_of(call))
    return await carry_out(call, TOURNAMENTS, row.tournament_id, command, "draw")


async def withdraw(call: Call) -> Answer:
    """Withdraw an entrant."""
    row = await TOURNAMENTS.visible(call)
    asked: Withdrawal = call.body
    if (asked.player_id is None) == (asked.name is None):
        raise _refused("$.player_id", "an entrant is either the id of a profile or the name of a guest")
    command = WithdrawEntrant(tournament_id=row.tournament_id, player_id=asked.player_id, name=asked.name, at=now_of(call))
    return await carry_out(call, TOURNAMENTS, row.tournament_id, command, "withdraw")


async def assign_next(call: Call) -> Answer:
    """Assign the next called fixture whose players are free to a board."""
    row = await TOURNAMENTS.visible(call)
    asked: BoardAssignment = call.body
    at = now_of(call)
    command = AssignNext(tournament_id=row.tournament_id, board_id=asked.board_id, marker_id=asked.marker_id, at=at)
    await carry_out(call, TOURNAMENTS, row.tournament_id, command, "assign")

    def assigned(connection: sa.Connection) -> Fixture:
        found: list[Fixture] = [
            each for each in fixtures_in(connection, tournament_id=row.tournament_id) if each.board_id == asked.board_id
        ]
        return max(found, key=lambda each: each.assigned_at or "")

    return Answer(value=await call.read(assigned))


def _post(path: str, handler: Handler, summary: str, permission: str, body: type, example: Any, **given: Any) -> Endpoint:
    fields: dict[str, Any] = {"answer": Tournament, "body_required": True}
    return Endpoint(
        method="POST",
        path=f"{TOURNAMENTS.one}/{path}",
        handler=handler,
        summary=summary,
        permission=permission,
        rate="default",
        tag=TOURNAMENTS.tag,
        body=body,
        example=example,
        entity="tournament",
        no_event_reason=REASON,
        statuses=(409,),
        **{**fields, **given},
    )


_LIST, _CREATE, _READ, _UPDATE, _DELETE = commanded(TOURNAMENTS.endpoints(create=create, read=read, update=update, delete=delete))
ENDPOINTS = [
    _LIST,
    _CREATE,
    dataclasses.replace(_READ, answer=TournamentDetail),
    _UPDATE,
    _DELETE,
    _post(
        "draw", draw, "Draw lists and fixtures, again as long as nothing has begun", TOURNAMENTS.rights.write, DrawOptions, DrawOptions(),
        body_required=False,
    ),
    _post(
        "withdrawals", withdraw, "Withdraw an entrant: open fixtures are walkovers", TOURNAMENTS.rights.write, Withdrawal,
        Withdrawal(name="Dan"),
    ),
    _post(
        "assign", assign_next, "Give a board the next called fixture whose players are free", "fixtures:write", BoardAssignment,
        BoardAssignment(board_id="main"), answer=Fixture,
    ),
    Endpoint(
        method="GET",
        path=f"{TOURNAMENTS.one}/summary",
        handler=get_summary,
        summary="Fixtures by status of each entrant, and the tables",
        permission=TOURNAMENTS.rights.read,
        rate="default",
        tag=TOURNAMENTS.tag,
        answer=TournamentSummary,
    ),
]  # fmt: skip
