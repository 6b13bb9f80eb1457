"""Commands on their way to a board: the board checks the token, and its answer is passed on."""

from typing import Final

from dartd.outlets.nats.orders import ask_board
from dartd.relay.services import RelayServices
from schemas.venue import VenueAction, VenueCommand, VenueReply

ACTIONS: Final[dict[str, VenueAction]] = {"start": "start", "stop": "stop", "reset": "reset"}


async def order(services: RelayServices, board_id: str, action: str, token: str | None) -> VenueReply:
    """Have a board execute a command and return its answer, or the reason why there is none."""
    known = ACTIONS.get(action)
    if known is None:
        return VenueReply(status=422, code="VALIDATION_ERROR", message=f"a relay passes on {', '.join(ACTIONS)} alone")
    if services.boards.get(board_id) is None:
        return VenueReply(status=404, code="RESOURCE_NOT_FOUND", message=f"there is no board {board_id[:64]!r} in this venue")
    if token is None:
        return VenueReply(status=401, code="AUTH_INVALID_TOKEN", message="a token of the board is required: send Authorization: Bearer …")
    link = services.history.link
    if link is None:
        return VenueReply(status=503, code="SERVICE_UNAVAILABLE", message="the relay has no connection to NATS")
    answer = await ask_board(link, services.config.nats.venue, board_id, VenueCommand(action=known, token=token))
    return answer or VenueReply(status=503, code="SERVICE_UNAVAILABLE", message=f"board {board_id} does not answer")
