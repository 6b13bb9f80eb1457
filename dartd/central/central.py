"""The consumer of the central store: follows the stream of a venue and stores what it has."""

import asyncio
import logging
from typing import Any, Final

from dartd.central.ledger import ForeignEvent, Ledger
from dartd.config import NatsConfig
from dartd.outlets.nats.connection import NatsLink
from dartd.outlets.nats.stream import ensure_stream, subscribe
from dartd.outlets.nats.subjects import REPORT, address_of, position_of, venue_subject

_log = logging.getLogger(__name__)

BATCH: Final = 500  # messages in a commit
_WAITING: Final = 5000  # messages in memory; the server sends no more before some of them are stored


class Central:
    """Follows the stream. `is_current`: everything that was in it has been stored."""

    def __init__(self, settings: NatsConfig, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self.is_current = asyncio.Event()

    async def serve(self, link: NatsLink) -> None:
        """Store what comes until the connection is lost.

        Raises:
            LinkError: it was, or the stream cannot be used.
            StoreError: the store cannot be written.
        """
        from nats.js import api  # noqa: PLC0415 - an extra, which is missing where it is not used

        stream = await ensure_stream(link, self._settings)
        number, created = await self._ledger.stream_position()
        if created != stream.created:
            number = 0  # another stream: what is here already is skipped by the positions of the boards
        number = min(number, stream.last)
        if number >= stream.last:
            self.is_current.set()
        queue: asyncio.Queue[Any] = asyncio.Queue(_WAITING)
        config = api.ConsumerConfig(deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=number + 1)
        subscription = await subscribe(link, self._settings.stream, venue_subject(self._settings.venue), config, queue.put)
        try:
            while True:
                messages = [await queue.get()]
                while len(messages) < BATCH and not queue.empty():
                    messages.append(queue.get_nowait())
                await self._store(messages, stream.created)
                if messages[-1].metadata.num_pending == 0:
                    self.is_current.set()
        finally:
            if not link.client.is_closed:
                await subscription.unsubscribe()

    async def _store(self, messages: list[Any], created: str) -> None:
        received = []
        for message in messages:
            address, position = address_of(message.subject), position_of(message.headers)
            if address is not None and position is not None and address.kind != REPORT:
                received.append(ForeignEvent(address.board_id, position.stream_id, position.seq, bytes(message.data)))
        if received:  # reports alone move nothing that is worth a commit
            count = await self._ledger.append(received, messages[-1].metadata.sequence.stream, created)
            _log.debug("%s events stored, %s were here already", count, len(received) - count)
