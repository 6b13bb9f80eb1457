"""The ways a client's messages may come: a WebSocket; where none gets through, an event stream; where that is held back, asking again."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Literal
from urllib.parse import urlsplit

import httptools
import websockets
from websockets.asyncio.client import ClientConnection

Way = Literal["websocket", "events", "polling"]
Address = Callable[[str, str], str]

WAYS: tuple[Way, ...] = ("websocket", "events", "polling")
TRIES = 2  # of one way, before the next is tried
BETTER_S = 60.0  # on a lesser way, before the best is tried again
CLOSE_S = 1.0
MAX_MESSAGE_BYTES = 16 * 1024 * 1024

_STREAM = "/api/v1/events/stream"
_READ_BYTES = 65_536
_OK = 200
_HINT = re.compile(r"retry in (\d{1,6}) ms")


class LineLostError(Exception):
    """The line is broken, or was never there; `retry_s` is when the board asked us to come back."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        found = _HINT.search(reason)
        self.retry_s = None if found is None else int(found[1]) / 1000


class Choice:
    """Which way to try next: each a few times, the best again when one that worked has broken, or after a while."""

    def __init__(self) -> None:
        self._index = 0
        self._tries = 0
        self._better_at_s = 0.0

    @property
    def way(self) -> Way:
        """Name the way that is tried, or worked."""
        return WAYS[self._index]

    def begin(self, now_s: float) -> Way:
        """Try, and give the way to go; `now_s` is any monotonic time."""
        self._tries += 1
        self._better_at_s = now_s + BETTER_S
        return self.way

    def works(self) -> None:
        """Note that something was heard."""
        self._tries = 0

    def is_over(self, now_s: float) -> bool:
        """Say whether the best way should be tried again although this one works."""
        return self._index > 0 and now_s >= self._better_at_s

    def end(self) -> None:
        """Note that the line is gone."""
        if self._tries == 0:
            self._index = 0
        elif self._tries >= TRIES:
            self._index = (self._index + 1) % len(WAYS)
            self._tries = 0


async def over_websocket(
    address: Address, headers: Mapping[str, str], silence_s: float, opened: Callable[[ClientConnection], None]
) -> AsyncGenerator[bytes]:
    """Yield what a WebSocket brings; `opened` is given the connection, to send on.

    Raises:
        LineLostError: it was closed, or silent for `silence_s`.
        OSError, WebSocketException, TimeoutError: it could not be opened.
    """
    async with websockets.connect(
        address("ws", ""),
        subprotocols=[websockets.Subprotocol("dartd.v1")],
        additional_headers=headers,
        max_size=MAX_MESSAGE_BYTES,
        compression=None,
        open_timeout=silence_s,
        close_timeout=CLOSE_S,
    ) as connection:
        opened(connection)
        while True:
            try:
                async with asyncio.timeout(silence_s):
                    wire = await connection.recv(decode=False)
            except TimeoutError:
                connection.transport.abort()  # a close would wait for a peer that does not answer
                raise LineLostError from None
            except websockets.ConnectionClosed as closed:
                raise LineLostError(closed.rcvd.reason if closed.rcvd else "") from None
            yield wire


async def over_events(address: Address, headers: Mapping[str, str], silence_s: float) -> AsyncGenerator[bytes]:
    """Yield what an event stream brings, until it ends.

    Raises:
        LineLostError: it was refused, or silent for `silence_s`.
        OSError, TimeoutError: it could not be opened.
    """
    host, port, is_secret, request = _request(address("http", _STREAM), headers)
    async with asyncio.timeout(silence_s):
        secret = await asyncio.to_thread(ssl.create_default_context) if is_secret else None
        reader, writer = await asyncio.open_connection(host, port, ssl=secret)
    try:
        writer.write(request)
        answer = _Answer()
        while not answer.is_over:
            try:
                async with asyncio.timeout(silence_s):
                    data = await reader.read(_READ_BYTES)
            except TimeoutError:
                raise LineLostError from None
            if not data:
                raise LineLostError
            for wire in answer.take(data):
                yield wire
    finally:
        writer.transport.abort()


async def over_polling(address: Address, headers: Mapping[str, str], silence_s: float, poll_s: float) -> AsyncGenerator[bytes]:
    """Yield what is there, asking again every `poll_s`.

    Raises:
        LineLostError: an answer was refused, or did not come within `silence_s`.
        OSError, TimeoutError: the board cannot be reached.
    """

    def once(scheme: str, path: str) -> str:
        return f"{address(scheme, path)}&once=true"

    while True:
        async with aclosing(over_events(once, headers, silence_s)) as wires:
            async for wire in wires:
                yield wire
        await asyncio.sleep(poll_s)


class _Answer:
    """An answer of server-sent events as it comes in, for httptools to tell of."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self.is_over = False

    def on_body(self, body: bytes) -> None:
        """Collect, as the parser tells it."""
        self._body += body

    def on_message_complete(self) -> None:
        """Note the end, as the parser tells it."""
        self.is_over = True

    def take(self, data: bytes) -> Iterator[bytes]:
        """Read on, and give each message that is whole.

        Raises:
            LineLostError: it is no answer that we can use.
        """
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise LineLostError(str(error)) from error
        if self._parser.get_status_code() not in {0, _OK} or len(self._body) > MAX_MESSAGE_BYTES:
            raise LineLostError
        *whole, rest = self._body.split(b"\n\n")
        self._body = rest
        for block in whole:
            for line in block.split(b"\n"):
                if line.startswith(b"data: "):
                    yield bytes(line[6:])


def _request(url: str, headers: Mapping[str, str]) -> tuple[str, int, bool, bytes]:
    """Give host, port, whether it is TLS, and the request's bytes."""
    parts = urlsplit(url)
    is_secret = parts.scheme == "https"
    told = {"Host": parts.netloc.rpartition("@")[2], "Accept": "text/event-stream", "Connection": "close", **headers}
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return parts.hostname or "", parts.port or (443 if is_secret else 80), is_secret, "\r\n".join(lines).encode()
