"""Events of a board that are older than what a relay has in memory, read from the stream.

The stream numbers the messages of all boards together: where an event of one board lies is found by bisection over these numbers.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from dartd.errors import StoreUnavailableError
from dartd.outlets.nats.connection import TIMEOUT_S, Link, LinkError
from dartd.outlets.nats.subjects import REPORT, address_of, board_subject, position_of
from schemas.codec import encode_json

_NUMBER: Final = "Nats-Sequence"
_SUBJECT: Final = "Nats-Subject"
_STATUS: Final = "Status"
_MAX_BATCH: Final = 256
_MAX_BYTES: Final = 1 << 20


class _Topic(msgspec.Struct, frozen=True):
    topic: str


_topic: msgspec.json.Decoder[_Topic] = msgspec.json.Decoder(_Topic)


class _Found(NamedTuple):
    """A message of the board: its number, and the seq of its event, or of the last one before a report; -1 for another journal."""

    number: int
    seq: int


class StreamHistory:
    """Reads over the connection of the relay while there is one."""

    def __init__(self, stream: str, venue: str) -> None:
        self._stream = stream
        self._venue = venue
        self.link: Link | None = None
        self.first = 1  # the number of the first message of the stream, as of the last connection
        self.last = 0  # of the last one that the relay has received
        self.reads = 0

    async def read(self, board_id: str, stream_id: str, seq: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """Return up to `limit` events of a board after `seq`; none if the stream does not have them any more.

        Raises:
            StoreUnavailableError: there is no connection.
        """
        if self.link is None:
            raise StoreUnavailableError("there is no connection to NATS")
        self.reads += 1
        try:
            number = await self._first_after(self.link, board_id, stream_id, seq)
            messages = await self._messages(self.link, board_id, number, min(limit, _MAX_BATCH))
        except LinkError as error:
            raise StoreUnavailableError(error.message) from None
        events: list[tuple[int, str, bytes]] = []
        for message in messages:
            address, position = address_of(message.headers.get(_SUBJECT, "")), position_of(message.headers)
            if address is None or address.kind == REPORT or position is None or position.stream_id != stream_id:
                continue
            if position.seq > seq:
                events.append((position.seq, _topic.decode(message.data).topic, bytes(message.data)))
        return events

    async def _first_after(self, link: Link, board_id: str, stream_id: str, seq: int) -> int:
        """Return the lowest number from which on all messages of the board come after its event `seq`."""
        low, high = self.first, self.last + 1
        while low < high:
            middle = (low + high) // 2
            found = await self._next(link, board_id, stream_id, middle)
            if found is None or found.seq > seq:
                high = middle
            else:
                low = found.number + 1
        return low

    async def _next(self, link: Link, board_id: str, stream_id: str, number: int) -> _Found | None:
        """Return the first message of a board from a number on."""
        ask = encode_json({"seq": number, "next_by_subj": board_subject(self._venue, board_id)})
        message = await link.request_message(f"$JS.API.DIRECT.GET.{self._stream}", ask)
        headers = message.headers or {}
        if _STATUS in headers:
            return None
        position = position_of(headers)
        is_ours = position is not None and position.stream_id == stream_id
        return _Found(int(headers[_NUMBER]), position.seq if position is not None and is_ours else -1)

    async def _messages(self, link: Link, board_id: str, number: int, limit: int) -> list[Any]:
        """Return up to `limit` messages of a board from a number on."""
        import nats.errors  # noqa: PLC0415 - an extra, which is missing where it is not used

        ask = {"seq": number, "next_by_subj": board_subject(self._venue, board_id), "batch": limit, "max_bytes": _MAX_BYTES}
        inbox = link.client.new_inbox()
        subscription = await link.client.subscribe(inbox)
        found: list[Any] = []
        try:
            await link.publish(f"$JS.API.DIRECT.GET.{self._stream}", encode_json(ask), reply=inbox)
            while True:
                message = await subscription.next_msg(TIMEOUT_S)
                if message.headers is None or _STATUS in message.headers:
                    return found
                found.append(message)
        except (nats.errors.Error, TimeoutError) as error:
            raise LinkError(f"the stream cannot be read: {error!r}") from None
        finally:
            await subscription.unsubscribe()
