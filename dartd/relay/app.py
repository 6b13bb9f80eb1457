"""The routes of a relay."""

import math
from typing import Any, Final

import anyio.to_thread
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from dartd.errors import DartdError
from dartd.relay.boards import RelayedBoard
from dartd.relay.events import get_board_events
from dartd.relay.orders import ACTIONS, order
from dartd.relay.overview import board_of, venue_of
from dartd.relay.services import RelayServices
from dartd.relay.session import serve_viewer
from dartd.web.connections.address import TrustedProxies
from dartd.web.http.caller import address_of, credentials_of
from dartd.web.http.cross_origin import CrossOriginRequests
from dartd.web.http.forwarded import ForwardedHeaders
from dartd.web.http.html_page import html_page
from dartd.web.http.json_response import json_response
from dartd.web.http.problems import Problem, answer_problem
from dartd.web.http.request_log import RequestLog, security_headers
from dartd.web.http.timings import Timings
from dartd.web.static_files import STATIC_FILES
from dartd.web.streams.unknown_path import refuse_unknown_path
from schemas.base import Value

_KEPT_S: Final = 1.0  # for which an overview is kept: it is made of thousands of boards and asked for by many


class RelayHealth(Value, frozen=True, kw_only=True):
    """The response of `/health`."""

    status: str
    health: str
    reasons: tuple[str, ...]
    timestamp: str
    version: str
    uptime_seconds: float
    venue: str
    boards: int
    online: int
    clients: int
    behind_seconds: float


class Overview:
    """The overview of the venue, encoded at most once a second."""

    def __init__(self, services: RelayServices) -> None:
        self._services = services
        self._body = b""
        self._made_s = -math.inf

    def encoded(self) -> bytes:
        """Return the answer of `GET /api/v1/venue`."""
        services, now_s = self._services, self._services.now()
        if now_s - self._made_s >= _KEPT_S:
            boards = [self.board(board) for board in services.boards.all()]
            self._body = bytes(json_response(venue_of(services.config.nats.venue, boards)).body)
            self._made_s = now_s
        return self._body

    def board(self, board: RelayedBoard) -> Any:
        """Return one board as people see it."""
        services = self._services
        if board.report is None:
            raise Problem(404, "RESOURCE_NOT_FOUND", "there is no such board in this venue")
        seen_s = services.limits.wall() - (services.now() - board.seen_s)
        return board_of(board.report, online=services.boards.is_online(board), seen_s=seen_s, last_seq=board.hub.last_seq)


def build_relay_app(services: RelayServices, registry: CollectorRegistry) -> ASGIApp:
    """Build the application of a relay."""
    server = services.config.server
    app = Starlette(
        routes=_routes(server.ws_path),
        middleware=[
            Middleware(
                CrossOriginRequests,
                allow_origins=server.cors_origins,
                allow_methods=server.cors_methods,
                allow_headers=server.cors_headers,
                allow_credentials=False,
            )
        ]
        if server.cors_origins
        else [],
        exception_handlers=dict.fromkeys((HTTPException, Problem, DartdError), answer_problem),
    )
    app.router.redirect_slashes = False
    app.state.services = services
    app.state.registry = registry
    app.state.overview = Overview(services)
    logged = RequestLog(app, Timings(registry), security_headers(server.frame_origins))
    return ForwardedHeaders(logged, TrustedProxies(server.trusted_proxies), server.root_path)


def _routes(ws_path: str) -> list[Route | WebSocketRoute]:
    return [
        WebSocketRoute(ws_path, serve_viewer),
        WebSocketRoute("/boards/{board_id}/ws", serve_viewer),
        WebSocketRoute("/{path:path}", refuse_unknown_path),
        Route("/health", get_health),
        Route("/health/live", get_live),
        Route("/health/ready", get_ready),
        Route("/metrics", get_metrics),
        Route("/api/v1/venue", get_venue),
        Route("/api/v1/venue/boards/{board_id}", get_venue_board),
        Route("/api/v1/venue/boards/{board_id}/{action}", post_order, methods=["POST"]),
        Route("/api/v1/events/stream", get_board_events),
        Route("/boards/{board_id}/api/v1/events/stream", get_board_events),
        Route("/boards/{board_id}/api/v1/board", get_snapshot),
        Route("/", get_root),
        Route("/venue", get_page),
        Route("/static/{path:path}", get_static),
    ]


def _services(request: Request) -> RelayServices:
    found: RelayServices = request.app.state.services
    return found


def _reader(request: Request) -> RelayServices:
    """Return the services to a caller who may read.

    Raises:
        Problem: the caller may not, or asks too often.
    """
    services = _services(request)
    _check_rate(request, services)
    if not services.viewer(credentials_of(request)[0]).may("board:read"):
        raise Problem(401, "AUTH_INVALID_TOKEN", "a token is required: send Authorization: Bearer …")
    return services


def _check_rate(request: Request, services: RelayServices) -> None:
    state = services.limits.acquire(address_of(request), services.limits.limit_of("metrics", None))
    if state.retry_after_s:
        raise Problem(429, "RATE_LIMIT_EXCEEDED", "too many requests; try again later", headers=state.headers(services.limits.wall()))


def _board(request: Request, services: RelayServices) -> RelayedBoard:
    board_id = request.path_params["board_id"]
    board = services.boards.get(board_id)
    if board is None:
        raise Problem(404, "RESOURCE_NOT_FOUND", f"there is no board {board_id[:64]!r} in this venue", details={"board_id": board_id[:64]})
    return board


async def get_venue(request: Request) -> Response:
    """Return all boards, trouble first."""
    _reader(request)
    return Response(request.app.state.overview.encoded(), headers={"Cache-Control": "no-store"}, media_type="application/json")


async def get_venue_board(request: Request) -> Response:
    """Return one board of the overview."""
    services = _reader(request)
    return json_response(request.app.state.overview.board(_board(request, services)))


async def get_snapshot(request: Request) -> Response:
    """Return the snapshot of a board, as the board's own API does."""
    services = _reader(request)
    board = _board(request, services)
    return Response(board.encode(board.snapshot()), headers={"Cache-Control": "no-store"}, media_type="application/json")


async def post_order(request: Request) -> Response:
    """Have a board execute start, stop or reset with the token of the caller.

    Raises:
        Problem: the board refuses, or does not answer.
    """
    services, action = _services(request), request.path_params["action"]
    _check_rate(request, services)
    if action not in ACTIONS:
        raise HTTPException(404)
    token, by_cookie = credentials_of(request)  # a cookie is that of a board on the same host, and any page there would send it
    reply = await order(services, request.path_params["board_id"], action, None if by_cookie else token)
    if reply.status != 200:
        raise Problem(reply.status, reply.code, reply.message, details=reply.details)
    return Response(bytes(reply.result), headers={"Cache-Control": "no-store"}, media_type="application/json")


async def get_health(request: Request) -> Response:
    """Return the health of the relay; that of the boards is in the overview."""
    services = _services(request)
    boards = services.boards.all()
    reasons = () if services.feed.is_connected else (f"there is no connection to NATS: {services.feed.reason}",)
    if services.feed.is_connected and not services.feed.is_current:
        reasons = ("the relay has not received all events yet",)
    return json_response(
        RelayHealth(
            status="degraded" if reasons else "running",
            health="degraded" if reasons else "healthy",
            reasons=reasons,
            timestamp=services.timestamp(),
            version=services.version,
            uptime_seconds=round(services.now() - services.started_at_s, 3),
            venue=services.config.nats.venue,
            boards=len(boards),
            online=sum(map(services.boards.is_online, boards)),
            clients=services.clients.connected,
            behind_seconds=round(services.feed.latest_s, 3),
        )
    )


async def get_live(_request: Request) -> Response:
    """Return a constant: a response shows that the event loop runs."""
    return json_response({"status": "ok"})


async def get_ready(request: Request) -> Response:
    """Return 200 if viewers are served with what happens now, else 503."""
    feed = _services(request).feed
    is_ready = feed.is_connected and feed.is_current
    body = json_response({"status": "ready" if is_ready else "not_ready", "reasons": [] if is_ready else [feed.reason or "catching up"]})
    body.status_code = 200 if is_ready else 503
    return body


async def get_metrics(request: Request) -> Response:
    """Return the metrics of the relay as Prometheus text."""
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    body = await anyio.to_thread.run_sync(encode, request.app.state.registry)
    return Response(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


async def get_root(request: Request) -> Response:
    """Lead to the page of the venue."""
    del request
    return RedirectResponse("venue")


async def get_page(request: Request) -> Response:
    """Return the page of the venue."""
    return html_page("venue", request.url.path)


async def get_static(request: Request) -> Response:
    """Return a static file."""
    return await STATIC_FILES.get_response(request.path_params["path"], request.scope)
