"""`/api/v1/board`: how the board stands, and what the operator may ask of it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dartd.web.answers import json_answer, read_json
from dartd.web.services import Services
from schemas.base import Value
from schemas.commands import BoardCommand, CalibrateBoard, ResetBoard, StartBoard, StopBoard
from schemas.events import BoardStatus, ThrowState

Endpoint = Callable[[Request], Awaitable[Response]]


class NoParameters(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The body of a command that needs none."""


class Done(Value, frozen=True, kw_only=True):
    """What came of a command: the board now, and the seq of each event that was journalled for it."""

    action: str
    status: BoardStatus
    state: ThrowState
    seq: tuple[int, ...]
    last_seq: int


async def get_board(request: Request) -> Response:
    """Answer the board's snapshot."""
    services: Services = request.app.state.services
    services.gatekeeper.require_reader(request)
    return Response(services.wire(services.board.snapshot()), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _commanding(action: str, make: Callable[[str], BoardCommand]) -> Endpoint:
    async def command(request: Request) -> Response:
        """Ask the board, and answer when it is journalled."""
        services: Services = request.app.state.services
        role = services.gatekeeper.require_operator(request)
        await read_json(request, NoParameters)
        envelopes = await services.board.submit(make(role.value))
        snapshot = services.board.snapshot()
        seq = tuple(envelope.seq for envelope in envelopes)
        return json_answer(Done(action=action, status=snapshot.status, state=snapshot.state, seq=seq, last_seq=snapshot.last_seq))

    return command


_COMMANDS: dict[str, Callable[[str], BoardCommand]] = {
    "start": lambda user: StartBoard(user_id=user),
    "stop": lambda user: StopBoard(user_id=user),
    "reset": lambda user: ResetBoard(user_id=user),
    "calibrate": lambda user: CalibrateBoard(user_id=user),
}


def routes() -> list[Route]:
    """List the routes of the board."""
    return [
        Route("/board", get_board, methods=["GET"]),
        *(Route(f"/board/{action}", _commanding(action, make), methods=["POST"]) for action, make in _COMMANDS.items()),
    ]
