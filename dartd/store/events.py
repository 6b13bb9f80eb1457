"""Pages of the journal, limited to what a caller may see."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.listing import Span, counted
from dartd.store.tables import events
from schemas.base import Value


class Wanted(Value, frozen=True, kw_only=True):
    """Which events: of these kinds of topic, of this type, with a topic that fits (`*` stands for any characters); None: any.

    `first_seq` is the first one wanted, `end_seq` the first one behind.
    """

    kinds: frozenset[str] | None = None
    event_type: str | None = None
    topics: tuple[str, ...] = ()  # one of them, each with `*` for any characters
    first_seq: int | None = None
    end_seq: int | None = None


class EventPage(Value, frozen=True, kw_only=True):
    """The encoded events, how many there are without paging (`COUNT_LIMIT` at most), and the seq to go on after; None: nothing follows."""

    wires: Sequence[bytes]
    total: int
    next_seq: int | None = None


def list_events(connection: sa.Connection, wanted: Wanted, *, since: int, limit: int, offset: int) -> EventPage:
    """Return up to `limit` events after `since`, oldest first, skipping `offset` of them; the total counts those before `since` too."""
    meant = _meant(wanted)
    narrow = wanted.event_type is not None or bool(wanted.topics)
    place = events.c.seq + 0 if narrow else events.c.seq  # what is rare is found by the index of types and topics, what is common by seq
    chosen = sa.select(events.c.seq).where(place > since, *meant).order_by(place).limit(limit + 1).offset(offset)
    rows: Sequence[Any] = connection.execute(
        sa.select(events.c.seq, events.c.wire).where(events.c.seq.in_(chosen)).order_by(events.c.seq)
    ).all()
    more = len(rows) > limit
    total = connection.execute(counting(wanted)).scalar_one()
    return EventPage(wires=[row.wire for row in rows[:limit]], total=total, next_seq=rows[limit - 1].seq if more else None)


def within(connection: sa.Connection, wanted: Wanted, span: Span) -> Wanted:
    """Return what is wanted, limited to a span of time."""
    first, end = (None if at_s is None else seq_at(connection, at_s) for at_s in (span.after_s, span.before_s))
    return msgspec.structs.replace(wanted, first_seq=first, end_seq=end)


def seq_at(connection: sa.Connection, at_s: float) -> int:
    """Return the lowest seq above those of all events before a time.

    Events are in the order of time as well, so that about twenty look-ups by seq find it, however long the history.
    """
    low, high = connection.execute(sa.select(sa.func.min(events.c.seq), sa.func.max(events.c.seq))).one()
    if high is None:
        return 1
    end = high + 1
    while low < end:
        middle = (low + end) // 2
        row = connection.execute(sa.select(events.c.seq, events.c.at_s).where(events.c.seq >= middle).order_by(events.c.seq).limit(1)).one()
        low, end = (row.seq + 1, end) if row.at_s < at_s else (low, middle)
    return int(low)


def counting(wanted: Wanted) -> sa.Select[int]:
    """Return the query that counts what is wanted, up to `COUNT_LIMIT`."""
    return counted(events, _meant(wanted))


def _meant(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    topic = events.c.topic
    meant: list[sa.ColumnElement[bool]] = []
    if wanted.first_seq is not None:
        meant.append(events.c.seq >= wanted.first_seq)
    if wanted.end_seq is not None:
        meant.append(events.c.seq < wanted.end_seq)
    if wanted.event_type is not None:
        meant.append(events.c.event_type == wanted.event_type)
    if wanted.topics:
        meant.append(sa.or_(*map(_is_of_topic, wanted.topics)))
    if wanted.kinds is not None:
        # as ranges (";" follows ":"), which an index serves in any database
        kinds = [sa.or_(topic == kind, sa.and_(topic >= f"{kind}:", topic < f"{kind};")) for kind in sorted(wanted.kinds)]
        meant.append(sa.or_(sa.false(), *kinds))
        if "player" not in wanted.kinds:  # comments on a player are of the kind of the player
            meant.append(sa.or_(topic < "comments:player:", topic >= "comments:player;"))
    return meant


def _is_of_topic(wanted: str) -> sa.ColumnElement[bool]:
    """Return the condition that a topic is the wanted one; the range of what stands before a `*` is what an index serves."""
    topic = events.c.topic
    prefix, star, _ = wanted.partition("*")
    if not star:
        return topic == wanted
    like = topic.like(_pattern(wanted), escape="/")
    return sa.and_(topic >= prefix, topic < prefix[:-1] + chr(ord(prefix[-1]) + 1), like) if prefix else like


def _pattern(topic: str) -> str:
    """Write a topic with `*` as a pattern of LIKE."""
    for special in "/%_":
        topic = topic.replace(special, f"/{special}")
    return topic.replace("*", "%")
