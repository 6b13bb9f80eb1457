"""A running daemon without cameras whose limits are no limit, and a client."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from dartd.config import LimitsConfig
from tests.support.http_client import http_client
from tests.support.station import CONFIG, Station, lasting_station

_MANY = 1_000_000


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    """Run it."""
    limits = LimitsConfig(default=_MANY, query=_MANY, metrics=_MANY, login=_MANY, corrections=_MANY, admin_factor=1)
    config = msgspec.structs.replace(CONFIG, limits=limits, state_dir=str(tmp_path))
    async with lasting_station(tmp_path, config=config, with_sessions=True) as station:
        yield station


@pytest.fixture
async def http(station: Station) -> AsyncIterator[httpx2.AsyncClient]:
    """Return an anonymous HTTP client of it."""
    async with http_client(station.http) as client:
        yield client
