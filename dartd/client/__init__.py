"""Listen to a dartd board from Python: connect, resume, and keep the board's state up to date.

    client = DartdClient("ws://board.local:8000/ws")
    async for told in client.listen():
        print(told.seq, told.event, client.state.visit.total)

Every event arrives once and in order, over any number of connections, for as long as the iteration goes on. Where no WebSocket gets
through, events come as an event stream (SSE), and where that is held back too, by asking again and again.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection

from dartd.backoff import Backoff
from dartd.client.state import AnyEvent, BoardState, reduce
from dartd.client.ways import Choice, LineLostError, Way, over_events, over_polling, over_websocket
from schemas.base import Value
from schemas.events import Gap, Hello, Snapshot, VisitCompleted

FIRST_DELAY_S = 0.25
MAX_DELAY_S = 10.0
SILENCE_S = 40.0  # two heartbeats and a half
POLL_S = 10.0

Connection = Literal["closed", "connecting", "open", "waiting"]


class Told(Value, frozen=True, kw_only=True):
    """A message as it was told. `seq` None: it is not journalled. `event` None: a newer daemon tells of something unknown here."""

    event: AnyEvent | None
    wire: bytes
    event_type: str = ""
    seq: int | None = None
    topic: str | None = None
    timestamp: str = ""


class _Header(Value, frozen=True, kw_only=True):
    event_type: str
    timestamp: str = ""
    topic: str | None = None
    seq: int | None = None


_header: msgspec.json.Decoder[_Header] = msgspec.json.Decoder(_Header)
_event: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


class DartdClient:
    """One board, listened to; `state` is the board as of the last event, `connection` says how the line is."""

    def __init__(
        self,
        url: str,
        *,
        topics: Iterable[str] = ("board:*", "camera:*"),
        token: str | None = None,
        silence_s: float = SILENCE_S,
        poll_s: float = POLL_S,
    ) -> None:
        self._url = url
        self._topics = tuple(topics)
        self._token = token
        self._silence_s = silence_s
        self._poll_s = poll_s
        self._choice = Choice()
        self._backoff = Backoff(FIRST_DELAY_S, max_s=MAX_DELAY_S, jitter=0.5)
        self._socket: ClientConnection | None = None
        self._stream_id: str | None = None
        self._heard = 0
        self._is_resuming = False
        self._retry_s: float | None = None
        self.state = BoardState()
        self.connection: Connection = "closed"

    @property
    def way(self) -> Way:
        """Name how events come."""
        return self._choice.way

    async def listen(self) -> AsyncIterator[Told]:
        """Give every message, connecting again whenever the connection is lost, until the iteration is left."""
        now_s = asyncio.get_running_loop().time
        try:
            while True:
                self.connection = "connecting"
                try:
                    async with aclosing(self._messages(self._choice.begin(now_s()))) as wires:
                        async for wire in wires:
                            if (told := self._understand(wire)) is not None:
                                yield told
                            if self._choice.is_over(now_s()):
                                break
                except LineLostError as lost:
                    self._retry_s = lost.retry_s or self._retry_s
                except (OSError, websockets.WebSocketException, TimeoutError):
                    pass
                self._choice.end()
                self._socket = None
                self.connection = "waiting"
                await asyncio.sleep(self._delay_s())
        finally:
            self._socket = None
            self.connection = "closed"

    async def send(self, action: str, **fields: object) -> bool:
        """Send a message to the board, such as `ping`; False when there is no connection."""
        if self._socket is None:
            return False
        try:
            await self._socket.send(msgspec.json.encode({"action": action, **fields}).decode())
        except websockets.ConnectionClosed:
            return False
        return True

    # Inside

    def _messages(self, way: Way) -> AsyncGenerator[bytes]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token is not None else {}
        match way:
            case "websocket":
                return over_websocket(self._address, headers, self._silence_s, self._opened)
            case "events":
                return over_events(self._address, headers, self._silence_s)
            case "polling":
                return over_polling(self._address, headers, self._silence_s, self._poll_s)

    def _opened(self, socket: ClientConnection) -> None:
        self._socket = socket

    def _understand(self, wire: bytes) -> Told | None:
        """Take a message into the state; None when it was heard before."""
        header = _header.decode(wire)
        if header.seq is not None and header.seq <= self._heard:
            return None
        event = _event_of(wire)
        match event:
            case Hello():
                self._greet(event)
            case Gap():
                self._is_resuming = False
            case Snapshot():
                # When we resume, what we missed follows the snapshot; else it moves our place in the stream.
                if not self._is_resuming:
                    self._heard = event.last_seq
                self._is_resuming = False
            case _:
                pass
        self._heard = max(self._heard, header.seq or 0)
        # What is told again after a snapshot is for the listener, and not counted twice; of ended visits the snapshot knows nothing.
        if header.seq is None or header.seq > self.state.last_seq or isinstance(event, VisitCompleted):
            self.state = reduce(self.state, event, header.seq)
        return Told(event=event, wire=wire, event_type=header.event_type, seq=header.seq, topic=header.topic, timestamp=header.timestamp)

    def _greet(self, hello: Hello) -> None:
        self._backoff.reset()
        self._choice.works()
        self._retry_s = hello.retry_ms / 1000
        self._is_resuming = self._stream_id == hello.stream_id
        if not self._is_resuming:
            self.state, self._heard = BoardState(), 0
        self._stream_id = hello.stream_id
        self.connection = "open"

    def _delay_s(self) -> float:
        """Wait as the board asked, the first time; then longer and longer."""
        hint_s, self._retry_s = self._retry_s, None
        chance = random.random()  # noqa: S311  it spreads clients, it hides nothing
        return self._backoff.next(chance) if hint_s is None else min(MAX_DELAY_S, hint_s * (1 - chance / 2))

    def _address(self, scheme: str, path: str) -> str:
        """Give the address of a way, with what is listened to and where to go on."""
        ours, host, own_path, query, _ = urlsplit(self._url)
        fields = dict(parse_qsl(query)) | {"topics": ",".join(self._topics)}
        if self._stream_id is not None:
            fields |= {"since": str(self._heard), "stream_id": self._stream_id}
        secret = "s" if ours in {"https", "wss"} else ""
        return urlunsplit((scheme + secret, host, path or own_path or "/ws", urlencode(fields), ""))


def _event_of(wire: bytes) -> AnyEvent | None:
    try:
        return _event.decode(wire)
    except msgspec.ValidationError:  # of a newer daemon
        return None
