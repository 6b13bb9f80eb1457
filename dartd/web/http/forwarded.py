"""`X-Forwarded-*`: client, scheme and host of a request that came through a trusted reverse proxy."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dartd.web.connections.address import TrustedProxies

UNKNOWN_HOST = "dartd.unknown_host"
_SCHEMES = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}}


class ForwardedHeaders:
    """ASGI middleware that replaces client, scheme and host by those of trusted proxies; of others the headers are ignored.

    `scope[UNKNOWN_HOST]` is set if a trusted proxy did not report the host that the client used: `Host` may be that of its upstream.
    """

    def __init__(self, app: ASGIApp, trusted: TrustedProxies) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket connection."""
        client = scope.get("client")
        if scope["type"] in _SCHEMES and client is not None and client[0] in self._trusted:
            self._apply(scope)
        await self._app(scope, receive, send)

    def _apply(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if (found := self._trusted.client_of(",".join(headers.getlist("x-forwarded-for")))) is not None:
            scope["client"] = (found, 0)
        proto = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        scope["scheme"] = _SCHEMES[scope["type"]].get(proto, scope["scheme"])
        host = headers.get("x-forwarded-host", "").rpartition(",")[2].strip()
        if host:
            kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope["headers"] = [*kept, (b"host", host.encode("latin-1"))]
        else:
            scope[UNKNOWN_HOST] = True
