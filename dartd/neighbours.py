"""What dartd is to other systems: the interfaces of other boards on their ports, MQTT, mDNS and the venue."""

import asyncio
import functools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.abc
from starlette.types import ASGIApp

from dartd.addresses import network_host, url_of
from dartd.config import Config
from dartd.listening import open_compat_sockets
from dartd.outlets.compat.compat import Compat
from dartd.outlets.mdns import Mdns
from dartd.outlets.mqtt.mqtt import Mqtt
from dartd.outlets.nats.nats import Nats
from dartd.web.app import behind_proxies
from dartd.web.connections.server_options import ServerLimits
from dartd.web.server import serve
from dartd.web.services import Services


class Neighbours:
    """Everything that the configuration switches on; built before the routes, started with the daemon.

    `port` is the one that dartd listens on. `tasks` must run.
    """

    def __init__(self, services: Services, port: int) -> None:
        """Build what is on.

        Raises:
            ConfigError: a package is missing.
        """
        self._services = services
        self._sockets: dict[int, socket.socket] = {}
        self._compat = Compat(services)
        self.tasks = dict(self._compat.tasks)
        if services.config.mqtt.url is not None:
            self.tasks["mqtt"] = Mqtt(services, lambda: page_url(services.config)).run
        if services.config.nats.url is not None:
            self.tasks["nats"] = Nats(services).run
        if services.config.mdns.enabled:
            self.tasks["mdns"] = Mdns(services, port).run

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return an application with the interfaces of `server.port` in front of it."""
        return self._compat.around(app)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open the ports, and close them in the end.

        Raises:
            ListenError: a port cannot be bound.
        """
        self._sockets = await asyncio.to_thread(open_compat_sockets, self._services.config)
        try:
            yield
        finally:
            for each in self._sockets.values():
                each.close()

    async def serve(self, tasks: anyio.abc.TaskGroup) -> None:
        """Serve the ports."""
        config = self._services.config
        serving = functools.partial(serve, limits=ServerLimits.of(config))
        for own, app in self._compat.ports.items():
            await tasks.start(serving, behind_proxies(app, config.server), [self._sockets[own]])


def page_url(config: Config) -> str | None:
    """Return where other devices open the page of the board, None if they cannot; blocks."""
    host, server = network_host(config.server.host), config.server
    return None if host is None else url_of("https" if server.tls_cert else "http", host, server.port, server.root_path)
