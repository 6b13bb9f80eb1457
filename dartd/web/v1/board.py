"""`/api/v1/board`: how the board stands, what may be asked of it, and who throws at it."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from starlette.responses import Response

from dartd.store.players import find_badge, get_player
from dartd.web.http.endpoint import Answer, Call, Endpoint, Handler
from dartd.web.http.problems import Problem
from schemas.api.play import Done, NoParameters
from schemas.api.players import SignedOn, SignOn
from schemas.commands import BoardCommand, CalibrateBoard, ResetBoard, SignOnPlayer, StartBoard, StopBoard
from schemas.events import Envelope, Snapshot


async def get_board(call: Call) -> Response:
    """Answer the board's snapshot."""
    services = call.services
    return Response(services.wire(services.board.snapshot()), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _commanding(action: str, make: Callable[[str], BoardCommand]) -> Handler:
    async def command(call: Call) -> Answer:
        """Ask the board, and answer when it is journalled."""
        return await ask_board(call, action, make(call.principal.name), call.services.config.board.id)

    return command


async def ask_board(call: Call, action: str, command: BoardCommand, entity_id: str) -> Answer:
    """Put a command before the board, and say what came of it; who asked is kept in the commit of what came of it."""
    deed, answers = call.deed(entity_id), list[Answer]()

    def keep(connection: sa.Connection, envelopes: Sequence[Envelope], snapshot: Snapshot) -> None:
        seq = tuple(envelope.seq for envelope in envelopes)
        done = Done(action=action, status=snapshot.status, state=snapshot.state, seq=seq, last_seq=snapshot.last_seq)
        answers.append(Answer(value=done))
        call.write_down(connection, deed, answers[-1])

    await call.services.board.submit(command, keep)
    return answers[-1]


async def get_player_on(call: Call) -> SignedOn:
    """Answer who is signed on."""
    player_id = call.services.board.snapshot().player_id
    row = None if player_id is None else await call.read(lambda connection: get_player(connection, player_id))
    return SignedOn(player_id=player_id if row is not None else None, name=None if row is None else row.name)


async def put_player_on(call: Call) -> SignedOn:
    """Sign a player on, by badge or id; or nobody in particular."""
    asked: SignOn = call.body
    row = None
    if asked.badge_id is not None or asked.player_id is not None:
        badge_id, player_id = asked.badge_id, asked.player_id or ""
        find = (lambda c: find_badge(c, badge_id)) if badge_id is not None else (lambda c: get_player(c, player_id))
        row = await call.read(find)
        if row is None:
            raise Problem(
                404, "RESOURCE_NOT_FOUND", "there is no such player", details={"badge_id": badge_id, "player_id": asked.player_id}
            )
    player_id_on = None if row is None else str(row.player_id)
    answer = SignedOn(player_id=player_id_on, name=None if row is None else row.name)
    audit_entry = call.deed(player_id_on)
    command = SignOnPlayer(player_id=player_id_on, user_id=call.principal.name)
    await call.services.board.submit(command, lambda connection, *_: call.write_down(connection, audit_entry, answer))
    return answer


_COMMANDS: dict[str, tuple[str, Callable[[str], BoardCommand]]] = {
    "start": ("Detect and score", lambda user: StartBoard(user_id=user)),
    "stop": ("Stop detecting; cameras keep running", lambda user: StopBoard(user_id=user)),
    "reset": ("Forget what stands in the board and begin a fresh visit", lambda user: ResetBoard(user_id=user)),
    "calibrate": ("Calibrate every camera anew from the empty board", lambda user: CalibrateBoard(user_id=user)),
}

ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/board",
        handler=get_board,
        permission="board:read",
        rate="default",
        summary="How the board stands",
        tag="board",
        answer=Snapshot,
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/api/v1/board/{action}",
            handler=_commanding(action, make),
            permission="board:control",
            rate="default",
            summary=summary,
            tag="board",
            body=NoParameters,
            body_needed=False,
            answer=Done,
            entity="board",
            untold="the board tells what came of it by events of its own",
        )
        for action, (summary, make) in _COMMANDS.items()
    ),
    Endpoint(
        method="GET",
        path="/api/v1/board/player",
        handler=get_player_on,
        permission="throws:read",
        rate="default",
        summary="Who throws",
        tag="board",
        answer=SignedOn,
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/board/player",
        handler=put_player_on,
        permission="board:control",
        rate="default",
        summary="Sign a player on by badge or id; visits that begin from here on are theirs",
        tag="board",
        body=SignOn,
        answer=SignedOn,
        statuses=(404,),
        entity="board",
        untold="the board publishes player_signed_on",
    ),
]
