"""What other boards report about the fixtures of this one, taken over once and in order, and which matches they were asked for.

The position in the stream, the last report of each board and the matches that are at other boards are one value in the store, written in
the commit of what a report changed.
"""

import asyncio
import logging
import secrets
from typing import Any, Final, Protocol

import msgspec
import sqlalchemy as sa

from dartd.errors import CommandRefusedError
from dartd.outlets.nats.stream import StreamFigures
from dartd.outlets.nats.subjects import address_of, position_of
from dartd.runtime.queued import CommandHook
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.comments import COMMENTS, parent_exists
from dartd.store.database import Database
from dartd.store.journal import Outcome, Write
from dartd.store.metadata import recall, store_value
from dartd.store.timestamps import seconds_of_timestamp
from schemas.api.comments import Comment
from schemas.base import Value
from schemas.codec import UNREADABLE, decode_journalled
from schemas.commands import AnyCommand
from schemas.events import CommentAdded, Envelope, FixtureReported
from schemas.tournament_commands import TakeReport

_log = logging.getLogger(__name__)

STORED: Final = "venue_fixtures"  # the key in the store
MOST_SENT: Final = 1000  # matches at other boards that are not over; the oldest are forgotten first

_replace = msgspec.structs.replace


class Taken(Value, frozen=True, kw_only=True):
    """How far reports are taken over: the number in the stream, and the stream and seq of each board; and matches by their boards."""

    number: int = 0
    created: str = ""
    boards: dict[str, tuple[str, int]] = msgspec.field(default_factory=dict)
    sent: dict[str, str] = msgspec.field(default_factory=dict)


class ResultsBoard(Protocol):
    """The lane of the board."""

    async def submit(self, command: AnyCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Execute and journal a command."""

    async def write(self, write: Write) -> object:
        """Change stored entities and journal their events in one commit."""


class VenueResults:
    """The reports. `stream` is that of JetStream as of now."""

    def __init__(self, board: ResultsBoard, database: Database, board_id: str, stream: StreamFigures) -> None:
        self._board = board
        self._database = database
        self._board_id = board_id
        self._stream = stream
        self._taken = Taken(created=stream.created)
        self._changing = asyncio.Lock()  # from the value before a change until the one after it is stored

    @property
    def sent(self) -> dict[str, str]:
        """Return the matches at other boards that are not known to be over, with their boards."""
        return self._taken.sent

    async def load(self) -> int:
        """Read how far the reports are taken over; return the number of the last message of this stream that is not needed again.

        Raises:
            StoreError: the store cannot be read.
        """
        stored = await self._database.read(lambda connection: recall(connection, STORED))
        taken = Taken() if stored is None else msgspec.json.decode(stored, type=Taken)
        if taken.created != self._stream.created:  # what is here already is skipped by the positions of the boards
            taken = _replace(taken, number=0, created=self._stream.created)
        self._taken = taken
        return min(taken.number, self._stream.last)

    async def note_sent(self, match_id: str, board_id: str) -> None:
        """Note, before a board is asked to begin a match, that it may be there."""
        async with self._changing:
            if self._taken.sent.get(match_id) != board_id:
                await self._store(_replace(self._taken, sent=_bounded({**self._taken.sent, match_id: board_id})))

    async def note_over(self, match_id: str) -> None:
        """Note that a match is at no other board any more."""
        async with self._changing:
            await self._store(_replace(self._taken, sent=_without(self._taken.sent, match_id)))

    async def take(self, message: Any, at: str) -> None:
        """Take over a message of the stream, unless it was before.

        Raises:
            StoreError: nothing was taken over. PipelineFullError: the same.
        """
        async with self._changing:
            await self._take(message, at)

    async def _take(self, message: Any, at: str) -> None:
        address, position = address_of(message.subject), position_of(message.headers)
        taken = _replace(self._taken, number=message.metadata.sequence.stream)
        try:
            event = decode_journalled(bytes(message.data))
        except UNREADABLE as error:
            _log.warning("a report about a fixture cannot be read: %s", error)
            return
        if address is None or position is None or not isinstance(event, FixtureReported) or event.host_id != self._board_id:
            self._taken = taken
            return
        stream_id, seq = self._taken.boards.get(address.board_id, ("", 0))
        if stream_id == position.stream_id and position.seq <= seq:
            return
        sent = {**taken.sent, event.match_id: address.board_id} if event.status == "playing" else _without(taken.sent, event.match_id)
        boards = {**taken.boards, address.board_id: (position.stream_id, position.seq)}
        evidence = f"{position.stream_id}-{position.seq}"
        await self._take_over(event, address.board_id, evidence, _replace(taken, boards=boards, sent=_bounded(sent)), at)

    async def _take_over(self, event: FixtureReported, board_id: str, evidence: str, taken: Taken, at: str) -> None:
        """Have a report taken over by the lane; `evidence` is the id of the event in the journal of the board that reported it."""
        user_id = f"board:{board_id}"
        command = TakeReport(
            fixture_id=event.fixture_id, match_id=event.match_id, status=event.status, result=event.result, at=at, user_id=user_id
        )
        entry = AuditEntry(
            at_s=seconds_of_timestamp(at),
            user_id=user_id,
            action=f"fixture.{event.status}",
            entity_type="fixture",
            entity_id=event.fixture_id,
            trace_id=evidence,
        )

        def keep(connection: sa.Connection, *_: object) -> None:
            append_entry(connection, entry)
            _store(connection, taken)

        try:
            await self._board.submit(command, keep)
        except CommandRefusedError as error:
            if "is_late" not in error.details:  # it is not stopped: what its board corrects is left to that board
                taken = _replace(taken, sent=_without(taken.sent, event.match_id))
            await self._refuse(event, entry, taken, error.message, at)
        self._taken = taken

    async def _refuse(self, event: FixtureReported, entry: AuditEntry, taken: Taken, reason: str, at: str) -> None:
        """Note that a report does not count: a result that came late is shown as a comment on its fixture."""
        is_result = event.status == "finished" and event.result is not None
        log = _log.warning if is_result else _log.info
        log("%s reports fixture %s as %s by match %s: %s", entry.user_id, event.fixture_id, event.status, event.match_id, reason)
        legs = " : ".join(map(str, event.result.legs)) if event.result is not None else ""
        text = f"{entry.user_id.partition(':')[2]}: {legs} (match {event.match_id}). Not counted: {reason}"
        comment = Comment(
            comment_id=f"cm_{secrets.token_hex(6)}",
            parent_type="fixture",
            parent_id=event.fixture_id,
            author=entry.user_id,
            text=text,
            created_at=at,
            edited_at=None,
        )

        def write(connection: sa.Connection) -> Outcome:
            append_entry(connection, _replace(entry, outcome="refused"))
            _store(connection, taken)
            if not is_result or not parent_exists(connection, "fixture", event.fixture_id):
                return Outcome(None)
            fields = ("comment_id", "parent_type", "parent_id", "author", "text")
            COMMENTS.insert(connection, {name: getattr(comment, name) for name in fields}, at_s=seconds_of_timestamp(at))
            payload = msgspec.to_builtins(comment)
            added = CommentAdded(entity_type="comment", entity_id=comment.comment_id, payload=payload, user_id=entry.user_id)
            return Outcome(None, (added,))

        await self._board.write(write)

    async def _store(self, taken: Taken) -> None:
        await self._database.write(lambda connection: _store(connection, taken))
        self._taken = taken


def _store(connection: sa.Connection, taken: Taken) -> None:
    store_value(connection, STORED, msgspec.json.encode(taken).decode())


def _without(sent: dict[str, str], match_id: str) -> dict[str, str]:
    return {name: board_id for name, board_id in sent.items() if name != match_id}


def _bounded(sent: dict[str, str]) -> dict[str, str]:
    return dict(list(sent.items())[-MOST_SENT:])
