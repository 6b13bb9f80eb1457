"""The hub: tells every event to everyone who asked for its topic, and waits for nobody.

An event's bytes are made once and shared. Each client has one bounded queue of references to them. A client whose queue is full
*lags*: nothing more is queued for it; what it missed is served from a ring of recent events that all laggards share, and what is
older than the ring from the journal. When it has caught up, it is live again within the same turn of the event loop, so that no
event falls between. It loses nothing, and it costs the others nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from dartd.errors import DartdError
from dartd.runtime.topics import DEFAULT_TOPICS, Interest
from schemas.base import Value
from schemas.events import Envelope


class Entry(NamedTuple):
    """An event's place in the stream, its topic, and its bytes as everyone gets them."""

    seq: int
    topic: str
    wire: bytes


Read = Callable[[int, int], Awaitable[Sequence[tuple[int, str, bytes]]]]

_READ_CHUNK = 256
_MAX_READERS = 4
_MAX_ROUTES = 4096
_MAX_CONTROL = 32


class GapError(DartdError):
    """Events that a client asked for are no longer here, or never were. Take a snapshot and `seek` behind it.

    `reason` is `too_old`, `future` or `other_stream`.
    """

    code = "GAP"

    def __init__(self, reason: str, *, requested: int, oldest: int, last_seq: int) -> None:
        super().__init__(f"the events after {requested} cannot be told: {reason}", requested=requested, oldest=oldest, last_seq=last_seq)
        self.reason = reason
        self.requested = requested
        self.oldest = oldest
        self.last_seq = last_seq


class Statistics(Value, frozen=True, kw_only=True):
    """How the hub stands now, and what it has done since it started (`published`, `deliveries`, `lags`, `journal_reads`)."""

    clients: int
    lagging: int
    queued: int
    deepest_queue: int
    ring_events: int
    ring_bytes: int
    published: int
    deliveries: int
    lags: int
    journal_reads: int


class _Ring:
    """The most recent events, bounded by count and by bytes; the oldest go first (they are in the journal)."""

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self.entries: deque[Entry] = deque()
        self.bytes = 0

    def push(self, entry: Entry) -> None:
        """Add an event; forget the oldest ones above the bounds."""
        self.entries.append(entry)
        self.bytes += len(entry.wire)
        while len(self.entries) > self._max_events or self.bytes > self._max_bytes:
            self.bytes -= len(self.entries.popleft().wire)

    def after(self, seq: int, limit: int) -> list[Entry] | None:
        """Give up to `limit` events after `seq`; None when the ring no longer reaches back that far."""
        if not self.entries or self.entries[0].seq > seq + 1:
            return None
        # The stream has no holes, so an event's place in the ring follows from its number.
        first = seq + 1 - self.entries[0].seq
        return [self.entries[i] for i in range(first, min(first + limit, len(self.entries)))]


class Subscription:
    """One client's view of the stream: iterate to get the bytes of its events, in order, each once.

    Control messages (`tell`) jump the queue. A change of topics holds for every event that is not in the queue yet.
    """

    def __init__(self, hub: "Hub", interest: Interest, position: int, queue_size: int) -> None:
        self._hub = hub
        self._queue: asyncio.Queue[Entry] = asyncio.Queue(queue_size)
        self._control: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.interest = interest
        self.position = position
        self.lagging = True
        self.lags = 0
        self.delivered = 0

    # Called by the hub.

    def offer(self, entry: Entry) -> bool:
        """Queue a live event; False when there is no room."""
        if entry.seq <= self.position:  # told by a snapshot already
            return True
        if self._queue.full():
            return False
        self._queue.put_nowait(entry)
        self.position = entry.seq
        self._wake.set()
        return True

    def lag(self, position: int) -> None:
        """Have nothing more queued; what is queued goes out first, then what came after `position` is looked up."""
        self.position = position
        self.lags += 1
        self._stand_by()

    def _stand_by(self) -> None:
        self.lagging = True
        self._hub.set_aside(self)
        self._wake.set()

    # Called by the client's side.

    @property
    def depth(self) -> int:
        """Count the events that wait in the queue."""
        return self._queue.qsize()

    def tell(self, wire: bytes) -> bool:
        """Send a control message ahead of all events; False (and not sent) when too many of them already wait."""
        if len(self._control) >= _MAX_CONTROL:
            return False
        self._control.append(wire)
        if len(self._control) >= _MAX_CONTROL:
            self._room.clear()
        self._wake.set()
        return True

    async def has_room(self) -> None:
        """Wait until another control message may be sent."""
        await self._room.wait()

    def seek(self, seq: int) -> None:
        """Go on after `seq`, whatever is queued. A `seq` that is in the journal and not told yet is waited for."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self.position = seq
        if seq >= self._hub.last_seq:
            self.go_live()
        else:
            self._stand_by()

    def resume(self, seq: int) -> None:
        """Go on after `seq` as a client names it; `take` tells when that is too old, or was never told."""
        self.seek(min(seq, self._hub.last_seq))
        self.position = seq
        if seq > self._hub.last_seq:
            self._stand_by()

    def change(self, interest: Interest) -> None:
        """Listen to other topics from here on."""
        self._hub.regroup(self, interest)

    async def take(self, limit: int = 64) -> list[bytes]:
        """Wait for messages and give up to `limit` of them, control messages first.

        Raises:
            GapError: events after the client's position are gone, or it lies in the future; `seek` before going on.
        """
        while True:
            self._wake.clear()
            if batch := self._take_waiting(limit):
                return batch
            if not self.lagging:
                await self._wake.wait()
            elif batch := await self._catch_up(limit):
                self.delivered += len(batch)
                return batch

    def _take_waiting(self, limit: int) -> list[bytes]:
        batch: list[bytes] = []
        while self._control and len(batch) < limit:
            batch.append(self._control.popleft())
            self._room.set()
        while len(batch) < limit and not self._queue.empty():
            batch.append(self._queue.get_nowait().wire)
            self.delivered += 1
        return batch

    async def _catch_up(self, limit: int) -> list[bytes]:
        """Give what was missed; become live when nothing was. No await stands between the last look and becoming live."""
        hub = self._hub
        if self.position > hub.last_seq:
            await hub.check_reachable(self.position)
        if self.position == hub.last_seq:
            self.go_live()
            return []
        entries = hub.recent(self.position, limit)
        if entries is None:
            position = self.position
            entries = await hub.read_journal(position, min(max(limit, 1), _READ_CHUNK))
            if position != self.position:  # somebody called seek meanwhile
                return []
        batch = [entry.wire for entry in entries if self.interest.covers(entry.topic)]
        self.position = entries[-1].seq
        if self.position == hub.last_seq:
            self.go_live()
        return batch

    def go_live(self) -> None:
        """Have live events queued from here on."""
        self.lagging = False
        self._hub.serve_live(self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the bytes of each message, for as long as the subscription stands."""
        while True:
            for wire in await self.take():
                yield wire


class Hub:
    """Fans events out to subscriptions. `publish` is plain, never blocks, and is called by the pipeline alone."""

    def __init__(
        self, *, read: Read, last_seq: int = 0, queue_size: int = 256, ring_events: int = 4096, ring_bytes: int = 8 * 1024 * 1024
    ) -> None:
        self._read = read
        self.last_seq = last_seq
        self._queue_size = queue_size
        self._ring = _Ring(ring_events, ring_bytes)
        # Readers of equal interest stand in one group: an event costs its audience, not everybody.
        self._live: dict[Interest, dict[Subscription, None]] = {}
        self._lagging: dict[Subscription, None] = {}
        self._routes: dict[str, tuple[dict[Subscription, None], ...]] = {}
        self._readers = asyncio.Semaphore(_MAX_READERS)
        self._published = self._deliveries = self._lags = self._journal_reads = 0

    def publish(self, envelope: Envelope) -> None:
        """Tell an event that is in the journal to everyone who listens to its topic."""
        entry = Entry(envelope.seq, envelope.topic, envelope.wire)
        self.last_seq = entry.seq
        self._ring.push(entry)
        self._published += 1
        for group in self._route(entry.topic):
            full = [subscription for subscription in group if not subscription.offer(entry)]
            self._deliveries += len(group) - len(full)
            for subscription in full:
                subscription.lag(entry.seq - 1)
                self._lags += 1

    @contextmanager
    def subscribe(
        self,
        topics: Iterable[str] = DEFAULT_TOPICS,
        *,
        since: int | None = None,
        kinds: frozenset[str] | None = None,
        queue_size: int | None = None,
    ) -> Iterator[Subscription]:
        """Listen: from now on, or from after the event `since`; leaving the block frees everything at once.

        Raises:
            TopicError: a topic is malformed, or there are too many.
        """
        subscription = Subscription(self, Interest(topics, kinds=kinds), self.last_seq, queue_size or self._queue_size)
        subscription.resume(self.last_seq if since is None else since)
        try:
            yield subscription
        finally:
            self._lagging.pop(subscription, None)
            self._leave_group(subscription)

    def statistics(self) -> Statistics:
        """Count what was done."""
        depths = [subscription.depth for group in (*self._live.values(), self._lagging) for subscription in group]
        return Statistics(
            clients=len(depths),
            lagging=len(self._lagging),
            queued=sum(depths),
            deepest_queue=max(depths, default=0),
            ring_events=len(self._ring.entries),
            ring_bytes=self._ring.bytes,
            published=self._published,
            deliveries=self._deliveries,
            lags=self._lags,
            journal_reads=self._journal_reads,
        )

    # Called by subscriptions.

    @property
    def oldest_known(self) -> int:
        """Name the oldest event of the ring; the journal may hold older ones."""
        return self._ring.entries[0].seq if self._ring.entries else self.last_seq + 1

    def recent(self, seq: int, limit: int) -> list[Entry] | None:
        """Give up to `limit` events after `seq` from the ring; None when it does not reach back that far."""
        return self._ring.after(seq, limit)

    async def read_journal(self, seq: int, limit: int) -> list[Entry]:
        """Give up to `limit` events after `seq` from the journal, at least one; a few readers at a time.

        Raises:
            GapError: the journal no longer holds the event after `seq`.
        """
        async with self._readers:
            self._journal_reads += 1
            found = [Entry(*row) for row in await self._read(seq, limit)]
        # What the journal holds and the hub has not told yet must wait for its turn.
        found = [entry for entry in found if entry.seq <= self.last_seq]
        if not found or found[0].seq != seq + 1:
            oldest = found[0].seq if found else self.oldest_known
            raise GapError("too_old", requested=seq, oldest=oldest, last_seq=self.last_seq)
        return found

    async def check_reachable(self, seq: int) -> None:
        """Make sure that the events after `seq` can be told.

        Raises:
            GapError: they are gone, or `seq` was never told.
        """
        if seq > self.last_seq:
            raise GapError("future", requested=seq, oldest=self.oldest_known, last_seq=self.last_seq)
        if seq < self.last_seq and self.recent(seq, 1) is None:
            await self.read_journal(seq, 1)

    def set_aside(self, subscription: Subscription) -> None:
        """Take a subscription out of live service."""
        self._leave_group(subscription)
        self._lagging[subscription] = None

    def serve_live(self, subscription: Subscription) -> None:
        """Serve a subscription live, from the next event on."""
        self._lagging.pop(subscription, None)
        group = self._live.get(subscription.interest)
        if group is None:
            group = self._live[subscription.interest] = {}
            self._routes.clear()
        group[subscription] = None

    def regroup(self, subscription: Subscription, interest: Interest) -> None:
        """Change what a subscription listens to."""
        self._leave_group(subscription)
        subscription.interest = interest
        if not subscription.lagging:
            self.serve_live(subscription)

    def _leave_group(self, subscription: Subscription) -> None:
        group = self._live.get(subscription.interest)
        if group is None or subscription not in group:
            return
        del group[subscription]
        if not group:
            del self._live[subscription.interest]
            self._routes.clear()

    def _route(self, topic: str) -> tuple[dict[Subscription, None], ...]:
        groups = self._routes.get(topic)
        if groups is None:
            if len(self._routes) >= _MAX_ROUTES:
                self._routes.clear()
            groups = self._routes[topic] = tuple(group for interest, group in self._live.items() if interest.covers(topic))
        return groups
