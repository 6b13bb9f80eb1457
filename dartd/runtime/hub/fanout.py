"""Fan-out: events of one event-loop iteration, joined once, written directly to all subscriptions that keep up.

A large audience is served in parts over several iterations; events published meanwhile are joined, so that load increases the size of
writes instead of the length of queues.
"""

import asyncio
from collections.abc import Iterator, Sequence

from dartd.runtime.hub.ring import Entry
from dartd.runtime.hub.subscription import BATCH_BYTES, Subscription
from dartd.runtime.hub.topics import Interest

_WRITES_PER_ITERATION = 500  # about 2 ms
_MAX_PENDING = 1024  # events per group; beyond that they are written at once, however long it takes


class Block:
    """Events that are written together, and the subscriptions they are written to."""

    __slots__ = ("audience", "data", "done", "entries", "first", "last")

    def __init__(self, entries: Sequence[Entry], data: bytes, audience: Sequence[Subscription]) -> None:
        self.entries = entries
        self.first, self.last = entries[0].seq, entries[-1].seq
        self.data = data
        self.audience = audience
        self.done = 0

    def write(self, count: int) -> bool:
        """Write to the next `count` subscriptions; return True once all have been written to."""
        first, last, data, events = self.first, self.last, self.data, len(self.entries)
        for subscription in self.audience[self.done : self.done + count]:
            if not subscription.direct or subscription.write is None:
                continue
            if subscription.position < first:
                # Before the write: a transport that becomes full calls stop_direct, which must not queue these events again.
                subscription.position = last
                subscription.delivered += events
                try:
                    subscription.write(data)
                except RuntimeError:  # the transport is closed; its session is notified separately
                    subscription.stop_direct()
            elif subscription.position < last:
                subscription.write_after(self.entries)
        self.done += count
        return self.done >= len(self.audience)


class Group:
    """Subscriptions of equal interest: queued ones and direct ones."""

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
        """Yield all subscriptions of the group."""
        yield from self.queued
        yield from self.direct

    def unwritten(self) -> list[Entry]:
        """Return the events that were published and not yet written to all direct subscriptions."""
        return [*(self.block.entries if self.block is not None else ()), *self.pending]

    def join_queued(self, subscription: Subscription) -> None:
        """Move a subscription to the queued ones."""
        self.leave(subscription)
        self.queued[subscription] = None

    def join_direct(self, subscription: Subscription) -> None:
        """Move a subscription to the direct ones."""
        self.queued.pop(subscription, None)
        self.direct[subscription] = None
        self._audience = None

    def leave(self, subscription: Subscription) -> None:
        """Remove a subscription."""
        self.queued.pop(subscription, None)
        if subscription in self.direct:
            del self.direct[subscription]
            self._audience = None

    def audience(self) -> list[Subscription]:
        """Return the direct subscriptions as a shared list that is never modified."""
        if self._audience is None:
            self._audience = list(self.direct)
        return self._audience


class FanOut:
    """Writes pending events, group by group, in iterations of the event loop."""

    def __init__(self) -> None:
        self._due: dict[Group, None] = {}
        self._joined: dict[tuple[int, ...], bytes] = {}
        self._is_scheduled = False

    def add(self, group: Group, entry: Entry) -> None:
        """Schedule an event for the direct subscriptions of a group."""
        group.pending.append(entry)
        self._due[group] = None
        if len(group.pending) >= _MAX_PENDING:
            while self._due:
                self._work(_WRITES_PER_ITERATION)
        elif not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._iterate)

    def flush(self) -> None:
        """Write pending events now, without waiting for the end of the iteration."""
        writes = _WRITES_PER_ITERATION
        while self._due and writes > 0:
            writes -= self._work(writes)

    def _iterate(self) -> None:
        self.flush()
        if self._due:
            asyncio.get_running_loop().call_soon(self._iterate)
        else:
            self._is_scheduled = False
            self._joined.clear()

    def _work(self, writes: int) -> int:
        """Write for the group that has waited longest; return the number of writes used."""
        group = next(iter(self._due))
        if group.block is None:
            group.block = self._next_block(group)
        used = min(writes, len(group.block.audience) - group.block.done)
        if group.block.write(writes):
            group.block = None
            del self._due[group]
            if group.pending:  # after the other groups
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
