"""The composition root of a relay: builds its parts and runs them until a signal."""

import asyncio
import functools
import logging
import signal
import socket
import time
from collections.abc import Callable, Sequence

import anyio
import anyio.abc

from dartd.addresses import local_host, url_of
from dartd.auth.rate_limits import RateLimiter
from dartd.config import Config
from dartd.errors import ConfigError
from dartd.listening import open_sockets, server_context
from dartd.outlets.background import run_in_background
from dartd.outlets.nats.connection import check_package, keep_connected
from dartd.relay.app import build_relay_app
from dartd.relay.boards import Boards
from dartd.relay.feed import RelayFeed
from dartd.relay.figures import RelayFigures, registry_of
from dartd.relay.history import StreamHistory
from dartd.relay.services import RelayServices
from dartd.systemd import sd_notify
from dartd.web.connections.clients import Clients
from dartd.web.connections.connection_limit import raise_descriptor_limit
from dartd.web.connections.server_options import ServerLimits
from dartd.web.server import serve

_log = logging.getLogger(__name__)

Announce = Callable[[str], None]


class Relay:
    """A relay. It keeps nothing: any number of them serve the same venue, and one that is killed is missed by no one for long."""

    def __init__(self, config: Config, version: str, announce: Announce = print) -> None:
        """Prepare the relay.

        Raises:
            ConfigError: there is no server of NATS in the configuration, or its package is not installed.
        """
        if config.nats.url is None:
            raise ConfigError("$.nats.url: missing, the address of NATS: set DARTD_NATS_URL=nats://host:4222", path="$.nats.url")
        check_package(config.nats)
        self._config = config
        self._version = version
        self._announce = announce

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT.

        Raises:
            DartdError: it cannot start.
        """
        raise_descriptor_limit()
        sockets = await asyncio.to_thread(open_sockets, self._config)
        try:
            async with anyio.create_task_group() as tasks:
                await tasks.start(_wait_for_signals, tasks.cancel_scope)
                await self.start(tasks, sockets)
                self._welcome(sockets)
                sd_notify("READY=1")
        finally:
            for each in sockets:
                each.close()

    async def start(self, tasks: anyio.abc.TaskGroup, sockets: Sequence[socket.socket]) -> RelayServices:
        """Start the parts in a task group, and return what they share."""
        config = self._config
        clients = Clients(config.ws.max_clients)
        history = StreamHistory(config.nats.stream, config.nats.venue)
        boards = Boards(history, clients, config.ws.queue_size, time.monotonic)
        feed = RelayFeed(config.nats, boards, history)
        services = RelayServices(
            config=config,
            version=self._version,
            boards=boards,
            history=history,
            feed=feed,
            clients=clients,
            limits=RateLimiter({"default": config.limits.default, "metrics": config.limits.metrics}),
            started_at_s=time.monotonic(),
            now=time.monotonic,
        )
        registry = registry_of(RelayFigures(boards, feed, history, clients), self._version)
        following = functools.partial(keep_connected, config.nats, "dartd relay", feed.serve, feed.failed)
        tasks.start_soon(run_in_background, "the connection to NATS", following)
        tls = await asyncio.to_thread(server_context, config)
        serving = functools.partial(serve, limits=ServerLimits.of(config), tls=tls)
        await tasks.start(serving, build_relay_app(services, registry), sockets)
        return services

    def _welcome(self, sockets: Sequence[socket.socket]) -> None:
        server = self._config.server
        scheme = "https" if server.tls_cert else "http"
        for port in sorted({each.getsockname()[1] for each in sockets if each.family != socket.AF_UNIX}):
            where = url_of(scheme, local_host(server.host), port, server.root_path)
            self._announce(f"dartd relay {self._version} of venue {self._config.nats.venue} listens on {where}")


async def _wait_for_signals(scope: anyio.CancelScope, *, task_status: anyio.abc.TaskStatus[None]) -> None:
    """Cancel everything on SIGTERM or SIGINT."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        task_status.started()
        async for each in signals:
            _log.info("%s: stopping", signal.Signals(each).name)
            sd_notify("STOPPING=1")
            scope.cancel()
            return
