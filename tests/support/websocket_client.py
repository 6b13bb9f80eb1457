"""A WebSocket client that decodes what it receives."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection

from tests.support.waiting import DEADLINE_S

Connect = Callable[..., Awaitable["WebSocketClient"]]


class WebSocketClient:
    """A WebSocket client that decodes what it receives."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""
        async with asyncio.timeout(DEADLINE_S):
            message = msgspec.json.decode(await self.socket.recv())
        assert isinstance(message, dict)
        return message

    async def receive_seqs(self, count: int) -> list[int]:
        """Return the numbers of the next journalled events, whatever other messages come between."""
        found: list[int] = []
        while len(found) < count:
            message = await self.receive()
            found += [message["seq"]] if "seq" in message else []
        return found

    async def receive_types(self, count: int) -> list[str]:
        """Return the types of the next messages."""
        return [(await self.receive())["event_type"] for _ in range(count)]

    async def send(self, **message: Any) -> None:
        """Send a message."""
        await self.socket.send(msgspec.json.encode(message).decode())

    async def until_closed(self) -> tuple[int, str]:
        """Receive until the connection is closed, and return how."""
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await self.receive()
        return self.socket.close_code or 0, self.socket.close_reason or ""


async def unread_client(port: int) -> socket.socket:
    """Open a WebSocket whose client never reads, with a small window."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, ("127.0.0.1", port))
    request = (
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await loop.sock_sendall(raw, request.encode())
    return raw
