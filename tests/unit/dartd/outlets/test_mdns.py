"""What is announced by mDNS, and a listener in the same network that finds it."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from zeroconf import ServiceListener, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from dartd.config import CompatConfig, MdnsConfig
from dartd.outlets.mdns import Mdns, announced
from tests.support.daemon import free_port
from tests.support.station import CONFIG, running_station
from tests.support.waiting import Waiting


def test_the_board_manager_is_announced_when_it_is_on() -> None:
    """With its own port, or the one that it shares."""
    config = msgspec.structs.replace(CONFIG, compat=CompatConfig(autodarts=3180))

    assert announced(config, 8000) == {"_http._tcp": 8000, "_dartd._tcp": 8000, "_autodarts-board._tcp": 3180}
    assert announced(CONFIG, 8000) == {"_http._tcp": 8000, "_dartd._tcp": 8000}


class _Listener(ServiceListener):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:  # noqa: ARG002 - zeroconf calls it so
        self.names.add(name)

    update_service = add_service

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:  # noqa: ARG002 - the same
        self.names.discard(name)


@pytest.mark.slow
async def test_a_listener_finds_it(tmp_path: Path, waiting: Waiting) -> None:
    """Over loopback: names are one label, and TXT has version, board and path."""
    config = msgspec.structs.replace(
        CONFIG, mdns=MdnsConfig(enabled=True), board=msgspec.structs.replace(CONFIG.board, name=f"St. {free_port()}")
    )
    async with running_station(tmp_path) as station:
        object.__setattr__(station.services, "config", config)
        mdns = Mdns(station.services, station.port)
        info = mdns.infos("127.0.0.1")[1]
        sender, receiver = AsyncZeroconf(interfaces=["127.0.0.1"]), AsyncZeroconf(interfaces=["127.0.0.1"])
        listener = _Listener()
        browser = AsyncServiceBrowser(receiver.zeroconf, "_dartd._tcp.local.", listener)
        registering = asyncio.ensure_future(sender.async_register_service(info))
        try:
            await waiting.soon(lambda: any(each.startswith(config.board.name.replace(".", " ")) for each in listener.names))
        finally:
            await registering
            await browser.async_cancel()
            await sender.async_close()
            await receiver.async_close()

    assert info.decoded_properties == {"version": "0.0", "board": "main", "path": "/"}
    assert info.port == station.port
