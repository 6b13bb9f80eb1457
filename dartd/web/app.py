"""The web application: all routes and the middleware around them."""

import functools
from collections.abc import Callable, Sequence
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import ASGIApp

from dartd.config import ServerConfig
from dartd.errors import DartdError
from dartd.game.catalog import NAMES
from dartd.store.images import KINDS
from dartd.web import debug, docs, exposition, health, live, pages, voices
from dartd.web.connections.address import TrustedProxies
from dartd.web.http.cross_origin import CrossOriginRequests
from dartd.web.http.endpoint import Endpoint, check_unique
from dartd.web.http.entity_resource import Declarations
from dartd.web.http.forwarded import ForwardedHeaders
from dartd.web.http.openapi import describe
from dartd.web.http.problems import Problem, answer_problem
from dartd.web.http.request_log import RequestLog, security_headers
from dartd.web.http.route import check_declared, routes_of
from dartd.web.http.timings import Timings
from dartd.web.services import Services
from dartd.web.streams.handshake import TOPICS_OF_PATH, serve_websocket
from dartd.web.streams.unknown_path import refuse_unknown_path
from dartd.web.v1 import (
    accuracy,
    alerts,
    audit,
    auth,
    backups,
    board,
    boards,
    cache,
    calibrations,
    camera_devices,
    camera_pictures,
    cameras,
    catalog,
    clients,
    comments,
    corrections,
    dashboard,
    debug_bundle,
    events,
    feedback,
    fixtures,
    formats,
    keys,
    lists,
    matches,
    metrics,
    pairings,
    performance,
    photos,
    players,
    query,
    reports,
    sessions,
    statistics,
    stream,
    throws,
    tournaments,
    users,
    webhooks,
    zones,
)

_MODULES = (
    health,
    exposition,
    auth,
    users,
    keys,
    pairings,
    audit,
    players,
    photos,
    zones,
    webhooks,
    alerts,
    board,
    boards,
    calibrations,
    cameras,
    camera_devices,
    camera_pictures,
    throws,
    feedback,
    accuracy,
    comments,
    backups,
    cache,
    formats,
    matches,
    tournaments,
    lists,
    fixtures,
    corrections,
    statistics,
    performance,
    sessions,
    metrics,
    dashboard,
    reports,
    query,
    catalog,
    stream,
    events,
    clients,
    debug_bundle,
    docs,
    live,
    pages,
    voices,
)
ENDPOINTS: list[Endpoint] = [endpoint for module in _MODULES for endpoint in module.ENDPOINTS]
RESOURCES: Declarations = (
    comments.COMMENTS,
    formats.FORMATS,
    keys.KEYS,
    lists.LISTS,
    players.PLAYERS,
    tournaments.TOURNAMENTS,
    users.USERS,
    webhooks.WEBHOOKS,
    zones.ZONES,
)

_EXPOSED = (
    "X-Request-ID",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "ETag",
    "Location",
)


def build_app(services: Services, around: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> ASGIApp:
    """Build the application; `around` may put something before its routes.

    Raises:
        DeclarationError: a route has no declaration or an incomplete one.
    """
    server = services.config.server
    endpoints = [*ENDPOINTS, *(debug.ENDPOINTS if server.debug else ())]
    app = Starlette(
        routes=routes(server.ws_path, endpoints),
        middleware=_middleware(services),
        exception_handlers=dict.fromkeys((HTTPException, Problem, DartdError), answer_problem),
    )
    app.router.redirect_slashes = False
    check_declared(app.routes)
    app.state.services = services
    choices = {"camera_id": [camera.id for camera in services.config.cameras], "kind": KINDS}
    anonymous = services.accounts.anonymous.permissions
    # 0.1 s of CPU that a start does not need: the document is made when it is asked for first.
    filters = {"game": NAMES}
    describing = partial(describe, endpoints, version=services.version, anonymous=anonymous, choices=choices, filters=filters)
    app.state.openapi = functools.cache(describing)
    logged = RequestLog(around(app), Timings(services.metrics.registry), security_headers(server.frame_origins))
    return behind_proxies(logged, server)


def behind_proxies(app: ASGIApp, server: ServerConfig) -> ASGIApp:
    """Return an application that sees what trusted proxies report of their clients."""
    return ForwardedHeaders(app, TrustedProxies(server.trusted_proxies), server.root_path)


def routes(ws_path: str, endpoints: Sequence[Endpoint] = ENDPOINTS) -> list[BaseRoute]:
    """Return every route of the daemon."""
    check_unique(endpoints)
    streams = [WebSocketRoute(path, serve_websocket) for path in dict.fromkeys((ws_path, *TOPICS_OF_PATH))]
    return [*streams, WebSocketRoute("/{path:path}", refuse_unknown_path), *routes_of(tuple(endpoints))]


def _middleware(services: Services) -> list[Middleware]:
    server = services.config.server
    if not server.cors_origins:
        return []
    return [
        Middleware(
            CrossOriginRequests,
            allow_origins=server.cors_origins,
            allow_methods=server.cors_methods,
            allow_headers=server.cors_headers,
            allow_credentials=server.cors_credentials,
            expose_headers=_EXPOSED,
        )
    ]
