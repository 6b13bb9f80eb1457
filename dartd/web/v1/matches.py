"""`/api/v1/matches`: matches, how they are begun, and how they are scored by hand."""

import functools
import secrets
from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.auth.command_rights import authorised
from dartd.auth.principal import Principal
from dartd.play.setup import read_format, read_rules
from dartd.store.formats import FORMATS
from dartd.store.lots import drawn_by_lot
from dartd.store.projections.matches import get_match, list_matches, state_in
from dartd.store.tables import players
from dartd.store.timestamps import timestamp_of
from dartd.web.game_names import known_game
from dartd.web.http.endpoint import Answer, Call, Endpoint, Handler
from dartd.web.http.entrants import entered_sides, sides_again
from dartd.web.http.paging import listed, missing, page_request
from dartd.web.http.player_rights import check_player_filter, may_read_player
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from schemas.api.answers import Listed
from schemas.api.formats import FormatSides
from schemas.api.matches import DartCount, MatchesQuery, NewBullDart, NewBullDarts, NewGuest, NewMatch, NewSide, NewThrows, Rematch
from schemas.api.play import NoParameters
from schemas.match import MatchSide, MatchState
from schemas.match_commands import (
    BullDart,
    CreateMatch,
    DeleteMatch,
    EndVisit,
    MatchCommand,
    MatchStep,
    RedoDarts,
    ScoreTotal,
    SignLeg,
    StepMatch,
    ThrowByHand,
    ThrowForBull,
    UndoDarts,
)

_PATH = "/api/v1/matches"
_ONE = f"{_PATH}/{{match_id}}"

_LONGEST_NUMBER = 6  # digits

_replace = msgspec.structs.replace


# Reading.


async def get_matches(call: Call) -> Listed[MatchState]:
    """Return a page of matches."""
    asked: MatchesQuery = call.query
    await check_player_filter(call, asked.player_id)
    where = {"status": asked.status, "board_id": asked.board_id, "game": known_game(asked.game)}

    def read(connection: sa.Connection) -> Listed[MatchState]:
        page = list_matches(connection, page_request(asked), where, asked.player_id)
        names = _names(connection, call.principal, states := list(map(state_in, page.rows)))
        return listed(_replace(page, rows=states), asked, lambda state: _named(state, names))

    found: Listed[MatchState] = await call.read(read)
    return found


async def get_one_match(call: Call) -> MatchState:
    """Return one match."""
    match_id = call.path("match_id")

    def read(connection: sa.Connection) -> MatchState | None:
        row = get_match(connection, match_id)
        return None if row is None else _shown(connection, call.principal, state_in(row))

    state: MatchState | None = await call.read(read)
    if state is None:
        raise missing("match", match_id)
    return state


# Beginning.


async def create_match(call: Call) -> Answer:
    """Add a match."""
    asked: NewMatch = call.body
    _check_board(call, asked.board_id)
    sides = await entered_sides(call, asked.sides)
    rules, form = await _rules_of(call, asked)
    options = drawn_by_lot(read_rules(rules, [side.start_score for side in asked.sides]), len(asked.sides))
    command = CreateMatch(
        match_id=f"m_{secrets.token_hex(6)}",
        rules=msgspec.to_builtins(options),
        format=msgspec.to_builtins(read_format(form)),
        sides=sides,
        board_id=asked.board_id,
        bull_off=asked.bull_off,
        bull_winner=asked.bull_winner,
        start=asked.start,
        sign_by_next_leg=call.services.config.corrections.sign_by_next_leg,
        at=_now(call),
    )
    return await _submit(call, command, location=f"{_PATH}/{command.match_id}")


async def create_rematch(call: Call) -> Answer:
    """Add a match of the same sides by the same rules, and begin it."""
    asked: Rematch = call.body
    match_id = call.path("match_id")
    row = await call.read(lambda connection: get_match(connection, match_id))
    if row is None:
        raise missing("match", match_id)
    before = state_in(row)
    command = CreateMatch(
        match_id=f"m_{secrets.token_hex(6)}",
        rules=before.rules,
        format=before.format,
        sides=await sides_again(call, before.sides),
        board_id=before.board_id,
        bull_off=asked.bull_off or (before.bull_off if asked.first is None else "off"),
        bull_winner=before.bull_winner,
        first=asked.first or 0,
        sign_by_next_leg=call.services.config.corrections.sign_by_next_leg,
        at=_now(call),
    )
    return await _submit(call, command, location=f"{_PATH}/{command.match_id}")


async def _rules_of(call: Call, asked: NewMatch) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the rules and the format of a match, its own or those of a stored format.

    Raises:
        Problem: 422 that names the path.
    """
    if (asked.rules is None) == (asked.format_id is None):
        raise Problem(
            422, "VALIDATION_ERROR", "send either rules or format_id", details={"field": "$.format_id" if asked.rules else "$.rules"}
        )
    if asked.rules is not None:
        return asked.rules, asked.format
    row = await call.read(functools.partial(FORMATS.get, entity_id=asked.format_id or ""))
    if row is None:
        raise Problem(422, "VALIDATION_ERROR", f"there is no format {asked.format_id!r}", details={"field": "$.format_id"})
    limits = msgspec.json.decode(row.sides, type=FormatSides)
    if not limits.min <= len(asked.sides) <= limits.max:
        message = f"this format is for {limits.min} to {limits.max} sides"
        raise Problem(422, "VALIDATION_ERROR", message, details={"field": "$.sides"})
    for number, side in enumerate(asked.sides):
        if limits.team_size not in {None, len(side.players)}:
            message = f"this format is for sides of {limits.team_size} players"
            raise Problem(422, "VALIDATION_ERROR", message, details={"field": f"$.sides[{number}].players"})
    return msgspec.json.decode(row.rules), asked.format or msgspec.json.decode(row.format)


def _check_board(call: Call, board_id: str | None) -> None:
    known = call.services.config.board.board_id
    if board_id is not None and board_id != known:
        raise Problem(422, "VALIDATION_ERROR", f"there is no board {board_id!r}: this one is {known!r}", details={"field": "$.board_id"})


def _now(call: Call) -> str:
    return timestamp_of(call.services.accounts.now())


# Scoring.


def _stepping(step: MatchStep) -> Handler:
    async def change(call: Call) -> Answer:
        """Take the step."""
        return await _on_match(call, StepMatch(match_id=call.path("match_id"), step=step, at=_now(call)))

    return change


async def delete_match(call: Call) -> Answer:
    """Stop a match and hide it."""
    return await _on_match(call, DeleteMatch(match_id=call.path("match_id")))


async def add_throws(call: Call) -> Answer:
    """Add darts by hand, or a visit by its total."""
    asked: NewThrows = call.body
    if (asked.darts is None) == (asked.points is None):
        raise Problem(422, "VALIDATION_ERROR", "send either darts or points", details={"field": "$.darts"})
    match_id = call.path("match_id")
    if asked.darts is not None:
        for name in ("darts_used", "darts_at_double"):
            if getattr(asked, name) is not None:
                raise Problem(422, "VALIDATION_ERROR", f"{name} belongs to points, not to darts", details={"field": f"$.{name}"})
        return await _on_match(call, ThrowByHand(match_id=match_id, darts=asked.darts))
    total = ScoreTotal(match_id=match_id, points=asked.points or 0, darts_used=asked.darts_used or 3, darts_at_double=asked.darts_at_double)
    return await _on_match(call, total)


async def end_visit(call: Call) -> Answer:
    """End the visit with the darts it has."""
    return await _on_match(call, EndVisit(match_id=call.path("match_id")))


async def undo(call: Call) -> Answer:
    """Take darts back."""
    return await _on_match(call, UndoDarts(match_id=call.path("match_id"), darts=call.body.darts))


async def redo(call: Call) -> Answer:
    """Bring darts back."""
    return await _on_match(call, RedoDarts(match_id=call.path("match_id"), darts=call.body.darts))


async def throw_for_bull(call: Call) -> Answer:
    """Add darts at the bull."""
    asked: NewBullDarts = call.body
    if not asked.darts and asked.first is None:
        raise Problem(422, "VALIDATION_ERROR", "send darts, or the side that begins first", details={"field": "$.darts"})
    darts = tuple(BullDart(side=dart.side, bed=dart.bed, mm=dart.mm) for dart in asked.darts)
    return await _on_match(call, ThrowForBull(match_id=call.path("match_id"), darts=darts, first=asked.first))


def _signing(*, signed: bool) -> Handler:
    async def change(call: Call) -> Answer:
        """Sign the leg, or take its signature back."""
        set_number, leg_number = (_number(call, name) for name in ("set_number", "leg_number"))
        return await _on_match(call, SignLeg(match_id=call.path("match_id"), set=set_number, leg=leg_number, signed=signed))

    return change


def _number(call: Call, name: str) -> int:
    given = call.path(name)
    if not (given.isascii() and given.isdecimal() and len(given) < _LONGEST_NUMBER):
        raise missing("leg", given)
    return int(given)


async def _on_match(call: Call, command: MatchCommand) -> Answer:
    """Submit a command to a match that exists.

    Raises:
        Problem: 404 if there is none.
    """
    if await call.read(lambda connection: get_match(connection, command.match_id)) is None:
        raise missing("match", command.match_id)
    return await _submit(call, command)


async def _submit(call: Call, command: MatchCommand, *, location: str | None = None) -> Answer:
    """Submit a command and return the match after it; audit entry and answer are written in the same commit."""
    entry, answers = call.audit_entry(command.match_id), list[Answer]()

    def keep(connection: sa.Connection, *_: object) -> None:
        row = get_match(connection, command.match_id)
        value = None if row is None else _shown(connection, call.principal, state_in(row))
        answers.append(Answer(value=value, entity_id=command.match_id, location=location))
        call.record(connection, entry, answers[-1])

    await call.services.board.submit(authorised(command, call.principal), keep)
    return answers[-1]


# Names of profiles, for callers who may read them.


def _shown(connection: sa.Connection, principal: Principal, state: MatchState) -> MatchState:
    return _named(state, _names(connection, principal, [state]))


def _names(connection: sa.Connection, principal: Principal, states: Iterable[MatchState]) -> dict[str, str]:
    """Return the names of the players of some matches that the caller may read, by their ids."""
    asked = {player.player_id for state in states for side in state.sides for player in side.players if player.player_id is not None}
    if not asked:
        return {}
    rows = connection.execute(sa.select(players).where(players.c.player_id.in_(sorted(asked)), players.c.deleted.is_(False))).all()
    return {row.player_id: row.name for row in rows if may_read_player(principal, row)}


def _named(state: MatchState, names: dict[str, str]) -> MatchState:
    return _replace(state, sides=tuple(_named_side(side, names) for side in state.sides))


def _named_side(side: MatchSide, names: dict[str, str]) -> MatchSide:
    entrants = tuple(_replace(each, name=names.get(each.player_id)) if each.player_id else each for each in side.players)
    known = [each.name for each in entrants if each.name is not None]
    joined = " & ".join(known) if len(known) == len(entrants) else None
    return _replace(side, players=entrants, name=side.name or joined)


_EXAMPLE = NewMatch(
    rules={"game": "x01", "start": 501, "out": "double"},
    format={"goal": "first_to", "legs": 3},
    sides=(NewSide(players=(NewGuest(name="Ada"),)), NewSide(players=(NewGuest(name="Bob"),))),
)
_MATCHES = Resource(path=_PATH, one=_ONE, tag="matches", answer=MatchState)


def _change(method: Any, path: str, handler: Handler, summary: str, *, body: type | None = NoParameters, **given: Any) -> Endpoint:
    """Declare a route that changes a match."""
    fields: dict[str, Any] = {"permission": "matches:write", "answer": MatchState, "body": body, "body_required": body is not NoParameters}
    return Endpoint(
        method=method,
        path=path,
        handler=handler,
        summary=summary,
        rate="default",
        tag="matches",
        entity="match",
        no_event_reason="the match publishes its own events",
        **{**fields, **given},
    )


ENDPOINTS = [
    _MATCHES.list(get_matches, "Matches, the latest first", "matches:read", MatchesQuery),
    _change("POST", _PATH, create_match, "Begin a match", body=NewMatch, status=201, example=_EXAMPLE),
    _MATCHES.read(get_one_match, "One match", "matches:read"),
    _change(
        "DELETE", _ONE, delete_match, "Stop a match and hide it; its throws stay", permission="matches:delete", answer=None, status=204,
        body=None, statuses=(409,),
    ),
    _change("PUT", f"{_ONE}/start", _stepping("start"), "Begin a scheduled match", statuses=(409,)),
    _change("PUT", f"{_ONE}/pause", _stepping("pause"), "Pause a match: darts are kept and not counted", statuses=(409,)),
    _change("PUT", f"{_ONE}/resume", _stepping("resume"), "Go on with a paused match", statuses=(409,)),
    _change("PUT", f"{_ONE}/stop", _stepping("stop"), "Stop a match for good", statuses=(409,)),
    _change(
        "POST", f"{_ONE}/throws", add_throws, "Add darts by hand, or a visit by its total", body=NewThrows,
        example=NewThrows(darts=("T20", "S5", "D10")),
    ),
    _change("POST", f"{_ONE}/next", end_visit, "End the visit with the darts it has"),
    _change("POST", f"{_ONE}/undo", undo, "Take back the last darts", body=DartCount, body_required=False, example=DartCount()),
    _change("POST", f"{_ONE}/redo", redo, "Bring back what was undone last", body=DartCount, body_required=False, example=DartCount()),
    _change(
        "POST", f"{_ONE}/bull_off", throw_for_bull, "Add darts at the bull", body=NewBullDarts,
        example=NewBullDarts(darts=(NewBullDart(side=0, mm=12.5), NewBullDart(side=1, mm=30.0))),
    ),
    _change(
        "POST", f"{_ONE}/rematch", create_rematch, "Begin a match of the same sides by the same rules", body=Rematch, body_required=False,
        status=201, example=Rematch(first=1),
    ),
    _change("POST", f"{_ONE}/legs/{{set_number}}/{{leg_number}}/sign", _signing(signed=True), "Sign a leg and all before it"),
    _change("POST", f"{_ONE}/legs/{{set_number}}/{{leg_number}}/unsign", _signing(signed=False), "Take the signature of a leg back"),
]  # fmt: skip
