"""The tables that are folds of the journal's events, and how they are folded, checked and rebuilt.

A projection declares its tables, the events it follows and its fold. It is folded in the commit of each event; `rebuild` empties its
tables and folds the whole journal into them, which gives the same rows (a property test holds every projection to that).

An exception in a fold is that projection's own: its rows of the event are undone, the failure is noted in the table `projections`, and
the event is journalled all the same. A projection whose `version` is not the stored one is rebuilt when the store is opened.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from dartd.store.tables import events, projections
from schemas.base import BoardId, Event
from schemas.codec import UNREADABLE, decode_journalled
from schemas.events import JournalledEvent

_log = logging.getLogger(__name__)

_CHUNK = 1000  # events read at once in a rebuild
_REASON_CHARACTERS = 300


class Recorded(NamedTuple):
    """An event as the journal has it; `at_s` is wall time, in seconds since 1970."""

    event: JournalledEvent
    seq: int
    at_s: float
    board_id: BoardId


@dataclass(frozen=True, kw_only=True)
class Projection:
    """One fold. Raise `version` when the fold changes: stores of the version before are rebuilt when they are opened.

    `settle` computes what the events of a batch have changed, once for all of them.
    """

    name: str
    version: int
    tables: tuple[sa.Table, ...]
    follows: tuple[type[Event], ...]
    fold: Callable[[sa.Connection, Recorded], None]
    settle: Callable[[sa.Connection], None] | None = None

    def apply(self, connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
        """Fold events, and settle what they have changed."""
        for each in recorded:
            self.fold(connection, each)
        if self.settle is not None:
            self.settle(connection)

    def event_types(self) -> list[str]:
        """Return the `event_type` of each event that is followed."""
        return [str(each.__struct_config__.tag) for each in self.follows]


class Registry:
    """All projections of a store. `failures` maps the name of each that has failed to the reason.

    `is_unavailable` says of an error whether it is of the database itself, which is no projection's fault.
    """

    def __init__(self, all_projections: Sequence[Projection], is_unavailable: Callable[[Exception], bool]) -> None:
        self.projections = tuple(all_projections)
        self._is_unavailable = is_unavailable
        self.failures: dict[str, str] = {}

    def load(self, connection: sa.Connection) -> list[Projection]:
        """Read the failures, and return the projections that must be rebuilt: the stored version is another."""
        stored: dict[str, Any] = {row.name: row for row in connection.execute(sa.select(projections))}
        self.failures = {name: row.failure for name, row in stored.items() if row.failure is not None}
        return [each for each in self.projections if each.name not in stored or stored[each.name].version != each.version]

    def follow(self, connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
        """Fold new events into every table that follows them, within the caller's transaction."""
        folds = []
        for projection in self.projections:
            mine = [each for each in recorded if isinstance(each.event, projection.follows)]
            if mine:
                folds.append((projection, mine))
        if len(folds) > 1 and self._try(connection, folds) is None:  # one savepoint costs less than one each
            return
        for projection, mine in folds:
            self._fold(connection, projection, mine)

    def rebuild(
        self, connection: sa.Connection, chosen: Sequence[Projection] | None = None, *, progress: Callable[[int], None] | None = None
    ) -> None:
        """Empty the tables of the chosen projections (all when None) and fold the journal; `progress` is called with the events read."""
        for projection in self.projections if chosen is None else chosen:
            _log.info("rebuilding the projection %s from the journal", projection.name)
            for table in projection.tables:
                connection.execute(sa.delete(table))
            self._note(connection, projection, failure=None)
            for chunk, read in _history(connection, projection):
                self._fold(connection, projection, chunk)
                if progress is not None:
                    progress(read)

    def _fold(self, connection: sa.Connection, projection: Projection, recorded: Sequence[Recorded]) -> None:
        """Fold events together, and one by one when that fails, so that only the failing ones are left out."""
        if len(recorded) > 1 and self._try(connection, [(projection, recorded)]) is None:
            return
        for each in recorded:
            error = self._try(connection, [(projection, [each])])
            if error is not None:
                failure = f"event {each.seq}: {type(error).__name__}: {error}"[:_REASON_CHARACTERS]
                _log.error("projection %s left out %s; correct it and run dartd rebuild", projection.name, failure, exc_info=error)
                self._note(connection, projection, failure=failure)

    def _try(self, connection: sa.Connection, folds: Sequence[tuple[Projection, Sequence[Recorded]]]) -> Exception | None:
        """Fold events into tables; undo all of it and return the exception when one is raised."""
        _control(connection, "SAVEPOINT fold")
        try:
            for projection, recorded in folds:
                projection.apply(connection, recorded)
        except Exception as error:
            if self._is_unavailable(error):
                raise
            _control(connection, "ROLLBACK TO fold")
            _control(connection, "RELEASE fold")
            return error
        _control(connection, "RELEASE fold")
        return None

    def _note(self, connection: sa.Connection, projection: Projection, *, failure: str | None) -> None:
        """Store the version and the failure of a projection; the first failure stays until the next rebuild."""
        if failure is None:
            self.failures.pop(projection.name, None)
            connection.execute(sa.delete(projections).where(projections.c.name == projection.name))
            connection.execute(sa.insert(projections).values(name=projection.name, version=projection.version, failure=None))
        elif self.failures.setdefault(projection.name, failure) == failure:
            connection.execute(sa.update(projections).where(projections.c.name == projection.name).values(failure=failure))


def _control(connection: sa.Connection, statement: str) -> None:
    """Execute a statement of transaction control without SQLAlchemy, which would make ready for a result."""
    raw: Any = connection.connection.driver_connection
    raw.execute(statement)


def _history(connection: sa.Connection, projection: Projection) -> Iterator[tuple[list[Recorded], int]]:
    """Yield the events that a projection follows, in order and in chunks, with the number read so far."""
    last, read = 0, 0
    chosen = sa.select(events).where(events.c.event_type.in_(projection.event_types())).order_by(events.c.seq).limit(_CHUNK)
    while rows := connection.execute(chosen.where(events.c.seq > last)).all():
        last, read = rows[-1].seq, read + len(rows)
        yield [recorded for row in rows if (recorded := _recorded(row)) is not None], read


def _recorded(row: Any) -> Recorded | None:
    try:
        return Recorded(decode_journalled(row.wire), row.seq, row.at_s, BoardId(row.board_id))
    except UNREADABLE as error:
        _log.warning("event %s of the journal cannot be read and is left out: %s", row.seq, error)
        return None
