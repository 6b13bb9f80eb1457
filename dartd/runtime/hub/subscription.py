"""One client's subscription, and the modes in which events are delivered to it.

*Direct*: the client keeps up, and the hub writes to its transport. *Queued*: it does not, and references to events are queued. *Lagging*:
its queue was full; nothing more is queued, and it is served from the ring and, for older events, from the journal. After catching up it
becomes live within the same iteration of the event loop, so that no event is lost in between.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from dartd.runtime.hub.frame import text_frame
from dartd.runtime.hub.ring import Entry
from dartd.runtime.hub.topics import Interest

BATCH_BYTES = 32 * 1024  # size of one write, and thereby of a client's send buffer
BATCH_EVENTS = 256

_MAX_CONTROL = 32
_FIRST_STRIDE = 32


class Transport(Protocol):
    """The transport of a client as used by the hub."""

    @property
    def is_ready(self) -> bool:
        """Return whether more can be written without buffering it in memory."""

    def write(self, frames: bytes) -> None:
        """Write complete frames; calls `stop_direct` of its subscription when it is full."""


class SubscriptionHub(Protocol):
    """The hub as used by its subscriptions."""

    @property
    def last_seq(self) -> int:
        """Return the seq of the last published event."""

    def serve_lagging(self, subscription: "Subscription") -> None:
        """Serve a subscription from ring and journal."""

    def serve_queued(self, subscription: "Subscription") -> Iterable[Entry]:
        """Queue events from the next one on; return those that may not have been written to it yet."""

    def serve_directly(self, subscription: "Subscription") -> None:
        """Write to it directly from the next event on."""

    def recent(self, seq: int, limit: int) -> list[Entry] | None:
        """Return events from the ring."""

    async def read_journal(self, seq: int, limit: int) -> list[Entry]:
        """Return events from the journal."""

    async def check_reachable(self, seq: int) -> None:
        """Check that the events after `seq` are available."""


class Subscription:
    """Delivers each event once and in order: by `take`, or directly to a transport while that is ready.

    Control messages (`send_control`) are delivered before queued events. A change of topics applies to all events not yet delivered.
    With a transport messages are complete frames, without one JSON.
    """

    __slots__ = (
        "_control",
        "_hub",
        "_queue",
        "_queue_size",
        "_room",
        "_stride",
        "_transport",
        "_waiter",
        "delivered",
        "direct",
        "interest",
        "lagging",
        "lags",
        "position",
        "write",
    )

    def __init__(
        self, hub: SubscriptionHub, interest: Interest, position: int, queue_size: int, transport: Transport | None = None
    ) -> None:
        self._hub = hub
        self._queue_size = queue_size
        # Created on demand: most of ten thousand clients keep up and need none of them.
        self._queue: asyncio.Queue[Entry] | None = None
        self._control: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Event | None = None
        self._stride = _FIRST_STRIDE
        self._transport = transport
        self.write = transport.write if transport is not None else None
        self.interest = interest
        self.position = position
        self.direct = False
        self.lagging = True
        self.lags = 0
        self.delivered = 0

    # Called by the hub.

    def offer(self, entry: Entry) -> bool:
        """Queue a live event; return False if the queue is full."""
        if entry.seq <= self.position:  # delivered already, by a snapshot or directly
            return True
        if self._queue is None:
            self._queue = asyncio.Queue(self._queue_size)
        if self._queue.full():
            return False
        self._queue.put_nowait(entry)
        self.position = entry.seq
        self._wake()
        return True

    def lag(self, position: int) -> None:
        """Stop queueing; queued events are delivered first, then those after `position` from ring or journal."""
        self.position = position
        self.lags += 1
        self._start_lagging()

    def write_after(self, entries: Sequence[Entry]) -> None:
        """Write the entries that were not delivered yet."""
        for entry in entries:
            if self.direct and self.write is not None and entry.seq > self.position:
                self.position = entry.seq
                self.delivered += 1
                self.write(entry.frame)

    # Called by the session of the client.

    @property
    def depth(self) -> int:
        """Return the number of queued events."""
        return 0 if self._queue is None else self._queue.qsize()

    def stop_direct(self) -> None:
        """Stop direct writes because the transport is full or closed; events are queued until `take` finds it ready again."""
        if not self.direct:
            return
        self.direct = False
        for entry in self._hub.serve_queued(self):
            if not self.offer(entry):
                self.lag(entry.seq - 1)
                break
        self._wake()

    def send_control(self, payload: bytes) -> bool:
        """Send a control message before all queued events; return False (not sent) if too many are waiting."""
        message = payload if self._transport is None else text_frame(payload)
        if self.direct and self.write is not None:
            self.write(message)
            return True
        if len(self._control) >= _MAX_CONTROL:
            return False
        self._control.append(message)
        self._wake()
        return True

    async def has_room(self) -> None:
        """Wait until another control message can be sent."""
        while len(self._control) >= _MAX_CONTROL:
            if self._room is None:
                self._room = asyncio.Event()
            self._room.clear()
            await self._room.wait()

    def seek(self, seq: int) -> None:
        """Continue after `seq` and drop queued events. If `seq` is journalled and not published yet, wait for it."""
        self.direct = False
        self._queue = None
        self.position = seq
        if seq >= self._hub.last_seq:
            self._go_live()
        else:
            self._start_lagging()

    def resume(self, seq: int) -> None:
        """Continue after `seq` as named by a client; `take` raises GapError if that is too old or in the future."""
        if seq > self._hub.last_seq:
            self.direct = False
            self._queue = None
            self.position = seq
            self._start_lagging()
        else:
            self.seek(seq)

    def change(self, interest: Interest) -> None:
        """Change the topics from the next event on."""
        self.stop_direct()
        was_lagging = self.lagging
        self._hub.serve_lagging(self)
        self.interest = interest
        if not was_lagging:
            self._hub.serve_queued(self)
        self._wake()

    async def take(self, limit: int = BATCH_EVENTS) -> list[bytes]:
        """Wait for up to `limit` messages and return them, control messages first; an empty list if the transport is not ready.

        Raises:
            GapError: events after the position are gone, or it is in the future; call `seek` before continuing.
        """
        while True:
            if batch := self._take_waiting(limit):
                return batch
            if self.lagging:
                if batch := await self._catch_up(limit):
                    return batch
                continue
            if self._transport is not None:
                if not self._transport.is_ready:
                    return []
                self._go_direct()
            await self._wait()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield each message, without end."""
        while True:
            for payload in await self.take():
                yield payload

    # Internal

    def _take_waiting(self, limit: int) -> list[bytes]:
        batch, self._control = self._control[:limit], self._control[limit:]
        if self._room is not None:
            self._room.set()
        size, queue = 0, self._queue
        while queue is not None and len(batch) < limit and size < BATCH_BYTES and not queue.empty():
            entry = queue.get_nowait()
            batch.append(self._message(entry))
            size += len(entry.frame)
            self.delivered += 1
        return batch

    async def _catch_up(self, limit: int) -> list[bytes]:
        """Return missed events; become live if there are none. No await separates the last check from becoming live."""
        hub = self._hub
        if self.position > hub.last_seq:
            await hub.check_reachable(self.position)
        if self.position == hub.last_seq:
            self._go_live()
            return []
        entries = hub.recent(self.position, limit)
        if entries is None:
            position = self.position
            entries = await hub.read_journal(position, max(1, min(limit, self._stride)))
            # Read as many events as fit into a batch: more would be read again.
            mean_bytes = sum(len(entry.frame) for entry in entries) // len(entries)
            self._stride = max(1, min(BATCH_EVENTS, BATCH_BYTES // max(1, mean_bytes) + 1))
            if position != self.position or not self.lagging:  # seek was called in the meantime
                return []
        batch: list[bytes] = []
        size = 0
        for entry in entries:
            if size >= BATCH_BYTES:
                break
            self.position = entry.seq
            if self.interest.covers(entry.topic):
                batch.append(self._message(entry))
                size += len(entry.frame)
        self.delivered += len(batch)
        if self.position == hub.last_seq:
            self._go_live()
        return batch

    def _message(self, entry: Entry) -> bytes:
        return entry.payload if self._transport is None else entry.frame

    def _go_live(self) -> None:
        self.lagging = False
        self._hub.serve_queued(self)

    def _go_direct(self) -> None:
        self._queue = None
        self.direct = True
        self._hub.serve_directly(self)

    def _start_lagging(self) -> None:
        self.lagging = True
        self._hub.serve_lagging(self)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
