"""A stream of events without a board: numbered envelopes, and a journal in memory that keeps them."""

import asyncio
from collections.abc import Callable

from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from schemas.base import BoardId, EventId, VisitId
from schemas.events import Envelope, TakeoutStarted


def envelope(seq: int, topic: str = "board:main", size: int = 0) -> Envelope:
    """Make the event of this number; its wire bytes are the number, filled up to `size`."""
    return Envelope(
        seq=seq,
        event_id=EventId(str(seq)),
        board_id=BoardId("main"),
        topic=topic,
        at_s=0.0,
        timestamp="",
        event=TakeoutStarted(visit_id=VisitId("v"), darts_in_board=0),
        wire=str(seq).encode().ljust(size),
    )


class MemoryJournal:
    """What was journalled; `forget` drops the oldest, as a journal with an end of patience does."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str, bytes]] = []
        self.reads = 0

    def keep(self, each: Envelope) -> Envelope:
        """Journal one."""
        self.rows.append((each.seq, each.topic, each.wire))
        return each

    def forget(self, up_to: int) -> None:
        """Drop everything up to and including this number."""
        self.rows = [row for row in self.rows if row[0] > up_to]

    async def read(self, since: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Read as the journal does."""
        self.reads += 1
        return [row for row in self.rows if row[0] > since][:limit]


class FakeTransport:
    """An outlet as a socket is: it takes frames until `room` of them wait for the client, then says that it is full."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.frames: list[bytes] = []
        self.waiting = 0
        self.on_full: Callable[[], None] = lambda: None
        self._drained = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Return whether there is space."""
        return self.waiting < self.room

    @property
    def numbers(self) -> list[int]:
        """List what was written, each event by its number."""
        client = ClientProtocol(parse_uri("ws://board/"), state=OPEN)
        client.receive_data(b"".join(self.frames))
        return [int(frame.data) for frame in client.events_received() if isinstance(frame, Frame)]

    def write(self, frames: bytes) -> None:
        """Take frames."""
        self.frames.append(frames)
        self.waiting += 1
        if not self.is_ready:
            self.on_full()

    def drain(self) -> None:
        """Read as the client does."""
        self.waiting = 0
        self._drained.set()

    async def drained(self) -> None:
        """Wait until there is space."""
        while not self.is_ready:
            self._drained.clear()
            await self._drained.wait()
