"""The handshake of a WebSocket: origin, token, a place among the clients, and the topics; then the session."""

import logging

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from dartd.auth.principal import Principal
from dartd.runtime.hub.topics import DEFAULT_TOPICS
from dartd.web.connections.clients import ConnectedClient
from dartd.web.http.caller import address_of, caller_of, credentials_of
from dartd.web.http.credentials import check_token_rate
from dartd.web.http.origin import is_origin_allowed, may_use_cookies
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from dartd.web.streams.session_start import parse_since, parse_topics, retry_ms
from dartd.web.streams.transport import MessageSender
from dartd.web.streams.unknown_path import deny
from dartd.web.streams.websocket import FORBIDDEN, UNAUTHORIZED, WebSocketSession
from schemas.events import ErrorMessage

_log = logging.getLogger(__name__)

SUBPROTOCOL = "dartd.v1"
_ALERTS = ("alerts", "system")
_TRACKING = ("zone:*", "session:*", "metrics", "alerts")
TOPICS_OF_PATH = {  # the paths next to `server.ws_path`: what a client gets that names no topics
    "/ws/alerts": _ALERTS,
    "/api/v1/ws/alerts": _ALERTS,
    "/ws/tracking": _TRACKING,
    "/api/v1/ws/tracking": _TRACKING,
}

_TRY_AGAIN_LATER = 1013


async def serve_websocket(websocket: WebSocket) -> None:
    """Serve the WebSocket route."""
    services: Services = websocket.app.state.services
    try:
        token, principal = await _authenticate(websocket, services)
    except Problem as problem:
        await deny(websocket, problem)
        return
    with services.clients.slot(caller_of(websocket, principal)) as has_slot:
        try:
            await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in websocket.scope.get("subprotocols", ()) else None)
            if principal is None:
                _log.info("a WebSocket sent an invalid token", extra={"client": address_of(websocket)})
                await websocket.close(UNAUTHORIZED, "Unauthorized")
            elif not has_slot:
                await websocket.close(_TRY_AGAIN_LATER, f"too many clients, retry in {retry_ms(services.clients.connected)} ms")
            elif not principal.is_anonymous and not principal.may("board:read"):
                await websocket.close(FORBIDDEN, "this needs the permission board:read")
            else:
                await _run_session(websocket, services, principal, token)
        except (WebSocketDisconnect, WebSocketDisconnected):
            return


async def _authenticate(websocket: WebSocket, services: Services) -> tuple[str | None, Principal | None]:
    """Return the token and its principal, None for an invalid one.

    Raises:
        Problem: pages of this origin may not connect, or this address has sent too many invalid tokens.
    """
    if not is_origin_allowed(websocket, services.config.server):
        raise Problem(403, "ORIGIN_NOT_ALLOWED", "pages of this origin may not connect; add it to server.cors_origins")
    await services.clients.admission.admit()
    token = token_of(websocket, services)
    principal = await services.accounts.principal_of(token)
    if principal is None:
        check_token_rate(websocket, services)
    return token, principal


def token_of(websocket: WebSocket, services: Services) -> str | None:
    """Return the token of a header, of a cookie if the page may use it, or of the query."""
    token, is_cookie = credentials_of(websocket)
    if is_cookie and not may_use_cookies(websocket, services.config.server):
        token = None
    return websocket.query_params.get("token") if token is None else token


async def _run_session(websocket: WebSocket, services: Services, principal: Principal, token: str | None) -> None:
    query = websocket.query_params
    errors: list[ErrorMessage] = []
    default = TOPICS_OF_PATH.get(websocket.url.path, DEFAULT_TOPICS)
    topics, since = parse_topics(query.get("topics"), principal, errors, default), parse_since(query.get("since"), errors)
    sender = MessageSender(websocket, services.config.ws.stall_timeout_s)
    with services.hub.subscribe(
        topics, since=since, kinds=principal.kinds, queue_size=services.config.ws.queue_size, transport=sender.transport
    ) as subscription:
        for error in errors:
            subscription.send_control(services.encode(error))
        listener = ConnectedClient(
            client_id=services.clients.next_id(),
            name=principal.name,
            address=websocket.client.host if websocket.client else "",
            transport="websocket",
            connected_at=services.timestamp(),
            subscription=subscription,
        )
        extras = {"client": listener.client_id, "user": principal.name}
        _log.debug("a WebSocket client connected", extra=extras)
        try:
            with services.clients.registered(listener):
                await WebSocketSession(websocket, services, listener, principal, sender, token).run(
                    since=since, stream_id=query.get("stream_id")
                )
        finally:
            _log.info("a WebSocket session ended", extra={**extras, "delivered": subscription.delivered})
