"""The journal: every event in its one order, on the disk before it is published."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Self

import msgspec
import sqlalchemy as sa

from dartd.errors import StoreUnavailableError, StoreUnconfirmedError
from dartd.store.backends import Backend, Location, open_backend
from dartd.store.database import READERS, SLOW_QUERY_S, Database
from dartd.store.envelopes import envelope_of, row_of
from dartd.store.formats import store_builtin
from dartd.store.mark import Mark
from dartd.store.metadata import STREAM_ID, remember, store_value
from dartd.store.projections import ALL
from dartd.store.projections.registry import Projection, Recorded, Registry
from dartd.store.pruning import prune_audit, prune_events
from dartd.store.tables import decider_memories, events
from dartd.store.timestamps import timestamp_of
from schemas.base import BoardId, Value
from schemas.codec import UNREADABLE, decode_journalled
from schemas.events import Envelope, JournalledEvent

_log = logging.getLogger(__name__)

FILE_CHECK_S = 2.0  # two system calls
READ_LIMIT = 1000  # events in one answer; a reader that wants more asks again


class PastEvent(Value, frozen=True, kw_only=True):
    """An event read back from the journal, None when this version cannot decode it; `at_s` is wall time in seconds since 1970."""

    seq: int
    at_s: float
    event: JournalledEvent | None


class Memory(NamedTuple):
    """What a decider remembers, as of event `seq`."""

    seq: int
    body: bytes


class Outcome(NamedTuple):
    """The outcome of a write: its result, and the events of it, in order."""

    result: Any
    events: Sequence[JournalledEvent] = ()


Write = Callable[[sa.Connection], Outcome]


class CommitHook(NamedTuple):
    """What is written in the commit of events, given all of them; `fail` is called with its exception, which undoes it alone."""

    write: Callable[[sa.Connection, tuple[Envelope, ...]], None]
    fail: Callable[[BaseException], None]


class Written(NamedTuple):
    """A write that is durable: its result, and its events with their positions."""

    result: Any
    envelopes: tuple[Envelope, ...]


class Journal:
    """The events of one board. `seq` starts at 1 and has no gap; `stream_id` names this very sequence."""

    def __init__(
        self, database: Database, board_id: BoardId, registry: Registry, *, stream_id: str, oldest_seq: int, last_seq: int
    ) -> None:
        self.database = database
        self.board_id = board_id
        self.registry = registry
        self.stream_id = stream_id
        self.oldest_seq = oldest_seq
        self.last_seq = last_seq
        self.file_fault: str | None = None
        self.publish_late: Callable[[tuple[Envelope, ...]], None] = _publish_nowhere
        self._unconfirmed: tuple[Envelope, ...] = ()

    @classmethod
    def open(
        cls,
        path: Location,
        board_id: BoardId,
        *,
        stream_id: str | None = None,
        readers: int = READERS,
        slow_query_s: float = SLOW_QUERY_S,
        projections: Sequence[Projection] = ALL,
    ) -> Self:
        """Open the journal in a store, and rebuild the projections whose version is another; blocks.

        A new store is given `stream_id`, or a random one.

        Raises:
            StoreBusyError: another daemon holds the store.
            StoreError: the store cannot be opened.
        """
        backend = open_backend(path)
        registry = Registry(projections, lambda error: isinstance(backend.store_error(error), StoreUnavailableError))
        try:
            backend.begin()
            stale = registry.load(backend.writer)
            registry.rebuild(backend.writer, stale)
            store_builtin(backend.writer)
            bounds = sa.select(sa.func.coalesce(sa.func.min(events.c.seq), 0), sa.func.coalesce(sa.func.max(events.c.seq), 0))
            oldest, last = backend.writer.execute(bounds).one()
            name = _stream_of(backend, last, stream_id)
            backend.control("COMMIT")
        except sa.exc.SQLAlchemyError as error:
            backend.close()
            raise backend.store_error(error) from error
        except BaseException:
            backend.close()
            raise
        database = Database(backend, path, readers=readers, slow_query_s=slow_query_s)
        return cls(database, board_id, registry, stream_id=name, oldest_seq=oldest, last_seq=last)

    @property
    def projection_failures(self) -> Mapping[str, str]:
        """Return the derived tables that miss an event, each with the reason; `dartd rebuild` mends them."""
        return self.registry.failures

    @property
    def damaged_log(self) -> Path | None:
        """Return where a log that was damaged at the start is kept, None when it was whole."""
        return self.database.backend.damaged_log

    async def watch_file(self, period_s: float = FILE_CHECK_S) -> NoReturn:
        """Look every `period_s` whether the file of the store is still the one at its path; `file_fault` says what is wrong."""
        while True:
            fault = await asyncio.to_thread(self._check_file)
            if fault is not None and fault != self.file_fault:
                _log.error("%s", fault)
            self.file_fault = fault
            await asyncio.sleep(period_s)

    def _check_file(self) -> str | None:
        try:
            self.database.backend.check_file()
        except StoreUnavailableError as error:
            return error.message
        return None

    def close(self) -> None:
        """Finish what waits and close the store; blocks; may be called twice."""
        self.database.close()

    async def append(
        self,
        events: Sequence[JournalledEvent],
        *,
        at_s: float,
        memories: Mapping[str, bytes] | None = None,
        hooks: Sequence[CommitHook] = (),
    ) -> tuple[Envelope, ...]:
        """Write events durably in one commit and give each its position; `at_s` is wall time, in seconds since 1970.

        In the same commit the memories of deciders are stored and the hooks are called.

        A commit without an answer is looked up first: if it was made, the same events are not written again, and those of a `write`
        are given to `publish_late`.

        Raises:
            StoreUnconfirmedError: they were written, or not; the same events must be tried again.
            StoreUnavailableError: nothing was written; the same events may be tried again.
            StoreError: the store refuses the events themselves.
        """
        before = await self._confirmed()
        if before and all(envelope.event is event for envelope, event in zip(before, events, strict=False)):
            events, hooks = events[len(before) :], ()  # this is the commit without an answer
        elif before:
            self.publish_late(before)
            before = self._unconfirmed = ()
        placed: list[tuple[Envelope, ...]] = []

        def insert(connection: sa.Connection) -> tuple[Envelope, ...]:
            envelopes = self._insert(connection, events, at_s)
            if memories:
                self._store_memories(connection, memories, envelopes[-1].seq if envelopes else _last_seq(connection))
            placed.append(envelopes)
            return envelopes

        def calling(hook: CommitHook) -> Callable[[sa.Connection], None]:
            return lambda connection: hook.write(connection, placed[0])

        try:
            inserted, *hooked = await self.database.transact([insert, *map(calling, hooks)])
        except StoreUnconfirmedError:
            self._unconfirmed = before + (placed[0] if placed else ())
            raise
        if isinstance(inserted, BaseException):
            raise inserted
        self._unconfirmed = ()
        for hook, outcome in zip(hooks, hooked, strict=True):
            if isinstance(outcome, BaseException):
                hook.fail(outcome)
        return before + self._noted(inserted)

    async def write(self, writes: Sequence[Write], *, at_s: float, contexts: Sequence[Context] | None = None) -> list[Written | Exception]:
        """Carry out writes of people in order, each with its events, in one commit; an exception undoes that write alone.

        Raises:
            StoreUnconfirmedError: they were carried out, or not; `append` will publish their events late if they were.
            StoreUnavailableError: nothing was written.
        """
        placed: list[Envelope] = []

        def carry_out(write: Write) -> Callable[[sa.Connection], Written]:
            def written(connection: sa.Connection) -> Written:
                outcome = write(connection)
                envelopes = self._insert(connection, outcome.events, at_s)
                placed.extend(envelopes)
                return Written(outcome.result, envelopes)

            written.__qualname__ = write.__qualname__  # what a slow one is called in the log
            return written

        try:
            done: list[Written | Exception] = await self.database.transact([carry_out(write) for write in writes], contexts)
        except StoreUnconfirmedError:
            self._unconfirmed = tuple(placed)
            raise
        for each in done:
            if isinstance(each, Written):
                self._noted(each.envelopes)
        return done

    async def _confirmed(self) -> tuple[Envelope, ...]:
        """Return the events of the commit without an answer, if it was made; none if it was not, or if there is no such commit.

        Raises:
            StoreUnavailableError: it cannot be found out yet.
        """
        if not self._unconfirmed:
            return ()
        last = self._unconfirmed[-1]
        chosen = sa.select(events.c.wire).where(events.c.seq == last.seq)
        if await self.database.write(lambda connection: connection.execute(chosen).scalar()) != last.wire:
            self._unconfirmed = ()
            return ()
        return self._noted(self._unconfirmed)

    async def prune(self, before_s: float) -> None:
        """Delete events from before `before_s` (wall time) that no table is made of, and old audit entries; a bounded number a call.

        Raises:
            StoreError: they could not be deleted.
        """
        kept_types = {name for projection in self.registry.projections for name in projection.event_types()}
        await self.database.change(lambda connection: prune_events(connection, before_s=before_s, kept_types=kept_types))
        await self.database.change(lambda connection: prune_audit(connection, before_s=before_s))

    async def read(self, since_seq: int, limit: int = READ_LIMIT) -> list[tuple[int, str, bytes]]:
        """Return events after `since_seq` in order, at most `limit` of them: their seq, topic and encoded bytes.

        Raises:
            StoreError: the store cannot be read.
        """
        bounds = {"since_seq": since_seq, "most": min(limit, READ_LIMIT)}
        rows = await self.database.read(lambda connection: connection.execute(_AFTER, bounds).all())
        return [(row.seq, row.topic, row.wire) for row in rows]

    async def memory(self, decider: str) -> Memory | None:
        """Return what a decider of this board remembered last, None when it never did.

        Raises:
            StoreError: the store cannot be read.
        """
        mine = {"of_decider": decider, "of_board": self.board_id}
        row = await self.database.read(lambda connection: connection.execute(_MEMORY, mine).first())
        return None if row is None else Memory(row.seq, row.body)

    async def history(self, since_seq: int, kinds: Sequence[type[msgspec.Struct]], limit: int = READ_LIMIT) -> list[PastEvent]:
        """Return this board's events of some kinds after `since_seq`, at most `limit` of them.

        Raises:
            StoreError: the store cannot be read.
        """
        types = [str(kind.__struct_config__.tag) for kind in kinds]
        wanted = {"since_seq": since_seq, "of_board": self.board_id, "types": types, "most": limit}
        rows = await self.database.read(lambda connection: connection.execute(_HISTORY, wanted).all())
        return [PastEvent(seq=row.seq, at_s=row.at_s, event=_decoded(row.wire)) for row in rows]

    async def last_timestamp(self, kind: type[msgspec.Struct]) -> str | None:
        """Return when the last event of a kind on the board's own topic was journalled, None when none was.

        Raises:
            StoreError: the store cannot be read.
        """
        mine = (events.c.event_type == str(kind.__struct_config__.tag), events.c.topic == f"board:{self.board_id}")
        chosen = sa.select(events.c.at_s).where(*mine).order_by(events.c.seq.desc()).limit(1)
        at_s = await self.database.read(lambda connection: connection.execute(chosen).scalar())
        return None if at_s is None else timestamp_of(at_s)

    def _insert(self, connection: sa.Connection, new: Sequence[JournalledEvent], at_s: float) -> tuple[Envelope, ...]:
        """Number, insert and fold; the number comes from the table itself, so that a refused commit leaves no gap."""
        if not new:
            return ()
        last = _last_seq(connection)
        if last < self.last_seq:  # clients know later ones: a number must never be used again
            raise StoreUnavailableError(f"{self.database.path} was overwritten while dartd runs: restart it", path=str(self.database.path))
        at_s = round(at_s, 3)  # the time that is published is the time that is stored: a query for what came after it must find it
        envelopes = tuple(envelope_of(event, self.board_id, self.stream_id, last + k, at_s) for k, event in enumerate(new, 1))
        self.database.backend.note(Mark(self.stream_id, envelopes[-1].seq))
        try:
            connection.execute(_INSERT, [row_of(envelope) for envelope in envelopes])
        except sa.exc.IntegrityError as error:  # not caused by a request: the table itself refuses the events
            raise self.database.backend.store_error(error) from error
        self.registry.follow(connection, [Recorded(e.event, e.seq, at_s, self.board_id) for e in envelopes])
        return envelopes

    def _store_memories(self, connection: sa.Connection, memories: Mapping[str, bytes], seq: int) -> None:
        for decider, body in memories.items():
            row = {"decider": decider, "board_id": self.board_id, "seq": seq, "body": body}
            changed = {"of_decider": decider, "of_board": self.board_id, "seq": seq, "body": body}
            if not connection.execute(_UPDATE_MEMORY, changed).rowcount:
                connection.execute(_INSERT_MEMORY, row)

    def _noted(self, envelopes: tuple[Envelope, ...]) -> tuple[Envelope, ...]:
        if envelopes:
            self.last_seq = max(self.last_seq, envelopes[-1].seq)
            self.oldest_seq = self.oldest_seq or envelopes[0].seq
        return envelopes


def _publish_nowhere(_envelopes: tuple[Envelope, ...]) -> None:
    """Leave events that were committed without an answer to those who read the journal."""


_LAST_SEQ = sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0))
_INSERT = sa.insert(events)
_SINCE = events.c.seq > sa.bindparam("since_seq")
_AFTER = (
    sa.select(events.c.seq, events.c.topic, events.c.wire)
    .where(_SINCE)
    .order_by(events.c.seq)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_HISTORY = (
    sa.select(events.c.seq, events.c.at_s, events.c.wire)
    .where(_SINCE, events.c.board_id == sa.bindparam("of_board"), events.c.event_type.in_(sa.bindparam("types", expanding=True)))
    .order_by(events.c.seq)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_ONE_MEMORY = (decider_memories.c.decider == sa.bindparam("of_decider"), decider_memories.c.board_id == sa.bindparam("of_board"))
_MEMORY = sa.select(decider_memories.c.seq, decider_memories.c.body).where(*_ONE_MEMORY)
_INSERT_MEMORY = sa.insert(decider_memories)
_UPDATE_MEMORY = sa.update(decider_memories).where(*_ONE_MEMORY).values(seq=sa.bindparam("seq"), body=sa.bindparam("body"))


def _stream_of(backend: Backend, last_seq: int, wanted: str | None) -> str:
    """Return the name of the stream in a store; a new one where another copy of the store may have gone on with it.

    The copy's events would get the same positions, and clients that know those would miss these.
    """
    name = remember(backend.writer, STREAM_ID, wanted or secrets.token_hex(8))
    mark = backend.earlier_mark()
    if not last_seq or (mark is not None and mark.stream_id == name and mark.seq <= last_seq):
        return name
    name = secrets.token_hex(8)
    store_value(backend.writer, STREAM_ID, name)
    _log.warning("the store is a copy, or older than the daemon that ran last: its events go on as the stream %s", name)
    return name


def _last_seq(connection: sa.Connection) -> int:
    return int(connection.execute(_LAST_SEQ).scalar_one())


def _decoded(wire: bytes) -> JournalledEvent | None:
    try:
        return decode_journalled(wire)
    except UNREADABLE:
        return None
