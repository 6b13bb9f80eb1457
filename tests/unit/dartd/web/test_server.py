"""uvicorn, embedded."""

import asyncio
import functools
import logging
import signal
import socket
import ssl
from pathlib import Path

import anyio
import httpx2
import pytest
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dartd.web.server import serve
from tests.support.http_client import http_client
from tests.support.station import TOKEN, Station, running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting
from tests.support.websocket_client import Connect, WebSocketClient, unread_client


@pytest.mark.slow
async def test_it_stops_whatever_clients_do_and_says_why(tmp_path: Path, waiting: Waiting) -> None:
    """WebSockets are closed with 1012, also while one of them takes nothing."""
    async with running_station(tmp_path) as station:
        quick = await websockets.connect(station.ws, proxy=None)
        stalled = await unread_client(station.port)
        listener = WebSocketClient(quick)
        await waiting.soon(lambda: station.services.clients.connected == 2)
        while station.hub.statistics().lagging == 0:
            await station.happen(*(hit(f"d{k}") for k in range(50)))
            await listener.receive_seqs(50)

    stalled.close()

    assert (await listener.until_closed())[0] == 1012


async def test_the_port_is_free_again_at_once(tmp_path: Path) -> None:
    """A daemon that restarts finds its port."""
    async with running_station(tmp_path) as station:
        port = station.port
    async with (
        running_station(tmp_path, port=port) as station,
        http_client(station.http) as client,
    ):
        assert (await client.get("/health/live")).status_code == 200


@pytest.mark.slow
async def test_with_certificate_and_key_it_serves_tls(tmp_path: Path) -> None:
    """What the configuration promises with `server.tls_cert` and `server.tls_key` must be kept: encrypted, or not at all."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    await anyio.run_process([*command, "-keyout", str(key), "-out", str(cert)])
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(cert))
    trusting.check_hostname = False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    async with anyio.create_task_group() as tasks:
        await tasks.start(functools.partial(serve, tls=context), Starlette(routes=[Route("/", _greet)]), [listener])
        async with httpx2.AsyncClient(verify=trusting, trust_env=False) as client:
            answer = await client.get(f"https://127.0.0.1:{port}/")
        tasks.cancel_scope.cancel()

    assert answer.text == "good darts"


async def _greet(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("good darts")


async def test_signals_are_left_to_the_daemon(station: Station) -> None:
    """The server takes no signal for itself."""
    assert station.port
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_answers_do_not_wait_for_nagle() -> None:
    """Header and body leave at once: Nagle's algorithm is off on the socket that accepted ones inherit their options from."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with anyio.create_task_group() as tasks:
            await tasks.start(serve, Starlette(), [listener])
            no_delay = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            tasks.cancel_scope.cancel()

    assert no_delay


async def test_a_token_of_the_query_is_never_logged(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """Not at any level."""
    caplog.set_level(logging.DEBUG)
    listener = await connect(f"?token={TOKEN}", additional_headers={"Authorization": f"Bearer {TOKEN}"})
    await listener.receive_types(2)
    server_side = [record for record in caplog.records if not record.name.startswith("websockets.client")]

    assert TOKEN not in "".join(record.getMessage() for record in server_side)


@pytest.mark.slow
async def test_many_come_at_once(station: Station, connect: Connect) -> None:
    """A hundred clients that connect in the same moment are all greeted."""
    listeners = await asyncio.gather(*(connect() for _ in range(100)))
    greetings = await asyncio.gather(*(listener.receive_types(2) for listener in listeners))

    assert greetings == [["hello", "snapshot"]] * 100
    assert station.services.clients.connected == 100
