"""Commands on their way to another board of the venue, and its answer."""

from typing import Final

import msgspec

from dartd.outlets.nats.connection import LinkError, NatsLink
from dartd.outlets.nats.subjects import command_subject
from schemas.codec import UNREADABLE, encode_json
from schemas.venue import VenueCommand, VenueReply

TIMEOUT_S: Final = 5.0
NOT_CONNECTED: Final = "BOARD_NOT_CONNECTED"  # code of the answer where no board was there to take the command

_reply: msgspec.json.Decoder[VenueReply] = msgspec.json.Decoder(VenueReply)


async def ask_board(link: NatsLink, venue: str, board_id: str, command: VenueCommand) -> VenueReply | None:
    """Have a board execute a command and return its answer; None if there is none, and it is not known whether it was executed."""
    try:
        return _reply.decode(await link.request(command_subject(venue, board_id), encode_json(command), timeout_s=TIMEOUT_S))
    except LinkError as error:
        is_there = not error.details.get("no_responders")
        return None if is_there else VenueReply(status=503, code=NOT_CONNECTED, message=f"board {board_id} is not connected")
    except UNREADABLE:
        return None
