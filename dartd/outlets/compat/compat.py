"""All interfaces that the configuration switches on: their folds, feeds and applications, one for each port."""

import logging
from collections.abc import Callable
from typing import Final

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from dartd.addresses import Networks
from dartd.outlets.background import Tasks
from dartd.outlets.compat.arudart import Arudart
from dartd.outlets.compat.autodarts import Autodarts
from dartd.outlets.compat.autodarts_routes import AutodartsRoutes
from dartd.outlets.compat.caller import Caller
from dartd.outlets.compat.feed import Feed
from dartd.outlets.compat.guard import Guard
from dartd.outlets.compat.live_routes import arudart_routes, opendarts_routes, server_sent
from dartd.outlets.compat.opendarts import Opendarts
from dartd.outlets.compat.services import CompatServices
from dartd.outlets.compat.socket_io import SocketIo

_log = logging.getLogger(__name__)

Built = tuple[list[BaseRoute], Tasks]


class Compat:
    """The interfaces. `tasks` must run; `ports` has the application of each port of its own."""

    def __init__(self, services: CompatServices) -> None:
        """Build what is on.

        Raises:
            ConfigError: the package that an interface needs is missing.
        """
        self.tasks: Tasks = {}
        self.ports: dict[int, ASGIApp] = {}
        self._shared: list[BaseRoute] = []
        self._allowed = Networks(services.config.compat.allow)
        routes: dict[int | None, list[BaseRoute]] = {}
        for name, port in services.config.compat.surfaces.items():
            where = "server.port" if port is None else f"port {port}"
            _log.warning("the interface of %s is on at %s: every client in compat.allow may command the board without a token", name, where)
            if name == "caller":
                self._add_caller(services, port or 0)
                continue
            found, tasks = _BUILDERS[name](services)
            self.tasks |= tasks
            routes.setdefault(port, []).extend(found)
        self._shared = routes.pop(None, [])
        self._shared_app = Guard(Starlette(routes=self._shared), self._allowed)
        self.ports |= {port: Guard(Starlette(routes=found), self._allowed) for port, found in routes.items() if port is not None}

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return an application with the interfaces of `server.port` in front of it."""
        if not self._shared:
            return app

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            is_ours = scope["type"] in {"http", "websocket"} and any(route.matches(scope)[0] != Match.NONE for route in self._shared)
            await (self._shared_app if is_ours else app)(scope, receive, send)

        return serve

    def _add_caller(self, services: CompatServices, port: int) -> None:
        feed = Feed(Caller(), services.hub, services.board, services.timestamp)
        server = SocketIo(services, feed)
        self.tasks |= {"the feed of darts-caller": feed.run, "the clients of darts-caller": server.run}
        self.ports[port] = Guard(server.app, self._allowed)


def _autodarts(services: CompatServices) -> Built:
    fold = Autodarts(services.config.board.double_outer_mm)
    feed = Feed(fold, services.hub, services.board, services.timestamp)
    found = AutodartsRoutes(services, fold, feed)
    return found.routes(), {"the feed of autodarts": feed.run, "the figures of autodarts": found.run}


def _arudart(services: CompatServices) -> Built:
    feed = Feed(Arudart(), services.hub, services.board, services.timestamp, server_sent)
    return arudart_routes(services, feed), {"the feed of arudart": feed.run}


def _opendarts(services: CompatServices) -> Built:
    fold = Opendarts()
    feed = Feed(fold, services.hub, services.board, services.timestamp)
    return opendarts_routes(services, fold, feed), {"the feed of opendarts": feed.run}


_BUILDERS: Final[dict[str, Callable[[CompatServices], Built]]] = {"autodarts": _autodarts, "arudart": _arudart, "opendarts": _opendarts}
