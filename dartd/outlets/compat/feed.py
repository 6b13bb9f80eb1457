"""One interface: reads our events from the hub, folds them, and sends what comes out to its clients without waiting for any."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Generic, NoReturn, Protocol, TypeVar

import msgspec

from dartd.outlets.occupancy import SnapshotSource
from dartd.runtime.hub.hub import GapError, Hub
from schemas.codec import decode_journalled, encode_json
from schemas.events import JournalledEvent, Snapshot
from schemas.match import MatchState

_log = logging.getLogger(__name__)

CLIENTS: Final = 50  # of one interface: a dart costs each of them 0.2 ms of the event loop
_WAITING: Final = 256  # messages for one client; one that is slower is disconnected, and starts anew with the state of then

F = TypeVar("F")
Encoded = tuple[F, str]  # a message, and its text, which is made once for all clients
Listener = asyncio.Queue[Encoded[F] | None]  # None: the end


class Dialect(Protocol[F]):
    """A fold of our events into the messages of an interface."""

    def begin(self, snapshot: Snapshot, at: str) -> None:
        """Take over the board of a snapshot."""

    def opening(self, at: str) -> list[F]:
        """Return the first messages of a client."""

    def step(self, event: JournalledEvent, at: str) -> list[F]:
        """Return the messages of an event."""

    def settle(self, match: MatchState | None) -> list[F]:
        """Return what follows the events of a commit."""


class _Header(msgspec.Struct, frozen=True):
    seq: int = 0
    timestamp: str = ""


_header: msgspec.json.Decoder[_Header] = msgspec.json.Decoder(_Header)


class Feed(Generic[F]):
    """An interface and its clients; `timestamp` returns the wall time (ISO 8601), `encode` the text of a message."""

    def __init__(
        self,
        dialect: Dialect[F],
        hub: Hub,
        board: SnapshotSource,
        timestamp: Callable[[], str],
        encode: Callable[[F], str] = lambda frame: encode_json(frame).decode(),
    ) -> None:
        self._dialect = dialect
        self._encode = encode
        self._hub = hub
        self._board = board
        self.timestamp = timestamp
        self._listeners: list[Listener[F]] = []
        dialect.begin(board.snapshot(), timestamp())

    async def run(self) -> NoReturn:
        """Follow the hub until cancelled."""
        while True:
            snapshot = self._board.snapshot()
            self._dialect.begin(snapshot, self.timestamp())
            with self._hub.subscribe(("*",), since=snapshot.last_seq) as subscription:
                try:
                    while True:
                        self._pass(await subscription.take())
                except GapError as gap:
                    _log.warning("events are missing, so that clients start anew: %s", gap)
                finally:  # also after an error: what is published until the next start would be missing
                    self._end_all()

    @property
    def is_full(self) -> bool:
        """Return whether there is no place for another client."""
        return len(self._listeners) >= CLIENTS

    @contextmanager
    def listen(self) -> Iterator[Listener[F] | None]:
        """Yield the queue of a client with its first messages in it, while the block runs; None if there are too many clients."""
        if self.is_full:
            yield None
            return
        listener: Listener[F] = asyncio.Queue(_WAITING)
        for frame in self._dialect.opening(self.timestamp()):
            listener.put_nowait((frame, self._encode(frame)))
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def broadcast(self, frames: Sequence[F]) -> None:
        """Queue messages for every client; one whose queue is full gets no more."""
        if not (frames and self._listeners):
            return
        encoded = [(frame, self._encode(frame)) for frame in frames]
        for listener in tuple(self._listeners):
            if listener.qsize() + len(frames) >= _WAITING:
                self._end(listener)
            else:
                for each in encoded:
                    listener.put_nowait(each)

    def _pass(self, payloads: Sequence[bytes]) -> None:
        for payload in payloads:
            header = _header.decode(payload)
            if header.seq:  # others are not journalled: figures, presence
                self.broadcast(self._dialect.step(decode_journalled(payload), header.timestamp))
        self.broadcast(self._dialect.settle(self._board.snapshot().match))

    def _end_all(self) -> None:
        for listener in tuple(self._listeners):
            self._end(listener)

    def _end(self, listener: Listener[F]) -> None:
        self._listeners.remove(listener)
        while not listener.empty():
            listener.get_nowait()
        listener.put_nowait(None)
