"""The head of a request."""

import asyncio
import contextlib
import json
import socket
from pathlib import Path

import msgspec
import pytest

from dartd.web.head import MAX_HEAD_BYTES
from tests.support.station import CONFIG, Station, running_station
from tests.support.waiting import Waiting


async def _say(station: Station, *parts: bytes) -> tuple[str, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", station.port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    body = await reader.readexactly(length)
    writer.transport.abort()
    return head, body


@pytest.mark.parametrize(
    "said", [b"hello\r\n\r\n", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"]
)
async def test_what_is_no_http_is_refused_in_our_shape(station: Station, said: bytes) -> None:
    """400 with the envelope, a trace id, and the connection closed."""
    head, body = await _say(station, said)
    error = json.loads(body)["error"]

    assert head.startswith("http/1.1 400 ")
    assert (error["code"], f"x-request-id: {error['trace_id']}" in head, "connection: close" in head) == ("VALIDATION_ERROR", True, True)


async def test_endless_head_is_refused(station: Station) -> None:
    """413 when it has grown too long, however slowly it came; nothing is kept of it."""
    parts = [b"GET /health HTTP/1.1\r\nHost: x\r\n", *[b"X-More: " + b"a" * 8000 + b"\r\n"] * (MAX_HEAD_BYTES // 8000 + 1)]
    head, body = await _say(station, *parts)

    assert head.startswith("http/1.1 413 ")
    assert json.loads(body)["error"]["details"] == {"limit": MAX_HEAD_BYTES}


_UPGRADE = (
    b"Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)


@pytest.mark.parametrize(
    "said",
    [
        b"GET /ws?topics=" + b"a" * 8200 + b" HTTP/1.1\r\n" + _UPGRADE,
        b"GET /ws HTTP/1.1\r\nCookie: a=" + b"a" * 8200 + b"\r\n" + _UPGRADE,
        b"GET /ws HTTP/1.1\r\n" + b"X-A: b\r\n" * 130 + _UPGRADE,
    ],
    ids=["address", "cookie", "headers"],
)
async def test_a_websocket_whose_request_is_too_large_is_refused(station: Station, said: bytes) -> None:
    """At once, as the library of WebSockets reads no such lines and would leave the client without an answer."""
    head, body = await _say(station, said + b"\r\n")

    assert (head.partition("\r\n")[0], json.loads(body)["error"]["code"]) == ("http/1.1 413 content too large", "PAYLOAD_TOO_LARGE")


async def test_a_websocket_whose_request_cannot_be_read_is_closed(station: Station, waiting: Waiting) -> None:
    """What is a header to one parser is none to the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", station.port)
    writer.write(b"GET /ws HTTP/1.1\r\nX-A: \x01\x02\r\n" + _UPGRADE + b"\r\n")
    answer = await waiting.within(reader.read(), "the end of the connection")
    writer.close()

    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")


async def test_long_bodies_and_many_requests_are_no_head(station: Station) -> None:
    """What is counted begins anew with each request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", station.port)
    statuses = []
    for _ in range(20):
        body = b" " * 8000
        writer.write(b"POST /api/v1/auth/refresh HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length: ")[2].partition("\r\n")[0]))
        statuses.append(head.split()[1])
    writer.transport.abort()

    assert set(statuses) <= {"400", "429"}


_UNFINISHED = {
    "nothing": [],
    "half a head": [b"GET /health HTTP/1.1\r\nHost: x\r\n"],
    "a head that drips": [b"GET /health HTTP/1.1\r\n", *[b"X-A: b\r\n"] * 60],
    "half a body": [b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"],
    "a body that drips": [b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n", *[b" "] * 60],
    "half a handshake": [b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"],
    "blank lines after a request": [b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", *[b"\r\n"] * 60],
}


@pytest.mark.parametrize("name", list(_UNFINISHED))
async def test_unfinished_requests_are_closed(tmp_path: Path, name: str) -> None:
    """A connection is closed if it does not finish what it has begun, however often it sends something."""
    async with running_station(tmp_path, input_timeout_s=1.0) as station:
        reader, writer = await asyncio.open_connection("127.0.0.1", station.port)

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                for part in _UNFINISHED[name]:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.1)

        dripping = asyncio.ensure_future(drip())
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionError):
                while await reader.read(65_536):
                    pass
        dripping.cancel()
        writer.transport.abort()


@pytest.mark.slow
async def test_a_response_that_is_not_read_ends_the_connection(tmp_path: Path, waiting: Waiting) -> None:
    """Closing waits for what was written to be read: after the limit the connection is aborted."""
    config = msgspec.structs.replace(CONFIG, ws=msgspec.structs.replace(CONFIG.ws, stall_timeout_s=1.0))
    async with running_station(tmp_path, config=config, input_timeout_s=1.0) as station:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(raw, ("127.0.0.1", station.port))
        with contextlib.suppress(ConnectionError, BlockingIOError, TimeoutError):
            for _ in range(10_000):  # until the server reads no more
                async with asyncio.timeout(0.5):
                    await loop.sock_sendall(raw, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")

        def reset() -> bool:
            try:
                raw.send(b"G")
            except BlockingIOError:
                return False
            except ConnectionError:
                return True
            return False

        await waiting.soon(reset, timeout_s=15)
        raw.close()


async def test_many_requests_at_once_are_refused(station: Station) -> None:
    """Requests that wait for the response of another one are bounded."""
    head, body = await _say(station, b"GET /api/v1/events/stream HTTP/1.1\r\nHost: x\r\n\r\n" + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 100)

    assert head.startswith("http/1.1 400 ")
    assert json.loads(body)["error"]["code"] == "VALIDATION_ERROR"
