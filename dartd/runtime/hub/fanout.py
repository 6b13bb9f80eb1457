"""Fan-out: events of one turn of the event loop, joined once, written straight to everybody who keeps up.

A very large audience is served in parts, with turns of the loop between; what is published meanwhile is joined, so that more
load makes larger writes and not longer queues.
"""

import asyncio
from collections.abc import Iterator, Sequence

from dartd.runtime.hub.ring import Entry
from dartd.runtime.hub.subscription import BATCH_BYTES, Subscription
from dartd.runtime.hub.topics import Interest

_WRITES_PER_TURN = 500  # two milliseconds or so
_MAX_PENDING = 1024  # events that wait for their turn; with more they are written at once, however long that takes


class Block:
    """Events that are written together, and who has still to get them."""

    __slots__ = ("audience", "data", "done", "entries", "first", "last")

    def __init__(self, entries: Sequence[Entry], data: bytes, audience: Sequence[Subscription]) -> None:
        self.entries = entries
        self.first, self.last = entries[0].seq, entries[-1].seq
        self.data = data
        self.audience = audience
        self.done = 0

    def write(self, count: int) -> bool:
        """Write to this many more; True when everybody has been written to."""
        first, last, data, events = self.first, self.last, self.data, len(self.entries)
        for subscription in self.audience[self.done : self.done + count]:
            if not subscription.direct or subscription.write is None:
                continue
            if subscription.position < first:
                # Before the write: an outlet that is full with it says so at once, and must not be given it again.
                subscription.position = last
                subscription.delivered += events
                try:
                    subscription.write(data)
                except RuntimeError:  # the transport was closed under our hands; its session is about to hear of it
                    subscription.hold()
            elif subscription.position < last:
                subscription.write_after(self.entries)
        self.done += count
        return self.done >= len(self.audience)


class Group:
    """Subscriptions of equal interest, those that are queued for and those that are written to directly."""

    __slots__ = ("_audience", "block", "direct", "interest", "pending", "queued")

    def __init__(self, interest: Interest) -> None:
        self.interest = interest
        self.queued: dict[Subscription, None] = {}
        self.direct: dict[Subscription, None] = {}
        self.pending: list[Entry] = []
        self.block: Block | None = None
        self._audience: list[Subscription] | None = None

    def __len__(self) -> int:
        return len(self.queued) + len(self.direct)

    def members(self) -> Iterator[Subscription]:
        """Name everybody."""
        yield from self.queued
        yield from self.direct

    def unsettled(self) -> list[Entry]:
        """Give what was published and has not been written to every one yet."""
        return [*(self.block.entries if self.block is not None else ()), *self.pending]

    def join_queued(self, subscription: Subscription) -> None:
        """Queue for it."""
        self.leave(subscription)
        self.queued[subscription] = None

    def join_direct(self, subscription: Subscription) -> None:
        """Write to it."""
        self.queued.pop(subscription, None)
        self.direct[subscription] = None
        self._audience = None

    def leave(self, subscription: Subscription) -> None:
        """Forget it."""
        self.queued.pop(subscription, None)
        if subscription in self.direct:
            del self.direct[subscription]
            self._audience = None

    def audience(self) -> list[Subscription]:
        """List those that are written to directly; the list is shared and never changed."""
        if self._audience is None:
            self._audience = list(self.direct)
        return self._audience


class FanOut:
    """Writes what is pending, group by group, in turns of the event loop."""

    def __init__(self) -> None:
        self._due: dict[Group, None] = {}
        self._joined: dict[tuple[int, ...], bytes] = {}
        self._is_scheduled = False

    def add(self, group: Group, entry: Entry) -> None:
        """Have an event written to those of the group that keep up, when the turn ends."""
        group.pending.append(entry)
        self._due[group] = None
        if len(group.pending) >= _MAX_PENDING:
            while self._due:
                self._work(_WRITES_PER_TURN)
        elif not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._turn)

    def flush(self) -> None:
        """Write now what would be written when the turn ends: no more comes in this turn."""
        writes = _WRITES_PER_TURN
        while self._due and writes > 0:
            writes -= self._work(writes)

    def _turn(self) -> None:
        self.flush()
        if self._due:
            asyncio.get_running_loop().call_soon(self._turn)
        else:
            self._is_scheduled = False
            self._joined.clear()

    def _work(self, writes: int) -> int:
        """Write for the group that has waited longest; gives how much of the allowance was used."""
        group = next(iter(self._due))
        if group.block is None:
            group.block = self._next_block(group)
        used = min(writes, len(group.block.audience) - group.block.done)
        if group.block.write(writes):
            group.block = None
            del self._due[group]
            if group.pending:  # behind the others
                self._due[group] = None
        return max(1, used)

    def _next_block(self, group: Group) -> Block:
        size = count = 0
        for entry in group.pending:
            if size and size + len(entry.frame) > BATCH_BYTES:
                break
            size += len(entry.frame)
            count += 1
        entries, group.pending = group.pending[:count], group.pending[count:]
        return Block(entries, self._join(entries), group.audience())

    def _join(self, entries: Sequence[Entry]) -> bytes:
        if len(entries) == 1:
            return entries[0].frame
        key = tuple(entry.seq for entry in entries)
        data = self._joined.get(key)
        if data is None:
            data = self._joined[key] = b"".join(entry.frame for entry in entries)
        return data
