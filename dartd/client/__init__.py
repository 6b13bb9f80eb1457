"""A Python client: connect to a dartd board, resume after disconnects, and keep the board's state up to date.

    client = DartdClient("ws://board.local:8000/ws")
    async for received in client.listen():
        print(received.seq, received.event, client.state.visit.total)

Every event is returned once and in order, over any number of connections. If no WebSocket can be opened, the client uses server-sent
events, and if those are blocked as well, polling.
"""

import asyncio
import logging
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection

from dartd.backoff import Backoff
from dartd.client.state import AnyEvent, ClientState, reduce
from dartd.client.transports import ConnectionLostError, TransportChoice, TransportName, over_events, over_polling, over_websocket
from schemas.base import Value
from schemas.events import Gap, Hello, Snapshot, VisitCompleted

_log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.25
MAX_DELAY_S = 10.0
SILENCE_S = 40.0  # 2.5 heartbeats
POLL_S = 10.0
_WEBSOCKET_PATH = re.compile(r"/(api/v1/ws/alerts|ws/tracking|[^/]*)$")  # what is before it is the prefix of a proxy

Connection = Literal["closed", "connecting", "open", "waiting"]


class ReceivedEvent(Value, frozen=True, kw_only=True):
    """A received message. `seq` None: not journalled. `event` None: of a type that this version does not know."""

    event: AnyEvent | None
    payload: bytes
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
    """A client of one board; `state` is the board as of the last event, `connection` the state of the connection."""

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
        self._choice = TransportChoice()
        self._backoff = Backoff(FIRST_DELAY_S, max_s=MAX_DELAY_S, jitter=0.5)
        self._socket: ClientConnection | None = None
        self._stream_id: str | None = None
        self._last_seq = 0
        self._is_resuming = False
        self._retry_s: float | None = None
        self._is_reported = False
        self.state = ClientState()
        self.connection: Connection = "closed"

    @property
    def transport(self) -> TransportName:
        """Return the name of the current transport."""
        return self._choice.transport

    async def listen(self) -> AsyncIterator[ReceivedEvent]:
        """Yield every message; reconnect whenever the connection is lost."""
        now_s = asyncio.get_running_loop().time
        try:
            while True:
                self.connection = "connecting"
                try:
                    async with aclosing(self._messages(self._choice.begin(now_s()))) as payloads:
                        async for payload in payloads:
                            self._is_reported = False
                            if (received := self._receive(payload)) is not None:
                                yield received
                            if self._choice.should_retry_best(now_s()):
                                break
                except ConnectionLostError as lost:
                    self._retry_s = lost.retry_s or self._retry_s
                    self._report(lost)
                except (OSError, websockets.WebSocketException, TimeoutError) as error:
                    self._report(error)
                self._choice.end()
                self._socket = None
                self.connection = "waiting"
                await asyncio.sleep(self._delay_s())
        finally:
            self._socket = None
            self.connection = "closed"

    async def send(self, action: str, **fields: object) -> bool:
        """Send a message to the board, such as `ping`; return False if there is no WebSocket."""
        if self._socket is None:
            return False
        try:
            await self._socket.send(msgspec.json.encode({"action": action, **fields}).decode())
        except websockets.ConnectionClosed:
            return False
        return True

    # Internal

    def _report(self, error: Exception) -> None:
        """Log why there is no connection, once until a message is received again."""
        if not self._is_reported:
            self._is_reported = True
            _log.warning("no connection to %s: %s; trying again", self._url.partition("?")[0], str(error) or type(error).__name__)

    def _messages(self, transport: TransportName) -> AsyncGenerator[bytes]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token is not None else {}
        match transport:
            case "websocket":
                return over_websocket(self._address, headers, self._silence_s, self._opened)
            case "events":
                return over_events(self._address, headers, self._silence_s)
            case "polling":
                return over_polling(self._address, headers, self._silence_s, self._poll_s)

    def _opened(self, socket: ClientConnection) -> None:
        self._socket = socket

    def _receive(self, payload: bytes) -> ReceivedEvent | None:
        """Update the state with a message; return None if it was received before."""
        header = _header.decode(payload)
        if header.seq is not None and header.seq <= self._last_seq:
            return None
        event = _event_of(payload)
        match event:
            case Hello():
                self._on_hello(event)
            case Gap():
                self._is_resuming = False
            case Snapshot():
                # When resuming, missed events follow the snapshot; otherwise the snapshot sets the position in the stream.
                if not self._is_resuming:
                    self._last_seq = event.last_seq
                self._is_resuming = False
            case _:
                pass
        self._last_seq = max(self._last_seq, header.seq or 0)
        # Missed events are returned and not applied again; completed visits are not part of the snapshot.
        if header.seq is None or header.seq > self.state.last_seq or isinstance(event, VisitCompleted):
            self.state = reduce(self.state, event, header.seq)
        return ReceivedEvent(
            event=event, payload=payload, event_type=header.event_type, seq=header.seq, topic=header.topic, timestamp=header.timestamp
        )

    def _on_hello(self, hello: Hello) -> None:
        self._backoff.reset()
        self._choice.succeeded()
        self._retry_s = hello.retry_ms / 1000
        self._is_resuming = self._stream_id == hello.stream_id
        if not self._is_resuming:
            self.state, self._last_seq = ClientState(), 0
        self._stream_id = hello.stream_id
        self.connection = "open"

    def _delay_s(self) -> float:
        """Return the delay that the board asked for, else the next one of the backoff."""
        hint_s, self._retry_s = self._retry_s, None
        chance = random.random()  # noqa: S311  not used for security
        return self._backoff.next(chance) if hint_s is None else min(MAX_DELAY_S, hint_s * (1 - chance / 2))

    def _address(self, scheme: str, path: str) -> str:
        """Return the URL of a transport with topics and position in the stream."""
        ours, host, own_path, query, _ = urlsplit(self._url)
        fields = dict(parse_qsl(query)) | {"topics": ",".join(self._topics)}
        if self._stream_id is not None:
            fields |= {"since": str(self._last_seq), "stream_id": self._stream_id}
        secret = "s" if ours in {"https", "wss"} else ""
        full_path = _WEBSOCKET_PATH.sub("", own_path) + path if path else own_path or "/ws"
        return urlunsplit((scheme + secret, host, full_path, urlencode(fields), ""))


def _event_of(payload: bytes) -> AnyEvent | None:
    try:
        return _event.decode(payload)
    except msgspec.ValidationError:  # sent by a newer version
        return None
