"""Transports of a client: WebSocket; server-sent events if no WebSocket can be opened; polling if those are blocked as well."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Literal
from urllib.parse import urlsplit

import websockets
from websockets.asyncio.client import ClientConnection

TransportName = Literal["websocket", "events", "polling"]
Address = Callable[[str, str], str]

TRANSPORTS: tuple[TransportName, ...] = ("websocket", "events", "polling")
TRIES = 2  # attempts per transport before the next one is tried
BETTER_S = 60.0  # time on another transport before the WebSocket is tried again
CLOSE_S = 1.0
MAX_MESSAGE_BYTES = 16 * 1024 * 1024

_STREAM = "/api/v1/events/stream"
_READ_BYTES = 65_536
_CLOSE_FRAME = b"\x88\x82" + bytes(4) + (1000).to_bytes(2)  # masked with zeros: normal closure
_OK = 200
_HEAD_BYTES = 65_536
_HTTP = b"HTTP/1."
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: |\r|$)")
_FIELD = re.compile(rb"^(transfer-encoding|content-length):[ \t]*([^\r\n]*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HINT = re.compile(r"retry in (\d{1,6}) ms")


class ConnectionLostError(Exception):
    """The connection was lost or could not be opened; `retry_s` is the delay that the board asked for."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        found = _HINT.search(reason)
        self.retry_s = None if found is None else int(found[1]) / 1000


class TransportChoice:
    """Selects the transport to try next: each a few times; the WebSocket again after a working one was lost, or after a while."""

    def __init__(self) -> None:
        self._index = 0
        self._tries = 0
        self._better_at_s = 0.0

    @property
    def transport(self) -> TransportName:
        """Return the current transport."""
        return TRANSPORTS[self._index]

    def begin(self, now_s: float) -> TransportName:
        """Count an attempt and return its transport; `now_s` is any monotonic time."""
        self._tries += 1
        self._better_at_s = now_s + BETTER_S
        return self.transport

    def succeeded(self) -> None:
        """Record that a message was received."""
        self._tries = 0

    def should_retry_best(self, now_s: float) -> bool:
        """Return whether the WebSocket should be tried again although the current transport works."""
        return self._index > 0 and now_s >= self._better_at_s

    def end(self) -> None:
        """Record that the connection is lost."""
        if self._tries == 0:
            self._index = 0
        elif self._tries >= TRIES:
            self._index = (self._index + 1) % len(TRANSPORTS)
            self._tries = 0


async def over_websocket(
    address: Address, headers: Mapping[str, str], silence_s: float, opened: Callable[[ClientConnection], None]
) -> AsyncGenerator[bytes]:
    """Yield the messages of a WebSocket; `opened` is called with the connection, for sending.

    Raises:
        ConnectionLostError: it was closed, or silent for `silence_s`.
        OSError, WebSocketException, TimeoutError: it could not be opened.
    """
    connection = await websockets.connect(
        address("ws", ""),
        subprotocols=[websockets.Subprotocol("dartd.v1")],
        additional_headers=headers,
        max_size=MAX_MESSAGE_BYTES,
        compression=None,
        open_timeout=silence_s,
        close_timeout=CLOSE_S,
    )
    try:
        opened(connection)
        while True:
            try:
                async with asyncio.timeout(silence_s):
                    payload = await connection.recv(decode=False)
            except TimeoutError:
                connection.transport.abort()  # `close` would wait for a peer that does not respond
                raise ConnectionLostError from None
            except websockets.ConnectionClosed as closed:
                raise ConnectionLostError(closed.rcvd.reason if closed.rcvd else "") from None
            yield payload
    finally:
        _leave(connection)


def _leave(connection: ClientConnection) -> None:
    """Close a connection without waiting for its peer: a generator that its caller abandoned cannot wait when the event loop ends."""
    if connection.state is websockets.State.OPEN:
        connection.transport.write(_CLOSE_FRAME)
    connection.transport.close()


async def over_events(address: Address, headers: Mapping[str, str], silence_s: float) -> AsyncGenerator[bytes]:
    """Yield the messages of a server-sent event stream until it ends.

    Raises:
        ConnectionLostError: it was rejected, or silent for `silence_s`.
        OSError, TimeoutError: it could not be opened.
    """
    host, port, use_tls, request = _request(address("http", _STREAM), headers)
    async with asyncio.timeout(silence_s):
        context = await asyncio.to_thread(ssl.create_default_context) if use_tls else None
        reader, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        writer.write(request)
        answer = _Answer()
        while not answer.is_over:
            try:
                async with asyncio.timeout(silence_s):
                    data = await reader.read(_READ_BYTES)
            except TimeoutError:
                raise ConnectionLostError from None
            if not data:
                raise ConnectionLostError
            for payload in answer.take(data):
                yield payload
    finally:
        writer.transport.abort()


async def over_polling(address: Address, headers: Mapping[str, str], silence_s: float, poll_s: float) -> AsyncGenerator[bytes]:
    """Yield available messages; poll every `poll_s`.

    Raises:
        ConnectionLostError: a request was rejected, or got no response within `silence_s`.
        OSError, TimeoutError: the board cannot be reached.
    """

    def once(scheme: str, path: str) -> str:
        return f"{address(scheme, path)}&once=true"

    while True:
        async with aclosing(over_events(once, headers, silence_s)) as payloads:
            async for payload in payloads:
                yield payload
        await asyncio.sleep(poll_s)


class _Answer:
    """Parses a response of server-sent events: its head, its body in chunks or of a known length, and the messages in it."""

    def __init__(self) -> None:
        self._raw = bytearray()
        self._body = bytearray()
        self._has_head = False
        self._is_chunked = False
        self._left: int | None = None  # of the body, or of the chunk with its line end; None: not known yet
        self.is_over = False

    def take(self, data: bytes) -> Iterator[bytes]:
        """Parse more data and yield each complete message.

        Raises:
            ConnectionLostError: the response is not valid.
        """
        self._raw += data
        if not self._has_head:
            self._read_head()
        if self._has_head:
            self._read_body()
        if len(self._body) > MAX_MESSAGE_BYTES:
            raise ConnectionLostError
        *whole, rest = self._body.split(b"\n\n")
        self._body = rest
        for block in whole:
            for line in block.split(b"\n"):
                if line.startswith(b"data: "):
                    yield bytes(line[6:])

    def _read_head(self) -> None:
        head, end, rest = self._raw.partition(b"\r\n\r\n")
        status = _STATUS.match(head)
        if len(head) > _HEAD_BYTES or not head.startswith(_HTTP[: len(head)]) or (end and status is None):
            raise ConnectionLostError("the response is not HTTP")
        if status is None or not end:
            return
        if int(status[1]) != _OK:
            raise ConnectionLostError
        fields = {name.lower(): value.lower() for name, value in _FIELD.findall(bytes(head))}
        self._is_chunked = fields.get(b"transfer-encoding") == b"chunked"
        if not self._is_chunked and b"content-length" in fields:
            self._left = _number(fields[b"content-length"], 10)
        self._has_head, self._raw = True, rest

    def _read_body(self) -> None:
        if not self._is_chunked:
            self._body += self._raw if self._left is None else self._raw[: self._left]
            if self._left is not None:
                self._left -= min(self._left, len(self._raw))
                self.is_over = not self._left
            self._raw.clear()
        while self._is_chunked and not self.is_over:
            if self._left is None:
                size, end, rest = self._raw.partition(b"\r\n")
                if not end:
                    return
                self._left, self._raw = _number(bytes(size).partition(b";")[0], 16) + 2, rest
                self.is_over = self._left == len(b"\r\n")
            if len(self._raw) < self._left:
                return
            self._body += self._raw[: self._left - 2]
            del self._raw[: self._left]
            self._left = None


def _number(text: bytes, base: int) -> int:
    """Return a length of a response.

    Raises:
        ConnectionLostError: it is none.
    """
    try:
        found = int(text.strip(), base)
    except ValueError:
        found = -1
    if not 0 <= found <= MAX_MESSAGE_BYTES:
        raise ConnectionLostError("the response is not HTTP")
    return found


def _request(url: str, headers: Mapping[str, str]) -> tuple[str, int, bool, bytes]:
    """Return host, port, whether to use TLS, and the bytes of the request."""
    parts = urlsplit(url)
    use_tls = parts.scheme == "https"
    fields = {"Host": parts.netloc.rpartition("@")[2], "Accept": "text/event-stream", "Connection": "close", **headers}
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return parts.hostname or "", parts.port or (443 if use_tls else 80), use_tls, "\r\n".join(lines).encode()
