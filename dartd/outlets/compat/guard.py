"""Who may use the interfaces of other boards: addresses of the configured networks, and of those pages of any origin."""

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from dartd.addresses import FORWARDED, Networks

_REFUSAL = {"error": "this address may not use the interface: it is not in compat.allow, or behind a proxy not in server.trusted_proxies"}
_OF_PROXIES = frozenset({b"x-forwarded-for", b"forwarded"})


class Guard:
    """ASGI middleware that answers 403 to all other addresses. Requests over a Unix socket have none and are allowed.

    A request that came through a proxy which is not trusted is refused as well: its address is that of the proxy, not of the client.
    """

    def __init__(self, app: ASGIApp, allowed: Networks) -> None:
        self._app = CORSMiddleware(app, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket connection."""
        client = scope.get("client")
        names = {name for name, _ in scope.get("headers", ())}
        is_hidden = bool(names & _OF_PROXIES) and not scope.get(FORWARDED, False)
        if not is_hidden and (client is None or client[0] in self._allowed):
            await self._app(scope, receive, _for_all(send))
            return
        refusal = JSONResponse(_REFUSAL, 403)
        if scope["type"] == "websocket":
            await WebSocket(scope, receive, send).send_denial_response(refusal)
        else:
            await refusal(scope, receive, send)


def _for_all(send: Send) -> Send:
    """Return a `send` that allows pages of any origin to read every response, as the originals do."""

    async def send_for_all(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Access-Control-Allow-Origin"] = "*"
        await send(message)

    return send_for_all
