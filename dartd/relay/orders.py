"""Commands on their way to a board: the board checks the token, and its answer is passed on."""

import msgspec

from dartd.outlets.nats.connection import LinkError
from dartd.outlets.nats.subjects import command_subject
from dartd.relay.services import RelayServices
from schemas.codec import UNREADABLE, encode_json
from schemas.venue import VenueReply

ACTIONS = ("start", "stop", "reset")
TIMEOUT_S = 5.0


async def order(services: RelayServices, board_id: str, action: str, token: str | None) -> VenueReply:
    """Have a board execute a command and return its answer, or the reason why there is none."""
    if action not in ACTIONS:
        return VenueReply(status=422, code="VALIDATION_ERROR", message=f"a relay passes on {', '.join(ACTIONS)} alone")
    if services.boards.get(board_id) is None:
        return VenueReply(status=404, code="RESOURCE_NOT_FOUND", message=f"there is no board {board_id[:64]!r} in this venue")
    if token is None:
        return VenueReply(status=401, code="AUTH_INVALID_TOKEN", message="a token of the board is required: send Authorization: Bearer …")
    link = services.history.link
    if link is None:
        return VenueReply(status=503, code="SERVICE_UNAVAILABLE", message="the relay has no connection to NATS")
    command = encode_json({"action": action, "token": token})
    try:
        answer = await link.request(command_subject(services.config.nats.venue, board_id), command, timeout_s=TIMEOUT_S)
        return msgspec.json.decode(answer, type=VenueReply)
    except (LinkError, *UNREADABLE):
        return VenueReply(status=503, code="SERVICE_UNAVAILABLE", message=f"board {board_id} does not answer")
