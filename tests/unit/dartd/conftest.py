"""A running daemon without cameras, and clients that connect to it over real sockets."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets

from tests.support.http_client import http_client
from tests.support.station import TOKEN, Station, lasting_station
from tests.support.websocket_client import Connect, WebSocketClient


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    """Run a daemon."""
    async with lasting_station(tmp_path) as station:
        yield station


@pytest.fixture
async def http(station: Station) -> AsyncIterator[httpx2.AsyncClient]:
    """Return an anonymous HTTP client of it."""
    async with http_client(station.http) as client:
        yield client


@pytest.fixture
def operator() -> dict[str, str]:
    """Return the headers of the operator."""
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def connect(station: Station) -> AsyncIterator[Connect]:
    """Open WebSockets; they are closed when the test ends."""
    async with contextlib.AsyncExitStack() as stack:

        async def open_one(query: str = "", **options: Any) -> WebSocketClient:
            socket = await stack.enter_async_context(websockets.connect(station.ws + query, proxy=None, close_timeout=0.2, **options))
            return WebSocketClient(socket)

        yield open_one
