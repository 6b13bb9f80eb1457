"""The hub: publishes every event to the subscriptions of its topic and never waits for a client.

An event is encoded and framed once and shared by all clients. Clients that keep up are written to directly (`fanout.py`). A client that
does not has one bounded queue of references; if that is full, the client lags and is served from a shared ring of recent events, and from
the journal for older ones (`subscription.py`). It loses nothing and does not delay other clients.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from dartd.errors import DartdError
from dartd.runtime.hub.fanout import FanOut, Group
from dartd.runtime.hub.ring import Entry, Ring
from dartd.runtime.hub.subscription import Subscription, Transport
from dartd.runtime.hub.topics import DEFAULT_TOPICS, Interest
from schemas.base import Value
from schemas.events import Envelope, PlayerErased

Read = Callable[[int, int], Awaitable[Sequence[tuple[int, str, bytes]]]]

_MAX_READERS = 4
_MAX_ROUTES = 4096
_LOAD_BATCH = 256


class GapError(DartdError):
    """Requested events are not available. Send a snapshot and `seek` to its seq.

    `reason` is `too_old`, `future` or `other_stream`.
    """

    code = "GAP"

    def __init__(self, reason: str, *, requested: int, oldest: int, last_seq: int) -> None:
        super().__init__(f"the events after {requested} are not available: {reason}", requested=requested, oldest=oldest, last_seq=last_seq)
        self.reason = reason
        self.requested = requested
        self.oldest = oldest
        self.last_seq = last_seq


class Statistics(Value, frozen=True, kw_only=True):
    """Current state of the hub, and totals since its start (`published`, `deliveries`, `lags`, `journal_reads`)."""

    clients: int
    direct: int
    lagging: int
    queued: int
    deepest_queue: int
    ring_events: int
    ring_bytes: int
    published: int
    deliveries: int
    lags: int
    journal_reads: int


class Hub:
    """Fans events out to subscriptions. `publish` never blocks and is called only by the pipeline."""

    def __init__(
        self, *, read: Read, last_seq: int = 0, queue_size: int = 256, ring_events: int = 4096, ring_bytes: int = 8 * 1024 * 1024
    ) -> None:
        self._read = read
        self.last_seq = last_seq
        self._queue_size = queue_size
        self._ring = Ring(ring_events, ring_bytes)
        self._ring_events = ring_events
        # Subscriptions of equal interest form a group: an event costs time for its audience, not for all clients.
        self._groups: dict[Interest, Group] = {}
        self._lagging: dict[Subscription, None] = {}
        self._routes: dict[str, tuple[Group, ...]] = {}
        self._fanout = FanOut()
        self._readers = asyncio.Semaphore(_MAX_READERS)
        self._published = self._deliveries = self._lags = self._journal_reads = 0

    async def load(self) -> None:
        """Fill the ring from the journal before anything is published: after a restart all clients resume from the same events."""
        position = max(0, self.last_seq - self._ring_events)
        while position < self.last_seq and (rows := await self._read(position, _LOAD_BATCH)):
            for row in rows:
                if row[0] != position + 1:  # older ones were deleted, and the ring has no gap
                    self._ring.clear()
                self._ring.push(Entry.of(*row))
                position = row[0]

    def publish(self, envelope: Envelope) -> None:
        """Publish a journalled event to the subscriptions of its topic."""
        self.publish_encoded(envelope.seq, envelope.topic, envelope.wire, erases=isinstance(envelope.event, PlayerErased))

    def publish_encoded(self, seq: int, topic: str, wire: bytes, *, erases: bool = False) -> None:
        """Publish an event that need not be decoded; `erases`: what is in the ring was erased from the journal in the same commit."""
        entry = Entry.of(seq, topic, wire)
        self.last_seq = entry.seq
        if erases:
            self._ring.clear()
        self._ring.push(entry)
        self._published += 1
        for group in self._route(entry.topic):
            for subscription in [each for each in group.queued if not each.offer(entry)]:
                subscription.lag(entry.seq - 1)
            if group.direct:
                self._fanout.add(group, entry)

    def skip_to(self, seq: int) -> None:
        """Go on after an event that is not here, since those up to it were deleted from the journal: the ring has no gap."""
        self._ring.clear()
        self.last_seq = seq

    def publish_all(self, envelopes: Sequence[Envelope]) -> None:
        """Publish the events of one commit and write them in this iteration of the event loop."""
        for envelope in envelopes:
            self.publish(envelope)
        self._fanout.flush()

    def publish_unjournalled(self, topic: str, payload: bytes) -> None:
        """Publish a message that is not journalled to subscriptions of its topic; those with queued events are skipped."""
        for group in self._route(topic):
            for subscription in list(group.members()):
                if subscription.depth == 0:
                    subscription.send_control(payload)

    def is_followed(self, kind: str) -> bool:
        """Return whether someone may receive messages on topics of a kind: else there is no need to make any."""
        return any(interest.concerns(kind) for interest in self._groups)

    @contextmanager
    def subscribe(
        self,
        topics: Iterable[str] = DEFAULT_TOPICS,
        *,
        since: int | None = None,
        kinds: frozenset[str] | None = None,
        queue_size: int | None = None,
        transport: Transport | None = None,
    ) -> Iterator[Subscription]:
        """Subscribe from now on, or from after event `since`, while the block runs.

        A `transport` is written to directly while it is ready.

        Raises:
            TopicError: a topic is malformed, or there are too many.
        """
        interest = Interest(topics, kinds=kinds)
        subscription = Subscription(self, interest, self.last_seq, queue_size or self._queue_size, transport)
        subscription.resume(self.last_seq if since is None else since)
        try:
            yield subscription
        finally:
            subscription.direct = False
            self._lagging.pop(subscription, None)
            self._leave_group(subscription)
            self._deliveries += subscription.delivered
            self._lags += subscription.lags

    def statistics(self) -> Statistics:
        """Return the current figures."""
        live = [subscription for group in self._groups.values() for subscription in group.members()]
        subscriptions = [*live, *self._lagging]
        depths = [subscription.depth for subscription in subscriptions]
        return Statistics(
            clients=len(subscriptions),
            direct=sum(subscription.direct for subscription in live),
            lagging=len(self._lagging),
            queued=sum(depths),
            deepest_queue=max(depths, default=0),
            ring_events=len(self._ring.entries),
            ring_bytes=self._ring.bytes,
            published=self._published,
            deliveries=self._deliveries + sum(subscription.delivered for subscription in subscriptions),
            lags=self._lags + sum(subscription.lags for subscription in subscriptions),
            journal_reads=self._journal_reads,
        )

    # Called by subscriptions.

    @property
    def oldest_known(self) -> int:
        """Return the seq of the oldest event in the ring; the journal may contain older ones."""
        return self._ring.entries[0].seq if self._ring.entries else self.last_seq + 1

    def recent(self, seq: int, limit: int) -> list[Entry] | None:
        """Return up to `limit` events after `seq` from the ring; None if the ring starts later."""
        return self._ring.after(seq, limit)

    async def read_journal(self, seq: int, limit: int) -> list[Entry]:
        """Return up to `limit` events after `seq` from the journal, at least one; at most _MAX_READERS reads run at a time.

        Raises:
            GapError: the journal no longer holds the event after `seq`.
        """
        async with self._readers:
            self._journal_reads += 1
            found = [Entry.of(*row) for row in await self._read(seq, limit)]
        # Journalled events that are not published yet must not be delivered out of order.
        found = [entry for entry in found if entry.seq <= self.last_seq]
        if not found or found[0].seq != seq + 1:  # some were deleted
            oldest = found[0].seq if found else self.oldest_known
            raise GapError("too_old", requested=seq, oldest=oldest, last_seq=self.last_seq)
        return [entry for number, entry in enumerate(found, seq + 1) if entry.seq == number]  # up to the next that were deleted

    async def check_reachable(self, seq: int) -> None:
        """Check that the events after `seq` are available.

        Raises:
            GapError: they are gone, or `seq` is greater than the last published seq.
        """
        if seq > self.last_seq:
            raise GapError("future", requested=seq, oldest=self.oldest_known, last_seq=self.last_seq)
        if seq < self.last_seq and self.recent(seq, 1) is None:
            await self.read_journal(seq, 1)

    def serve_lagging(self, subscription: Subscription) -> None:
        """Serve a subscription from ring and journal."""
        self._leave_group(subscription)
        self._lagging[subscription] = None

    def serve_queued(self, subscription: Subscription) -> list[Entry]:
        """Queue events for a subscription from the next one on; return those that may not have been written to it yet."""
        group = self._group(subscription)
        group.join_queued(subscription)
        return group.unwritten()

    def serve_directly(self, subscription: Subscription) -> None:
        """Write to a subscription directly from the next event on."""
        self._group(subscription).join_direct(subscription)

    def _group(self, subscription: Subscription) -> Group:
        self._lagging.pop(subscription, None)
        group = self._groups.get(subscription.interest)
        if group is None:
            group = self._groups[subscription.interest] = Group(subscription.interest)
            self._routes.clear()
        return group

    def _leave_group(self, subscription: Subscription) -> None:
        group = self._groups.get(subscription.interest)
        if group is None:
            return
        group.leave(subscription)
        if not len(group):
            del self._groups[subscription.interest]
            self._routes.clear()

    def _route(self, topic: str) -> tuple[Group, ...]:
        groups = self._routes.get(topic)
        if groups is None:
            if len(self._routes) >= _MAX_ROUTES:
                self._routes.clear()
            groups = self._routes[topic] = tuple(group for interest, group in self._groups.items() if interest.covers(topic))
        return groups
