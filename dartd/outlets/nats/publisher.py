"""The journal of a board on its way into the stream: each event once and in order, whatever fails in between.

Events go in batches that the stream stores together or not at all. Each batch names the number of the board's last message before it, so
that nothing is stored twice or ahead of what was lost. What the stream has last of the board is the position: it is asked after each new
connection and each answer that did not come, and a position in the store is needed only where the stream has nothing of the board.

Before the event that a player was erased, the events with what the board knows of the person are removed from the stream.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from dartd.config import NatsConfig
from dartd.outlets.nats.connection import LinkError, NatsLink
from dartd.outlets.nats.stream import StreamFigures, erase, last_of_board
from dartd.outlets.nats.subjects import (
    MESSAGE_ID,
    POSITION,
    JournalPosition,
    board_subject,
    event_subject,
    player_subject,
    report_subject,
)
from dartd.runtime.hub.hub import GapError, Hub
from dartd.runtime.hub.subscription import Subscription
from dartd.runtime.outlet_states import OutletState
from dartd.store.database import Database
from dartd.store.metadata import recall, store_value
from dartd.store.person import PERSONAL, ids_of
from schemas.codec import encode_json
from schemas.events import PlayerErased
from schemas.venue import BoardReport

_log = logging.getLogger(__name__)

STORED: Final = "nats_position"  # the key in the store: stream of the board, seq, and when the stream of JetStream was created
BATCH: Final = 100  # events that are on their way at a time
_BATCH_BYTES: Final = 512 * 1024
REPORT_S: Final = 1.0  # the shortest time between two reports
ALIVE_S: Final = 15.0  # the longest
_STORE_S: Final = 5.0  # between two writes of the position
_EXPECTED: Final = "Nats-Expected-Last-Subject-Sequence"
_CONFLICTS: Final = frozenset({10071, 10201})  # err_code: another last message than expected, an id that is there already
_ERASED: Final = str(PlayerErased.__struct_config__.tag)


class ReportSource(Protocol):
    """What makes the reports of a board."""

    def report(self, published_seq: int) -> BoardReport:
        """Return how the board does now."""


class JournalReader(Protocol):
    """The journal as the publisher reads it where the hub has no more."""

    async def read(self, since_seq: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """Return up to `limit` events after `since_seq`: seq, topic, encoded event."""


class _Header(msgspec.Struct, frozen=True):
    event_type: str
    seq: int = 0
    event_id: str = ""
    topic: str = ""
    player_id: str | None = None
    payload: msgspec.Raw = msgspec.Raw(b"{}")

    @property
    def person(self) -> str | None:
        """Return the player with whom the event is erased; None for an event that stays, or was erased already."""
        kind, _, player_id = self.topic.rpartition(":")
        return player_id if kind in PERSONAL and bytes(self.payload) != b"{}" else None


class _Message(NamedTuple):
    """`erased`: the player who was erased with this event."""

    subject: str
    payload: bytes
    headers: dict[str, str]
    seq: int
    erased: str | None = None


_header: msgspec.json.Decoder[_Header] = msgspec.json.Decoder(_Header)


class _ConflictError(Exception):
    """The stream has another last message of the board than expected: it must be asked."""


class Publisher:
    """Publishes over one connection. `stream_id` is that of the journal, `created` when the stream of JetStream was."""

    def __init__(  # noqa: PLR0913 - one for each thing that it reads or writes
        self,
        link: NatsLink,
        settings: NatsConfig,
        board_id: str,
        stream_id: str,
        *,
        hub: Hub,
        journal: JournalReader,
        database: Database,
        source: ReportSource,
        state: OutletState,
        stream: StreamFigures,
    ) -> None:
        self._link = link
        self._settings = settings
        self._board_id = board_id
        self._stream_id = stream_id
        self._hub = hub
        self._journal = journal
        self._database = database
        self._source = source
        self._state = state
        self._created = stream.created
        self._largest_bytes = stream.largest_bytes
        self._subject = board_subject(settings.venue, board_id)
        self._position = 0
        self._number = 0  # of the last message of the board in the stream
        self._stored = -1
        self._stored_at_s = 0.0
        self._reported: BoardReport | None = None
        self._reported_at_s = -ALIVE_S

    async def run(self) -> None:
        """Publish until cancelled.

        Raises:
            LinkError: the server did not answer.
        """
        now_s = asyncio.get_running_loop().time
        await self._locate()
        with self._hub.subscribe(("*",), since=self._position) as subscription:
            await self._report(now_s())
            while True:
                payloads: Sequence[bytes] = ()
                try:
                    async with asyncio.timeout(REPORT_S):
                        payloads = await subscription.take(BATCH)
                except TimeoutError:
                    pass
                except GapError:
                    payloads = [wire for _, _, wire in await self._journal.read(self._position, BATCH)]
                    last = _header.decode(payloads[-1]).seq if payloads else self._hub.last_seq
                    subscription.seek(last)
                await self._publish(subscription, payloads)
                await self._report(now_s())
                await self._store_position(now_s())

    # Events

    async def _publish(self, subscription: Subscription, payloads: Sequence[bytes]) -> None:
        """Publish events in batches; when the stream has others than expected, go on after those that it has."""
        messages = [message for payload in payloads if (message := self._message(payload)) is not None]
        try:
            for batch in _batches(messages, self._largest_bytes):
                first, published = batch[0], len(batch)
                if first.erased is not None:
                    await self._erase(first.erased)
                if len(first.payload) > self._largest_bytes:
                    self._leave_out(first)
                    published = 0
                else:
                    self._number = await self._send(batch)
                self._position = batch[-1].seq
                self._state.moved(self._position, published)
        except _ConflictError as error:
            _log.info("nats: the stream has something else than expected (%s); it is asked what it has", error)
            await self._locate()
            subscription.seek(self._position)

    def _message(self, payload: bytes) -> _Message | None:
        """Return the message of an event; None for what is not journalled."""
        header = _header.decode(payload)
        if not header.seq:
            return None
        subject = event_subject(self._settings.venue, self._board_id, header.event_type, header.person)
        erased = header.player_id if header.event_type == _ERASED else None
        return _Message(subject, payload, {MESSAGE_ID: header.event_id}, header.seq, erased)

    def _leave_out(self, message: _Message) -> None:
        """Go on without an event that the server can never take: all later events would wait for it."""
        _log.error(
            "nats: event %s (%s) is left out: it has %s bytes, and the server takes %s (max_payload)",
            message.seq,
            message.subject,
            len(message.payload),
            self._largest_bytes,
        )
        self._state.refused()

    async def _erase(self, player_id: str) -> None:
        """Remove what the stream has of a person, under all ids that the person had.

        A report comes first, so that the last message of the board, which is its position, is none that is removed. When a player got the
        id of one who was merged into this person before, the events of that player are removed too.
        """
        await self._send_report(self._source.report(self._position))
        for each in await self._database.read(lambda connection: ids_of(connection, player_id)):
            count = await erase(self._link, self._settings.stream, player_subject(self._settings.venue, self._board_id, each))
            _log.info("nats: %s events of player %s were erased from the stream", count, each)

    async def _send(self, batch: Sequence[_Message]) -> int:
        """Have messages stored, all of them or none; return the number of the last one in the stream.

        Raises:
            _ConflictError: the board's last message is another than expected.
            LinkError: it is not known whether they were stored.
        """
        first, *_ = batch
        first.headers.update({_EXPECTED: str(self._number), f"{_EXPECTED}-Subject": self._subject})
        name = secrets.token_hex(8)
        for number, message in enumerate(batch, 1):
            if len(batch) > 1:
                message.headers.update({"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(number)})
            if number < len(batch):
                await self._link.publish(message.subject, message.payload, message.headers)
        if len(batch) > 1:
            batch[-1].headers["Nats-Batch-Commit"] = "1"
        answer: dict[str, Any] = json.loads(await self._link.request(batch[-1].subject, batch[-1].payload, headers=batch[-1].headers))
        error = answer.get("error")
        if error is None:
            return int(answer["seq"])
        if error.get("err_code") in _CONFLICTS:
            raise _ConflictError(error.get("description"))
        raise LinkError(f"the stream {self._settings.stream} refuses events: {error.get('description')}")

    # Reports

    async def _report(self, now_s: float) -> None:
        """Publish how the board does if it has changed, or if the last report is old; it replaces that in the stream."""
        since_s = now_s - self._reported_at_s
        if since_s < REPORT_S:
            return
        report = self._source.report(self._position)
        if since_s < ALIVE_S and self._reported is not None and _compared(report) == _compared(self._reported):
            return
        try:
            await self._send_report(report)
        except _ConflictError:
            await self._locate()
            return
        self._reported, self._reported_at_s = report, now_s
        self._state.connected()

    async def _send_report(self, report: BoardReport) -> None:
        headers = {"Nats-Rollup": "sub", POSITION: f"{self._stream_id}-{self._position}"}
        subject = report_subject(self._settings.venue, self._board_id)
        self._number = await self._send([_Message(subject, encode_json(report), headers, self._position)])

    # The position

    async def _locate(self) -> None:
        """Find the last event of this journal that the stream has, and the number of the board's last message in it."""
        last = await last_of_board(self._link, self._settings.stream, self._subject)
        self._number = 0 if last is None else last.number
        position = None if last is None else last.position
        if position is None or position.stream_id != self._stream_id:
            if position is not None:
                _log.warning(
                    "nats: the stream has events of another journal as those of board %s: two boards of a venue must not have the same id",
                    self._board_id,
                )
            position = await self._stored_position()
        self._position = min(position.seq, self._hub.last_seq)
        self._state.moved(self._position)

    async def _stored_position(self) -> JournalPosition:
        """Return the position in the store if it is of this journal and of this very stream, else the beginning of the journal."""
        stored = await self._database.read(lambda connection: recall(connection, STORED))
        stream_id, _, rest = (stored or "").partition(":")
        seq, _, created = rest.partition(":")
        is_ours = stream_id == self._stream_id and created == self._created and seq.isdecimal()
        return JournalPosition(self._stream_id, int(seq) if is_ours else 0)

    async def _store_position(self, now_s: float) -> None:
        if self._position == self._stored or now_s - self._stored_at_s < _STORE_S:
            return
        value = f"{self._stream_id}:{self._position}:{self._created}"
        await self._database.write(lambda connection: store_value(connection, STORED, value))
        self._stored, self._stored_at_s = self._position, now_s


def _batches(messages: Sequence[_Message], largest_bytes: int) -> list[list[_Message]]:
    """Cut messages into batches of a bounded size; one that is too large is a batch alone, one that a player was erased with begins one."""
    batches: list[list[_Message]] = []
    size = 0
    for message in messages:
        count = len(message.payload)
        is_apart = message.erased is not None or count > largest_bytes
        if not batches or is_apart or len(batches[-1]) >= BATCH or size + count > _BATCH_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(message)
        size += count if count <= largest_bytes else _BATCH_BYTES
    return batches


def _compared(report: BoardReport) -> BoardReport:
    """Return a report without what changes all the time."""
    cameras = tuple(msgspec.structs.replace(camera, fps=0.0) for camera in report.snapshot.cameras)
    return msgspec.structs.replace(report, snapshot=msgspec.structs.replace(report.snapshot, cameras=cameras))
