"""The connection to a server of NATS; tests/integration/test_venue.py has a real one."""

import asyncio
import sys

import pytest

from dartd.config import NatsConfig
from dartd.errors import ConfigError
from dartd.outlets.nats.connection import LinkError, NatsLink, check_package, connected, keep_connected
from tests.support.daemon import free_port
from tests.support.waiting import Waiting


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do."""
    monkeypatch.setitem(sys.modules, "nats", None)
    with pytest.raises(ConfigError, match=r"pip install 'dartd\[nats\]'"):
        check_package(NatsConfig())


async def test_a_server_that_is_away_is_an_error() -> None:
    """The reason must be there, and a certificate that cannot be read be one."""
    with pytest.raises(LinkError):
        async with connected(NatsConfig(url=f"nats://127.0.0.1:{free_port()}"), "test"):
            pass
    with pytest.raises(LinkError, match="No such file"):
        async with connected(NatsConfig(url="tls://127.0.0.1:1", tls_ca="/nowhere.pem"), "test"):
            pass


async def test_the_connection_is_tried_again(waiting: Waiting) -> None:
    """After each failure, with the reason each time."""
    reasons: list[str] = []

    async def serve(_link: NatsLink) -> None:
        raise AssertionError

    settings = NatsConfig(url=f"nats://127.0.0.1:{free_port()}")
    running = asyncio.ensure_future(keep_connected(settings, "test", serve, reasons.append))
    await waiting.soon(lambda: len(reasons) >= 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert all(reasons)
