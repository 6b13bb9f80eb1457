"""A station that may post to loopback, and a receiver."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.support.http_client import http_client
from tests.support.receiver import PRIVATE, Receiver, running_receiver
from tests.support.station import Station, lasting_station


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Run a receiver."""
    async with running_receiver() as receiver:
        yield receiver


@pytest.fixture
async def open_station(tmp_path: Path) -> AsyncIterator[tuple[Station, httpx2.AsyncClient]]:
    """Run a station that may post to loopback, and a client of it."""
    async with lasting_station(tmp_path, config=PRIVATE) as station, http_client(station.http) as http:
        yield station, http
