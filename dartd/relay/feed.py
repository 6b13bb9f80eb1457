"""The one ordered consumer of a relay: reports first, then every message of the venue in the order of the stream."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any, Final

from dartd.config import NatsConfig
from dartd.outlets.nats.connection import TIMEOUT_S, LinkError, NatsLink
from dartd.outlets.nats.stream import StreamFigures, ensure_stream, last_of_board, subscribe
from dartd.outlets.nats.subjects import address_of, board_subject, report_subject, venue_subject
from dartd.relay.boards import Boards
from dartd.relay.history import StreamHistory
from dartd.runtime.venue_boards import OFFLINE_S

_log = logging.getLogger(__name__)

_LOOKUPS: Final = 64  # boards that have gone, asked for at a time


class RelayFeed:
    """Feeds the boards over one connection after another. `is_current`: everything that was in the stream has been received."""

    def __init__(self, settings: NatsConfig, boards: Boards, history: StreamHistory) -> None:
        self._settings = settings
        self._boards = boards
        self._history = history
        self._created = ""
        self.is_current = False
        self.is_connected = False
        self.reason = "not connected yet"
        self.latest_s = 0.0  # how old the last message was when it came

    async def serve(self, link: NatsLink) -> None:
        """Receive until the connection is lost.

        Raises:
            LinkError: it was, or the stream cannot be used.
        """
        from nats.js import api  # noqa: PLC0415 - an extra, which is missing where it is not used

        stream = await ensure_stream(link, self._settings)
        position = self._history.last
        if stream.created != self._created:
            if self._created:
                _log.warning("the stream %s is another: all viewers begin anew", self._settings.stream)
            self._boards.clear()
            position = await self._load(link, stream)
        self._created = stream.created
        position = min(position, stream.last)
        self._history.link, self._history.first, self._history.last = link, stream.first, position
        self.is_connected, self.reason = True, ""
        self.is_current = position >= stream.last
        config = api.ConsumerConfig(deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=position + 1)
        subscription = await subscribe(link, self._settings.stream, venue_subject(self._settings.venue), config, self._receive)
        try:
            await link.until_lost()
        finally:
            self.is_connected, self._history.link = False, None
            if not link.client.is_closed:
                await subscription.unsubscribe()

    def failed(self, reason: str) -> None:
        """Note why there is no connection."""
        self.reason = reason

    async def _receive(self, message: Any) -> None:
        metadata = message.metadata
        self._history.last = metadata.sequence.stream
        self.latest_s = max(0.0, (datetime.now(UTC) - metadata.timestamp).total_seconds())
        self._boards.apply(message.subject, message.headers, bytes(message.data), self.latest_s)
        if metadata.num_pending == 0:
            self.is_current = True

    async def _load(self, link: NatsLink, stream: StreamFigures) -> int:
        """Load the last report of each board; return the number of the message after which everything must be received.

        A board reports at the latest a second after an event, and every 15 seconds. From the oldest report of those that are there, all
        messages are received; of a board that has gone, the last message alone says how far it came.
        """
        import nats.errors  # noqa: PLC0415 - as above
        from nats.js import api  # noqa: PLC0415 - as above

        start, gone = stream.last, list[str]()
        config = api.ConsumerConfig(deliver_policy=api.DeliverPolicy.LAST_PER_SUBJECT)
        subscription = await subscribe(link, self._settings.stream, report_subject(self._settings.venue, "*"), config)
        try:
            info = await subscription.consumer_info()
            is_more = bool(info.num_pending or info.delivered.consumer_seq)
            while is_more:
                message = await subscription.next_msg(TIMEOUT_S)
                age_s = max(0.0, (datetime.now(UTC) - message.metadata.timestamp).total_seconds())
                self._boards.apply(message.subject, message.headers, bytes(message.data), age_s)
                address = address_of(message.subject)
                if age_s < OFFLINE_S:
                    start = min(start, message.metadata.sequence.stream)
                elif address is not None:
                    gone.append(address.board_id)
                is_more = message.metadata.num_pending > 0
        except (nats.errors.Error, TimeoutError) as error:
            raise LinkError(f"the reports of the boards cannot be read: {error!r}") from None
        finally:
            await subscription.unsubscribe()
        for first in range(0, len(gone), _LOOKUPS):
            await asyncio.gather(*(self._look_up(link, board_id) for board_id in gone[first : first + _LOOKUPS]))
        return start

    async def _look_up(self, link: NatsLink, board_id: str) -> None:
        last = await last_of_board(link, self._settings.stream, board_subject(self._settings.venue, board_id))
        if last is not None and last.position is not None:
            self._boards.known(board_id, last.position.seq, last.position.stream_id)
