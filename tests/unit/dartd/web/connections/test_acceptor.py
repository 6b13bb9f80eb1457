"""Accepting connections."""

import asyncio
import contextlib
import errno
import functools
import socket
import ssl
from pathlib import Path

import anyio
import msgspec
import pytest
import websockets
from starlette.applications import Starlette

from dartd.web.connections.acceptor import Acceptor
from dartd.web.connections.address import TrustedProxies
from dartd.web.connections.connection_limit import ConnectionLimit
from dartd.web.connections.server_options import ServerLimits
from dartd.web.server import serve
from tests.support.http_client import http_client
from tests.support.station import CONFIG, running_station
from tests.support.waiting import Waiting


async def _open(port: int, source: str) -> socket.socket:
    raw = socket.socket()
    raw.setblocking(False)
    raw.bind((source, 0))
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
    return raw


async def test_one_address_cannot_take_all_connections(tmp_path: Path) -> None:
    """Silent connections beyond the limit of an address are closed at once; another address is served."""
    server = msgspec.structs.replace(CONFIG.server, max_connections_per_address=20)
    async with running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station:
        silent = [await _open(station.port, "127.0.0.2") for _ in range(60)]
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            closed = [await loop.sock_recv(each, 1) for each in silent[20:]]
        async with http_client(station.http) as client:
            status = (await client.get("/health/live")).status_code
        for each in silent:
            each.close()

    assert (closed, status) == ([b""] * 40, 200)


async def test_connections_are_counted_until_they_end(tmp_path: Path) -> None:
    """Also those that became WebSockets."""
    server = msgspec.structs.replace(CONFIG.server, max_connections_per_address=3)
    async with running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station:
        for _ in range(10):
            async with http_client(station.http) as client:
                assert (await client.get("/health/live")).status_code == 200
            async with websockets.connect(station.ws, proxy=None) as socket_of_client:
                await socket_of_client.recv()


@pytest.mark.slow
async def test_half_a_tls_handshake_is_closed(tmp_path: Path) -> None:
    """A connection to the TLS port that sends nothing does not stay."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    await anyio.run_process([*command, "-keyout", str(key), "-out", str(cert)])
    listener = socket.create_server(("127.0.0.1", 0))
    limits = ServerLimits(input_timeout_s=1.0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    async with anyio.create_task_group() as tasks:
        await tasks.start(functools.partial(serve, tls=context, limits=limits), Starlette(), [listener])
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError):
                assert await reader.read(1) == b""
        writer.transport.abort()
        tasks.cancel_scope.cancel()


class _Exhausted(socket.socket):
    """A listening socket on a system without free descriptors, until `is_free`."""

    is_free = False

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """Raise EMFILE, or accept.

        Raises:
            OSError: no descriptor is free.
        """
        if not self.is_free:
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


async def test_without_descriptors_it_waits(waiting: Waiting, caplog: pytest.LogCaptureFixture) -> None:
    """Accepting is tried again after a pause."""
    limit = ConnectionLimit(max_connections=10, max_per_address=10, trusted=TrustedProxies())
    listener = _Exhausted()
    listener.bind(("127.0.0.1", 0))
    acceptor = Acceptor([listener], limit, lambda _: asyncio.Protocol(), tls=None, handshake_timeout_s=1.0)
    acceptor.start(16)
    client = await _open(listener.getsockname()[1], "127.0.0.1")
    await waiting.soon(lambda: "Too many open files" in caplog.text)
    listener.is_free = True
    await waiting.soon(lambda: limit.open == 1)
    acceptor.stop()
    client.close()
    listener.close()
