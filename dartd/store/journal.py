"""The journal: every event in its one order, on the disk before anybody hears of it."""

import logging
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self, get_args

import msgspec
import sqlalchemy as sa

from dartd.errors import StoreError
from dartd.store.database import READERS, SLOW_QUERY_S, Database, Line
from dartd.store.metadata import PLAYER_ON
from dartd.store.projections.throws import PLAY, fold
from dartd.store.timestamps import timestamp_of
from schemas.base import BoardId, EventId, Value
from schemas.codec import decode_journalled, encode_wire
from schemas.entities import EntityEvent
from schemas.events import CalibrationChanged, CameraStateChanged, Envelope, JournalledEvent

_log = logging.getLogger(__name__)

READ_LIMIT = 1000  # events in one answer; a reader that wants more asks again

_FORGOTTEN = tuple(str(e.__struct_config__.tag) for e in (*get_args(EntityEvent), CameraStateChanged, CalibrationChanged))  # by the board


class PastEvent(Value, frozen=True, kw_only=True):
    """An event read back from the journal; `at_s` is wall time in seconds since 1970."""

    seq: int
    at_s: float
    event: JournalledEvent


class Change(NamedTuple):
    """A change of what people keep, and the event that tells it, made of what came of the change."""

    make: Callable[[sa.Connection], Any]
    tell: Callable[[Any], EntityEvent]


Also = Callable[[sa.Connection, tuple[Envelope, ...]], None]  # what is written in the commit of events


def topic_of(event: JournalledEvent | EntityEvent, board_id: BoardId) -> str:
    """Name the one topic of an event: its camera's or entity's for what concerns one, the board's for all else."""
    if isinstance(event, EntityEvent):
        return f"{event.entity_type}:{event.entity_id}"
    if isinstance(event, CameraStateChanged | CalibrationChanged):
        return f"camera:{event.camera_id}"
    return f"board:{board_id}"


class Journal:
    """The events of one board. `seq` starts at 1 and has no gap; `stream_id` names this very sequence."""

    def __init__(
        self, database: Database, board_id: BoardId, stream_id: str, oldest_seq: int, last_seq: int, player_id: str | None
    ) -> None:
        self.database = database
        self.board_id = board_id
        self.stream_id = stream_id
        self.oldest_seq = oldest_seq
        self.last_seq = last_seq
        self.player_id = player_id  # who is signed on at the board; throws are kept as theirs

    @classmethod
    def open(
        cls, path: Path, board_id: BoardId, *, stream_id: str | None = None, readers: int = READERS, slow_query_s: float = SLOW_QUERY_S
    ) -> Self:
        """Open the journal in a store; blocks. A new store is given `stream_id`, or a random one.

        Raises:
            StoreBusyError: another daemon holds the store.
            StoreError: the store cannot be opened.
        """
        database = Database.open(path, readers=readers, slow_query_s=slow_query_s)
        try:
            return cls(database, board_id, *_introduce(path, stream_id or secrets.token_hex(8)))
        except sqlite3.Error as error:
            database.close()
            raise StoreError(f"the store {path} cannot be read ({error})", path=str(path)) from error

    def close(self) -> None:
        """Finish what waits and close the store; blocks; may be called twice."""
        self.database.close()

    async def append(self, events: Sequence[JournalledEvent], *, at_s: float, also: Also | None = None) -> tuple[Envelope, ...]:
        """Write events durably in one commit and give each its place; `also` writes in the same. `at_s` is wall time in seconds since 1970.

        Raises:
            StoreError: nothing was written; the same events may be tried again.
        """
        if not events and also is None:
            return ()

        def written(line: Line) -> tuple[Envelope, ...]:
            envelopes = self._insert(line, events, at_s)
            if also is not None:
                also(line.core, envelopes)
            return envelopes

        return self._noted(await self.database.transact(written))

    async def change(self, change: Change, *, at_s: float) -> tuple[Any, Envelope]:
        """Change what people keep and write the event that tells it, in one commit; gives what came of the change, and the event's place.

        Raises:
            StoreError: the disk refuses; nothing was written. Whatever the change raises: neither.
        """

        def changed(line: Line) -> tuple[Any, tuple[Envelope, ...]]:
            outcome = change.make(line.core)
            return outcome, self._insert(line, [change.tell(outcome)], at_s)

        changed.__qualname__ = change.make.__qualname__  # what a slow one is called in the log
        outcome, envelopes = await self.database.transact(changed)
        return outcome, self._noted(envelopes)[0]

    def _noted(self, envelopes: tuple[Envelope, ...]) -> tuple[Envelope, ...]:
        if envelopes:
            self.last_seq = max(self.last_seq, envelopes[-1].seq)
            self.oldest_seq = self.oldest_seq or envelopes[0].seq
        return envelopes

    async def read(self, since_seq: int, limit: int = READ_LIMIT) -> list[tuple[int, str, bytes]]:
        """Read events after `since_seq` in order, at most `limit` of them: their seq, topic and wire bytes.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self.database.read(
            lambda connection: connection.execute(
                "SELECT seq, topic, wire FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (since_seq, min(limit, READ_LIMIT))
            ).fetchall()
        )

    async def recent(self, limit: int = 2000) -> list[PastEvent]:
        """Read the board's last events in order, for it to remember by; what this version does not know is left out.

        Neither are those of cameras among them: one that comes and goes all night must not make the board forget its darts.

        Raises:
            StoreError: the store cannot be read.
        """
        told = f"SELECT seq, at_s, wire FROM events WHERE event_type NOT IN {_FORGOTTEN} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - our words
        rows = await self.database.read(lambda connection: connection.execute(told, (limit,)).fetchall())
        return [past for seq, at_s, wire in reversed(rows) if (past := _past(seq, at_s, wire)) is not None]

    def _insert(self, line: Line, events: Sequence[JournalledEvent | EntityEvent], at_s: float) -> tuple[Envelope, ...]:
        """Number and insert; the number comes from the table itself, so that a refused commit leaves no gap."""
        connection = line.raw
        last = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
        at_s = round(at_s, 3)  # the time that is told is the time that is kept: who asks for what came after it must find it
        timestamp = timestamp_of(at_s)
        envelopes = tuple(self._envelope(event, last + k, at_s, timestamp) for k, event in enumerate(events, 1))
        connection.executemany(
            "INSERT INTO events (seq, at_s, topic, event_type, wire) VALUES (?, ?, ?, ?, ?)",
            [(e.seq, at_s, e.topic, str(e.event.__struct_config__.tag), e.wire) for e in envelopes],
        )
        for envelope in envelopes:
            if isinstance(envelope.event, PLAY):
                fold(line.core, envelope.event, envelope.seq, at_s, player_id=self.player_id)
        return envelopes

    def _envelope(self, event: JournalledEvent | EntityEvent, seq: int, at_s: float, timestamp: str) -> Envelope:
        event_id = EventId(f"{self.stream_id}-{seq}")
        topic = topic_of(event, self.board_id)
        header: dict[str, str | int] = {
            "seq": seq,
            "event_id": event_id,
            "board_id": self.board_id,
            "topic": topic,
            "timestamp": timestamp,
        }
        return Envelope(
            seq=seq,
            event_id=event_id,
            board_id=self.board_id,
            topic=topic,
            at_s=at_s,
            timestamp=timestamp,
            event=event,
            wire=encode_wire(event, header),
        )


def _introduce(path: Path, stream_id: str) -> tuple[str, int, int, str | None]:
    """Read the stream's name, first and last seq, and who is signed on; names the stream when the store is new."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("INSERT OR IGNORE INTO metadata (key, value) VALUES ('stream_id', ?)", (stream_id,))
        (name,) = connection.execute("SELECT value FROM metadata WHERE key = 'stream_id'").fetchone()
        oldest, last = connection.execute("SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM events").fetchone()
        on = connection.execute("SELECT value FROM metadata WHERE key = ?", (PLAYER_ON,)).fetchone()
    finally:
        connection.close()
    return str(name), int(oldest), int(last), None if on is None else str(on[0])


def _past(seq: int, at_s: float, wire: bytes) -> PastEvent | None:
    try:
        return PastEvent(seq=seq, at_s=at_s, event=decode_journalled(wire))
    except msgspec.DecodeError as error:
        _log.warning("event %s of the journal is left out: %s", seq, error)
        return None
