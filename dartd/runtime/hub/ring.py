"""The ring: the most recent events, framed once, that all who have fallen behind share."""

from collections import deque
from typing import NamedTuple, Self

from dartd.runtime.hub.frame import text_header


class Entry(NamedTuple):
    """An event's place in the stream, its topic, and its bytes as every WebSocket gets them; the JSON begins at `start`."""

    seq: int
    topic: str
    frame: bytes
    start: int

    @classmethod
    def of(cls, seq: int, topic: str, wire: bytes) -> Self:
        """Frame an event."""
        header = text_header(len(wire))
        return cls(seq, topic, header + wire, len(header))

    @property
    def wire(self) -> bytes:
        """Give the JSON alone, for those who are not told by WebSocket."""
        return self.frame[self.start :]


class Ring:
    """Bounded by count and by bytes; the oldest go first (they are in the journal)."""

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self.entries: deque[Entry] = deque()
        self.bytes = 0

    def push(self, entry: Entry) -> None:
        """Add an event; forget the oldest ones above the bounds."""
        self.entries.append(entry)
        self.bytes += len(entry.frame)
        while len(self.entries) > self._max_events or self.bytes > self._max_bytes:
            self.bytes -= len(self.entries.popleft().frame)

    def after(self, seq: int, limit: int) -> list[Entry] | None:
        """Give up to `limit` events after `seq`; None when the ring no longer reaches back that far."""
        if not self.entries or self.entries[0].seq > seq + 1:
            return None
        # The stream has no holes, so an event's place in the ring follows from its number.
        first = seq + 1 - self.entries[0].seq
        return [self.entries[i] for i in range(first, min(first + limit, len(self.entries)))]
