"""The head of a request."""

import asyncio
import json

import pytest

from dartd.web.head import MAX_HEAD_BYTES
from tests.support.station import Station


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
