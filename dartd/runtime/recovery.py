"""What a decider remembers after a restart: its stored memory, and the events that the journal has behind it."""

import logging
from collections.abc import Iterator, Sequence
from typing import get_args

from dartd.runtime.clock import Clock
from dartd.runtime.decider import Decider
from dartd.store.journal import Journal, PastEvent
from dartd.store.projections.tournaments import PROJECTION, changeable
from dartd.tournament.state import Tournaments
from schemas.codec import UNREADABLE
from schemas.events import AlertChanged, BoardEvent, EntityEvent, JournalledEvent, MatchCommanded

_log = logging.getLogger(__name__)

_REMEMBERED = (*get_args(BoardEvent), *get_args(EntityEvent), MatchCommanded, AlertChanged)


async def recover(decider: Decider, journal: Journal, clock: Clock) -> list[JournalledEvent]:
    """Restore a decider, and return the events of people's writes that came after its memory was stored: inputs that it has yet to get.

    A memory that is missing (a store of an earlier revision) or cannot be read is replaced by a fold of the whole journal.

    Raises:
        StoreError: the store cannot be read.
    """
    now = clock.now()
    epoch_s = clock.wall(now) - now
    memory = await journal.memory(decider.name)
    body, since = (None, 0) if memory is None else (memory.body, memory.seq)
    try:
        decider.restore(body, (), now=now, epoch_s=epoch_s)
    except UNREADABLE as error:
        _log.warning("the memory of the %s cannot be read (%s): it is made anew from the journal", decider.name, error)
        memory, body, since = None, None, 0
    pending: list[JournalledEvent] = []
    while chunk := await journal.history(since, _REMEMBERED):
        decider.restore(body, _at_media_time(chunk, epoch_s), now=now, epoch_s=epoch_s)
        body, since = decider.memory(epoch_s), chunk[-1].seq
        if memory is not None:
            pending += [past.event for past in chunk if isinstance(past.event, EntityEvent)]
    if memory is None and body is None:
        decider.restore(None, (), now=now, epoch_s=epoch_s)
    return pending


async def recover_tournaments(state: Tournaments, journal: Journal) -> None:
    """Restore the state of tournaments from their tables, or, where those miss an event, from the journal.

    Raises:
        StoreError: the store cannot be read.
    """
    if PROJECTION.name not in journal.projection_failures:
        state.take_over(await journal.database.read(changeable))
        return
    since = 0
    while chunk := await journal.history(since, get_args(EntityEvent)):
        for event, _ in _at_media_time(chunk, 0.0):
            state.apply(event)
        since = chunk[-1].seq


def _at_media_time(chunk: Sequence[PastEvent], epoch_s: float) -> Iterator[tuple[JournalledEvent, float]]:
    for past in chunk:
        if past.event is None:
            _log.warning("event %s of the journal is left out: this version cannot read it", past.seq)
        else:
            yield past.event, past.at_s - epoch_s
