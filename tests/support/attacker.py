"""A client that attacks a daemon over loopback, for `tests.bench.attack`."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import websockets

from tests.support.daemon import RunningDaemon

ATTACKER = "127.0.0.2"


class Target(NamedTuple):
    """The daemon under attack."""

    daemon: RunningDaemon
    http: str
    ws: str
    admin: dict[str, str]

    @property
    def rss_mb(self) -> float:
        """Return the memory of the daemon."""
        status = Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def raw(target: Target, *, source: str = ATTACKER) -> socket.socket:
    """Open a TCP connection."""
    connection = socket.socket()
    connection.setblocking(False)
    connection.bind((source, 0))
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", target.daemon.port))
    return connection


async def until_closed(connection: socket.socket, parts: Sequence[bytes], timeout_s: float) -> float | None:
    """Send parts, two per second; return after how many seconds the connection was closed, None if it was not."""
    loop, began_s = asyncio.get_running_loop(), time.monotonic()

    async def drip() -> None:
        with contextlib.suppress(OSError):
            for part in parts:
                await loop.sock_sendall(connection, part)
                await asyncio.sleep(0.5)

    dripping = asyncio.ensure_future(drip())
    try:
        async with asyncio.timeout(timeout_s):
            with contextlib.suppress(ConnectionError):
                while await loop.sock_recv(connection, 65_536):
                    pass
            return time.monotonic() - began_s
    except TimeoutError:
        return None
    finally:
        dripping.cancel()
        connection.close()


@contextlib.asynccontextmanager
async def client(target: Target, source: str = ATTACKER, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Send requests from an address."""
    transport = httpx2.AsyncHTTPTransport(local_address=source)
    async with httpx2.AsyncClient(base_url=target.http, transport=transport, headers=headers, timeout=30) as found:
        yield found


async def close_code(url: str, **options: Any) -> int:
    """Return the close code of a WebSocket within three seconds, the status if it is refused, 0 if it stays open."""
    try:
        async with websockets.connect(url, proxy=None, local_addr=(ATTACKER, 0), close_timeout=1, **options) as connection:
            with contextlib.suppress(websockets.ConnectionClosed, TimeoutError):
                async with asyncio.timeout(3):
                    while True:
                        await connection.recv()
            return connection.close_code or 0
    except websockets.InvalidStatus as refused:
        return refused.response.status_code
