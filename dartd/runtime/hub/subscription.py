"""One client's view of the stream, and the ways its events reach it.

While the client keeps up, the hub writes to its outlet *directly*. While it does not, what comes is *queued* for it, by reference. When
its queue is full it *lags*: nothing more is held for it, and it is served from the ring, below that from the journal. Once it has
caught up it is live again within the same turn of the event loop, so that no event falls between.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from dartd.runtime.hub.frame import text_frame
from dartd.runtime.hub.ring import Entry
from dartd.runtime.hub.topics import Interest

BATCH_BYTES = 32 * 1024  # written at once; a client's socket never holds much more than that for it
BATCH_EVENTS = 256

_MAX_CONTROL = 32
_FIRST_STRIDE = 32


class Outlet(Protocol):
    """A client's socket as the hub writes to it."""

    @property
    def is_ready(self) -> bool:
        """Say whether it takes more at once, without keeping it in memory."""

    def write(self, frames: bytes) -> None:
        """Send whole frames; says `hold` to its subscription when it can take no more."""


class Desk(Protocol):
    """The hub as its subscriptions need it."""

    @property
    def last_seq(self) -> int:
        """Number of the last event that was told."""

    def set_aside(self, subscription: "Subscription") -> None:
        """Take it out of live service."""

    def serve_queued(self, subscription: "Subscription") -> Iterable[Entry]:
        """Queue for it from here on; gives what was published and may not have been written to it yet."""

    def serve_directly(self, subscription: "Subscription") -> None:
        """Write to it directly from here on."""

    def recent(self, seq: int, limit: int) -> list[Entry] | None:
        """Give events from the ring."""

    async def read_journal(self, seq: int, limit: int) -> list[Entry]:
        """Give events from the journal."""

    async def check_reachable(self, seq: int) -> None:
        """Make sure that the events after `seq` can be told."""


class Subscription:
    """Take its messages, or give it an outlet and take only when that cannot keep up. Every event comes once, in order.

    Control messages (`tell`) jump the queue. A change of topics holds for every event that is not on its way yet.
    With an outlet messages are whole frames, without one they are JSON.
    """

    __slots__ = (
        "_control",
        "_desk",
        "_outlet",
        "_queue",
        "_queue_size",
        "_room",
        "_stride",
        "_waiter",
        "delivered",
        "direct",
        "interest",
        "lagging",
        "lags",
        "position",
        "write",
    )

    def __init__(self, desk: Desk, interest: Interest, position: int, queue_size: int, outlet: Outlet | None = None) -> None:
        self._desk = desk
        self._queue_size = queue_size
        # Ten thousand clients keep up and need none of these: they are made for those who do not.
        self._queue: asyncio.Queue[Entry] | None = None
        self._control: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Event | None = None
        self._stride = _FIRST_STRIDE
        self._outlet = outlet
        self.write = outlet.write if outlet is not None else None
        self.interest = interest
        self.position = position
        self.direct = False
        self.lagging = True
        self.lags = 0
        self.delivered = 0

    # Called by the hub.

    def offer(self, entry: Entry) -> bool:
        """Queue a live event; False when there is no room."""
        if entry.seq <= self.position:  # told already, by a snapshot or directly
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
        """Have nothing more queued; what is queued goes out first, then what came after `position` is looked up."""
        self.position = position
        self.lags += 1
        self._stand_by()

    def write_after(self, entries: Sequence[Entry]) -> None:
        """Write those of the entries that were not told yet."""
        for entry in entries:
            if self.direct and self.write is not None and entry.seq > self.position:
                self.position = entry.seq
                self.delivered += 1
                self.write(entry.frame)

    # Called by the client's side.

    @property
    def depth(self) -> int:
        """Count the events that wait in the queue."""
        return 0 if self._queue is None else self._queue.qsize()

    def hold(self) -> None:
        """Write nothing directly any more: the outlet is full, or gone. What comes is queued until `take` finds it ready again."""
        if not self.direct:
            return
        self.direct = False
        for entry in self._desk.serve_queued(self):
            if not self.offer(entry):
                self.lag(entry.seq - 1)
                break
        self._wake()

    def tell(self, wire: bytes) -> bool:
        """Send a control message ahead of all events; False (and not sent) when too many of them already wait."""
        message = wire if self._outlet is None else text_frame(wire)
        if self.direct and self.write is not None:
            self.write(message)
            return True
        if len(self._control) >= _MAX_CONTROL:
            return False
        self._control.append(message)
        self._wake()
        return True

    async def has_room(self) -> None:
        """Wait until another control message may be sent."""
        while len(self._control) >= _MAX_CONTROL:
            if self._room is None:
                self._room = asyncio.Event()
            self._room.clear()
            await self._room.wait()

    def seek(self, seq: int) -> None:
        """Go on after `seq`, whatever is queued. A `seq` that is in the journal and not told yet is waited for."""
        self.direct = False
        self._queue = None
        self.position = seq
        if seq >= self._desk.last_seq:
            self._go_live()
        else:
            self._stand_by()

    def resume(self, seq: int) -> None:
        """Go on after `seq` as a client names it; `take` tells when that is too old, or was never told."""
        if seq > self._desk.last_seq:
            self.direct = False
            self._queue = None
            self.position = seq
            self._stand_by()
        else:
            self.seek(seq)

    def change(self, interest: Interest) -> None:
        """Listen to other topics from here on."""
        self.hold()
        was_lagging = self.lagging
        self._desk.set_aside(self)
        self.interest = interest
        if not was_lagging:
            self._desk.serve_queued(self)
        self._wake()

    async def take(self, limit: int = BATCH_EVENTS) -> list[bytes]:
        """Wait for messages and give up to `limit` of them, control messages first; none when it is the outlet that must be waited for.

        Raises:
            GapError: events after the client's position are gone, or it lies in the future; `seek` before going on.
        """
        while True:
            if batch := self._take_waiting(limit):
                return batch
            if self.lagging:
                if batch := await self._catch_up(limit):
                    return batch
                continue
            if self._outlet is not None:
                if not self._outlet.is_ready:
                    return []
                self._go_direct()
            await self._wait()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the bytes of each message, for as long as the subscription stands."""
        while True:
            for wire in await self.take():
                yield wire

    # Inside

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
        """Give what was missed; become live when nothing was. No await stands between the last look and becoming live."""
        desk = self._desk
        if self.position > desk.last_seq:
            await desk.check_reachable(self.position)
        if self.position == desk.last_seq:
            self._go_live()
            return []
        entries = desk.recent(self.position, limit)
        if entries is None:
            position = self.position
            entries = await desk.read_journal(position, max(1, min(limit, self._stride)))
            # As many as fit into a batch are read: what is read beyond it would be read again.
            mean_bytes = sum(len(entry.frame) for entry in entries) // len(entries)
            self._stride = max(1, min(BATCH_EVENTS, BATCH_BYTES // max(1, mean_bytes) + 1))
            if position != self.position or not self.lagging:  # somebody called seek meanwhile
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
        if self.position == desk.last_seq:
            self._go_live()
        return batch

    def _message(self, entry: Entry) -> bytes:
        return entry.wire if self._outlet is None else entry.frame

    def _go_live(self) -> None:
        self.lagging = False
        self._desk.serve_queued(self)

    def _go_direct(self) -> None:
        self._queue = None
        self.direct = True
        self._desk.serve_directly(self)

    def _stand_by(self) -> None:
        self.lagging = True
        self._desk.set_aside(self)
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
