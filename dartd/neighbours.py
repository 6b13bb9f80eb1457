"""What dartd is to other systems: the interfaces of other boards, on `server.port` or on ports of their own."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio.abc
from starlette.types import ASGIApp

from dartd.listening import open_compat_sockets
from dartd.outlets.background import run_in_background
from dartd.outlets.compat.compat import Compat
from dartd.web.app import behind_proxies
from dartd.web.connections.server_options import ServerLimits
from dartd.web.server import serve
from dartd.web.services import Services

Tasks = dict[str, Callable[[], Awaitable[object]]]


class Neighbours:
    """Everything that the configuration switches on; built before the routes, started with the daemon."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._compat = Compat(services)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return an application with the interfaces of `server.port` in front of it."""
        return self._compat.around(app)

    async def start(self, tasks: anyio.abc.TaskGroup, stack: AsyncExitStack) -> None:
        """Start the tasks, and serve the ports.

        Raises:
            ListenError: a port cannot be bound.
        """
        config = self._services.config
        sockets = await asyncio.to_thread(open_compat_sockets, config)
        for each in sockets.values():
            stack.callback(each.close)
        for name, run in self._compat.tasks.items():
            tasks.start_soon(run_in_background, name, run)
        for port, app in self._compat.ports.items():
            serving = functools.partial(serve, limits=ServerLimits.of(config))
            await tasks.start(serving, behind_proxies(app, config.server), [sockets[port]])
