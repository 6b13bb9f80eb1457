"""`/api/v1/board`: the state of the board, its commands, and the player who is signed on."""

from collections.abc import Sequence

import sqlalchemy as sa
from starlette.responses import Response

from dartd.auth.command_rights import authorised
from dartd.store.players import PLAYERS, find_badge
from dartd.web.http.endpoint import Answer, Call, Endpoint, Handler
from dartd.web.http.player_rights import may_read_player
from dartd.web.http.problems import Problem
from schemas.api.play import CommandResult, NoParameters
from schemas.api.players import SignedOn, SignOn
from schemas.commands import BoardCommand, CalibrateBoard, ResetBoard, SignOnPlayer, StartBoard, StopBoard
from schemas.events import Envelope, Snapshot


async def get_board(call: Call) -> Response:
    """Return the snapshot of the board."""
    services = call.services
    return Response(services.encode(services.board.snapshot()), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _commanding(action: str, made: BoardCommand) -> Handler:
    async def command(call: Call) -> Answer:
        """Submit the command; return once its events are journalled."""
        return await ask_board(call, action, made, call.services.config.board.id)

    return command


async def ask_board(call: Call, action: str, command: BoardCommand, entity_id: str) -> Answer:
    """Submit a command to the board and return its result; the audit entry is written in the same commit."""
    entry, answers = call.audit_entry(entity_id), list[Answer]()

    def keep(connection: sa.Connection, envelopes: Sequence[Envelope], snapshot: Snapshot) -> None:
        seq = tuple(envelope.seq for envelope in envelopes)
        done = CommandResult(action=action, status=snapshot.status, state=snapshot.state, seq=seq, last_seq=snapshot.last_seq)
        answers.append(Answer(value=done))
        call.record(connection, entry, answers[-1])

    await call.services.board.submit(authorised(command, call.principal), keep)
    return answers[-1]


async def get_player_on(call: Call) -> SignedOn:
    """Return the player who is signed on; the name only to callers who may read the player."""
    player_id = call.services.board.snapshot().player_id
    row = None if player_id is None else await call.read(lambda connection: PLAYERS.get(connection, player_id))
    if row is None or not row.active:
        return SignedOn(player_id=None, name=None)
    return SignedOn(player_id=player_id, name=row.name if may_read_player(call.principal, row) else None)


async def put_player_on(call: Call) -> SignedOn:
    """Sign a player on by badge or id, or sign the current player off."""
    asked: SignOn = call.body
    row = None
    if asked.badge_id is not None or asked.player_id is not None:
        badge_id, player_id = asked.badge_id, asked.player_id or ""
        find = (lambda c: find_badge(c, badge_id)) if badge_id is not None else (lambda c: PLAYERS.get(c, player_id))
        row = await call.read(find)
        if row is None or not row.active:
            raise Problem(
                404, "RESOURCE_NOT_FOUND", "there is no such player", details={"badge_id": badge_id, "player_id": asked.player_id}
            )
    player_id_on = None if row is None else str(row.player_id)
    answer = SignedOn(player_id=player_id_on, name=None if row is None else row.name)
    audit_entry = call.audit_entry(player_id_on)
    command = authorised(SignOnPlayer(player_id=player_id_on), call.principal)
    await call.services.board.submit(command, lambda connection, *_: call.record(connection, audit_entry, answer))
    return answer


_COMMANDS: dict[str, tuple[str, BoardCommand]] = {
    "start": ("Detect and score", StartBoard()),
    "stop": ("Stop detecting; cameras keep running", StopBoard()),
    "reset": ("Clear the board and begin a new visit", ResetBoard()),
    "calibrate": ("Recalibrate all cameras from the empty board", CalibrateBoard()),
}

ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/board",
        handler=get_board,
        permission="board:read",
        rate="default",
        summary="The state of the board",
        tag="board",
        answer=Snapshot,
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/api/v1/board/{action}",
            handler=_commanding(action, made),
            permission="board:control",
            rate="default",
            summary=summary,
            tag="board",
            body=NoParameters,
            body_required=False,
            answer=CommandResult,
            entity="board",
            no_event_reason="the board publishes its own events",
        )
        for action, (summary, made) in _COMMANDS.items()
    ),
    Endpoint(
        method="GET",
        path="/api/v1/board/player",
        handler=get_player_on,
        permission="throws:read",
        rate="default",
        summary="The player who is signed on",
        tag="board",
        answer=SignedOn,
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/board/player",
        handler=put_player_on,
        permission="board:sign_on",
        rate="default",
        summary="Sign a player on by badge or id; visits that begin from here on are theirs",
        tag="board",
        body=SignOn,
        answer=SignedOn,
        statuses=(404,),
        entity="board",
        no_event_reason="the board publishes player_signed_on",
    ),
]
