"""`X-Forwarded-*` and `Forwarded`: client, scheme, host and path prefix of a request that came through a trusted reverse proxy."""

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from dartd.addresses import FORWARDED
from dartd.web.connections.address import TrustedProxies

UNKNOWN_HOST: Final = "dartd.unknown_host"
_ROOT_PATH: Final = "dartd.root_path"
_SCHEMES: Final = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}}
_PREFIXES: Final = ("x-forwarded-prefix", "x-ingress-path")  # Traefik's, and that of Home Assistant's ingress
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9._~-]+){0,16}")  # goes into headers and documents, so nothing else may be in it
_PAIR: Final = re.compile(r'\s*([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))\s*(?:;|\Z)', re.IGNORECASE)
_ELEMENT: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')


def root_path_of(connection: HTTPConnection) -> str:
    """Return what paths of the client begin with, such as `/darts`, in front of the daemon's own; empty: nothing."""
    found: str = connection.scope.get(_ROOT_PATH, "")
    return found


class ForwardedHeaders:
    """ASGI middleware that replaces client, scheme and host by those of trusted proxies; of others the headers are ignored.

    The prefix of the path is removed if the proxy has not done so. `scope[UNKNOWN_HOST]` is set if a trusted proxy did not report the host
    that the client used: `Host` may be that of its upstream, or lack the port.
    """

    def __init__(self, app: ASGIApp, trusted: TrustedProxies, root_path: str = "") -> None:
        self._app = app
        self._trusted = trusted
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket connection."""
        if scope["type"] in _SCHEMES:
            client, root_path = scope.get("client"), self._root_path
            if client is not None and client[0] in self._trusted:
                root_path = self._apply(scope)
            if root_path:
                scope[_ROOT_PATH] = root_path
                scope["path"] = _without_prefix(scope["path"], root_path)
        await self._app(scope, receive, send)

    def _apply(self, scope: Scope) -> str:
        """Take over what the proxy reports; return the prefix of the path."""
        scope[FORWARDED] = True
        headers = Headers(scope=scope)
        addresses, proto, host = ",".join(headers.getlist("x-forwarded-for")), _last(headers, "proto"), _last(headers, "host")
        if not (addresses or proto or host):  # a proxy that sends the older headers passes on any `Forwarded` that a client has made up
            addresses, proto, host = self._forwarded(headers)
        if (found := self._trusted.client_of(addresses)) is not None:
            scope["client"] = (found, 0)
        scope["scheme"] = _SCHEMES[scope["type"]].get(proto.lower(), scope["scheme"])
        port = _last(headers, "port")
        if host:
            if port.isascii() and port.isdecimal() and not _has_port(host):
                host = f"{host}:{port}"
            kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope["headers"] = [*kept, (b"host", host.encode("latin-1"))]
        else:
            scope[UNKNOWN_HOST] = True
        prefixes = (headers.get(name, "").strip().rstrip("/") for name in _PREFIXES)
        return next((each for each in prefixes if each and _PREFIX.fullmatch(each)), self._root_path)

    def _forwarded(self, headers: Headers) -> tuple[str, str, str]:
        """Return addresses, scheme and host of `Forwarded` (RFC 7239): the last element is that of the proxy next to us."""
        elements = [_pairs(each) for each in _ELEMENT.findall(",".join(headers.getlist("forwarded")))]
        last = elements[-1] if elements else {}
        return ",".join(each.get("for", "unknown") for each in elements), last.get("proto", ""), last.get("host", "")


def _pairs(element: str) -> dict[str, str]:
    return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in _PAIR.findall(element)}


def _last(headers: Headers, name: str) -> str:
    return headers.get(f"x-forwarded-{name}", "").rpartition(",")[2].strip()


def _has_port(host: str) -> bool:
    return ":" in host.rpartition("]")[2]


def _without_prefix(path: str, root_path: str) -> str:
    """Return the path of the daemon's own; a proxy may have removed the prefix already."""
    rest = path.removeprefix(root_path)
    return rest or "/" if len(rest) < len(path) and rest[:1] in {"", "/"} else path
