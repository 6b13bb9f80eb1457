"""A relay in the process of the test."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import msgspec

from dartd.config import Config, NatsConfig, ServerConfig
from dartd.relay.relay import Relay
from dartd.relay.services import RelayServices
from tests.support.daemon import free_port
from tests.support.waiting import Waiting


@dataclass
class RunningRelay:
    """A running relay."""

    services: RelayServices
    port: int

    @property
    def http(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def ws(self, query: str = "", board: str | None = None) -> str:
        """Return the address of its WebSocket, or of that of a board."""
        return f"ws://127.0.0.1:{self.port}{'' if board is None else f'/boards/{board}'}/ws{query}"


@asynccontextmanager
async def served_relay(config: Config | None = None) -> AsyncIterator[RunningRelay]:
    """Run a relay on a loopback port that reaches no server of NATS: its boards are what the test applies."""
    async with _started(config, f"nats://127.0.0.1:{free_port()}") as relay:
        yield relay


@asynccontextmanager
async def running_relay(url: str, config: Config | None = None) -> AsyncIterator[RunningRelay]:
    """Run a relay on a loopback port; it has received what the stream has when the block begins."""
    async with _started(config, url) as relay:
        await Waiting().soon(lambda: relay.services.feed.is_current, "the relay")
        yield relay


@asynccontextmanager
async def _started(config: Config | None, url: str) -> AsyncIterator[RunningRelay]:
    config = msgspec.structs.replace(config or Config(server=ServerConfig(host="127.0.0.1")), nats=NatsConfig(url=url))
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        async with anyio.create_task_group() as tasks:
            services = await Relay(config, "0.0").start(tasks, [listener])
            yield RunningRelay(services, listener.getsockname()[1])
            tasks.cancel_scope.cancel()
    finally:
        listener.close()
