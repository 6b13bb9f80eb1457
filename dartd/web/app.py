"""The web application: every route, and what stands around them."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from dartd.errors import DartdError
from dartd.web import health, pages
from dartd.web.exposition import get_metrics
from dartd.web.problems import Problem, answer_problem
from dartd.web.services import Services
from dartd.web.timings import Timings
from dartd.web.trace import Trace
from dartd.web.v1 import board, events
from dartd.web.ws import serve_websocket

_EXPOSED = ("X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "ETag", "Location")


def build_app(services: Services) -> ASGIApp:
    """Put the application together."""
    app = Starlette(
        routes=routes(services.config.server.ws_path),
        middleware=_middleware(services),
        exception_handlers=dict.fromkeys((HTTPException, Problem, DartdError), answer_problem),
    )
    app.state.services = services
    return Trace(app, Timings(services.registry))


def routes(ws_path: str) -> list[BaseRoute]:
    """List every route of the daemon."""
    return [
        WebSocketRoute(ws_path, serve_websocket),
        Route("/health", health.get_health, methods=["GET"]),
        Route("/health/live", health.get_live, methods=["GET"]),
        Route("/health/ready", health.get_ready, methods=["GET"]),
        Route("/health/deep", health.get_deep, methods=["GET"]),
        Route("/metrics", get_metrics, methods=["GET"]),
        Mount("/api/v1", routes=[*board.routes(), *events.routes()]),
        *pages.routes(),
    ]


def _middleware(services: Services) -> list[Middleware]:
    server = services.config.server
    if not server.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=server.cors_origins,
            allow_methods=server.cors_methods,
            allow_headers=server.cors_headers,
            allow_credentials=server.cors_credentials,
            expose_headers=_EXPOSED,
        )
    ]
