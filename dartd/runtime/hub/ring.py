"""A ring of the most recent events, framed once, shared by all lagging clients."""

from collections import deque
from typing import NamedTuple, Self

from dartd.runtime.hub.frame import text_header


class Entry(NamedTuple):
    """An event: seq, topic and WebSocket frame; the JSON payload begins at `start`."""

    seq: int
    topic: str
    frame: bytes
    start: int

    @classmethod
    def of(cls, seq: int, topic: str, payload: bytes) -> Self:
        """Return the entry of an encoded event."""
        header = text_header(len(payload))
        return cls(seq, topic, header + payload, len(header))

    @property
    def payload(self) -> bytes:
        """Return the JSON payload without the frame header."""
        return self.frame[self.start :]


class Ring:
    """Recent events, limited by count and by bytes; the oldest are dropped first (they are in the journal)."""

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self.entries: deque[Entry] = deque()
        self.bytes = 0

    def push(self, entry: Entry) -> None:
        """Append an event; drop the oldest ones above the limits."""
        self.entries.append(entry)
        self.bytes += len(entry.frame)
        while len(self.entries) > self._max_events or self.bytes > self._max_bytes:
            self.bytes -= len(self.entries.popleft().frame)

    def clear(self) -> None:
        """Drop all events; readers get them from the journal."""
        self.entries.clear()
        self.bytes = 0

    def after(self, seq: int, limit: int) -> list[Entry] | None:
        """Return up to `limit` events after `seq`; None if the ring starts later."""
        if not self.entries or self.entries[0].seq > seq + 1:
            return None
        # seq has no gaps, so the index of an event follows from its seq.
        first = seq + 1 - self.entries[0].seq
        return [self.entries[i] for i in range(first, min(first + limit, len(self.entries)))]
