"""The events of all boards in one store: each once, in the order of its board, with the derived tables folded in the same commit.

The store numbers the events of all boards together; a board's own seq stays in the event. What the store has of each board, and of the
stream, is stored in the commit of the events, so that what is received twice changes nothing.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec
import sqlalchemy as sa

from dartd.central import players
from dartd.config.database_url import DatabaseUrl
from dartd.store.journal import Journal
from dartd.store.mark import Mark
from dartd.store.metadata import recall, store_value
from dartd.store.person import empty_payloads
from dartd.store.projections import corrections, detections, matches, player_legs, sessions, throws
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import events, metadata
from dartd.store.timestamps import seconds_of_timestamp
from schemas.base import BoardId
from schemas.codec import UNREADABLE, decode_journalled
from schemas.events import PlayerErased

_log = logging.getLogger(__name__)

VENUE: Final = BoardId("venue")
STREAM_POSITION: Final = "central_stream"  # key in the store: number of the last message, and when the stream was created
BOARD: Final = "central_board:"  # and of each board: its position

# Alerts are of the machine of a board, numbered by each board for itself: they stay there.
OF_BOARDS: Final[tuple[Projection, ...]] = tuple(
    module.PROJECTION for module in (throws, matches, corrections, player_legs, sessions, detections)
)


class ForeignEvent(NamedTuple):
    """An event of a board as the stream has it: its board, its stream, its seq and its encoded bytes."""

    board_id: str
    stream_id: str
    seq: int
    wire: bytes


class BoardPosition(msgspec.Struct, frozen=True):
    """How far a board is stored: its stream, the last seq, the time of the last event in seconds since 1970.

    `floor_s`: a journal that was put back from a copy begins with events that are here already, those up to this time.
    """

    stream_id: str
    seq: int
    at_s: float
    floor_s: float = -1.0


class _Fields(msgspec.Struct, frozen=True):
    event_type: str
    topic: str
    timestamp: str


class Ledger:
    """The open central store."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.stored = 0
        self.skipped = 0

    @classmethod
    def open(cls, location: Path | DatabaseUrl) -> Self:
        """Open the store, and rebuild the tables whose version is another; blocks.

        Raises:
            StoreError: it cannot be opened.
        """
        return cls(Journal.open(location, VENUE, projections=(*OF_BOARDS, players.PROJECTION)))

    def close(self) -> None:
        """Close the store; blocks."""
        self.journal.close()

    async def stream_position(self) -> tuple[int, str]:
        """Return the number of the last message of the stream that is stored, and when that stream was created; 0 at first."""
        stored = await self.journal.database.read(lambda connection: recall(connection, STREAM_POSITION))
        number, _, created = (stored or "").partition(":")
        return (int(number) if number.isdecimal() else 0), created

    async def append(self, received: Sequence[ForeignEvent], number: int, created: str) -> int:
        """Store events in the order in which they were received, and how far the stream was read; return how many were new.

        Raises:
            StoreError: nothing was stored.
        """

        def insert(connection: sa.Connection) -> int:
            fresh = self._fresh(connection, received)
            self._insert(connection, fresh)
            store_value(connection, STREAM_POSITION, f"{number}:{created}")
            return len(fresh)

        count = await self.journal.database.write(insert)
        self.stored += count
        self.skipped += len(received) - count
        return count

    async def positions(self) -> dict[str, BoardPosition]:
        """Return how far each board is stored."""
        return await self.journal.database.read(_positions)

    async def rebuild(self) -> None:
        """Make every derived table anew from the events that are stored."""
        await self.journal.database.write(self.journal.registry.rebuild)

    def _fresh(self, connection: sa.Connection, received: Sequence[ForeignEvent]) -> list[tuple[ForeignEvent, _Fields, float]]:
        """Return the events that are not stored yet, and store the positions after them."""
        known, changed = _positions(connection), dict[str, BoardPosition]()
        fresh: list[tuple[ForeignEvent, _Fields, float]] = []
        for each in received:
            before = changed.get(each.board_id) or known.get(each.board_id)
            floor_s = -1.0 if before is None else before.floor_s
            if before is not None and before.stream_id != each.stream_id:
                _log.warning("board %s goes on with another journal: its events up to now are here already", each.board_id)
                floor_s = before.at_s
                before = None
            if before is not None and each.seq <= before.seq:
                continue
            try:
                fields = msgspec.json.decode(each.wire, type=_Fields)
                at_s = round(seconds_of_timestamp(fields.timestamp), 3)
            except (ValueError, OverflowError, RecursionError) as error:  # it would come again after each start
                _log.warning("event %s of board %s is no event, and is left out: %s", each.seq, each.board_id, error)
                continue
            last_s = at_s if before is None else max(before.at_s, at_s)
            changed[each.board_id] = BoardPosition(each.stream_id, each.seq, max(last_s, floor_s), floor_s)
            if at_s > floor_s:
                fresh.append((each, fields, at_s))
        for board_id, position in changed.items():
            store_value(connection, BOARD + board_id, msgspec.json.encode(position).decode())
        return fresh

    def _insert(self, connection: sa.Connection, fresh: Sequence[tuple[ForeignEvent, _Fields, float]]) -> None:
        if not fresh:
            return
        journal = self.journal
        last = int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0))).scalar_one())
        rows, recorded = [], []
        for seq, (event, fields, at_s) in enumerate(fresh, last + 1):
            row = {"seq": seq, "at_s": at_s, "topic": fields.topic, "event_type": fields.event_type, "wire": event.wire}
            rows.append({**row, "board_id": event.board_id})
            try:
                recorded.append(Recorded(decode_journalled(event.wire), seq, at_s, BoardId(event.board_id)))
            except UNREADABLE as error:  # of a newer version: it is kept, and folded by a rebuild after an update
                _log.warning("event %s of board %s cannot be read: %s", event.seq, event.board_id, error)
        journal.database.backend.note(Mark(journal.stream_id, last + len(rows)))
        connection.execute(sa.insert(events), rows)
        for each in recorded:
            if isinstance(each.event, PlayerErased):
                empty_payloads(connection, each.event.player_id)
        journal.registry.follow(connection, recorded)


def _positions(connection: sa.Connection) -> dict[str, BoardPosition]:
    rows = connection.execute(sa.select(metadata.c.key, metadata.c.value).where(metadata.c.key.startswith(BOARD, autoescape=True)))
    return {row.key.removeprefix(BOARD): msgspec.json.decode(row.value, type=BoardPosition) for row in rows.all()}
