"""The bearer token and the origin of a request."""

from urllib.parse import SplitResult, urlsplit

from starlette.requests import HTTPConnection

from dartd.config import ServerConfig
from dartd.web.http.forwarded import UNKNOWN_HOST

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def bearer_token(connection: HTTPConnection) -> str | None:
    """Return the token of the `Authorization` header; "" for any other scheme, which is not valid."""
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_origin_allowed(connection: HTTPConnection, server: ServerConfig) -> bool:
    """Return whether a page of this origin may open a WebSocket: the same host or a listed one; requests without an origin are allowed.

    Behind a trusted proxy that does not report the host that the client used, the origin cannot be checked.
    """
    allowed = server.cors_origins
    return _is_own(connection) or "*" in allowed or connection.headers.get("origin") in allowed or connection.scope.get(UNKNOWN_HOST, False)


def may_use_cookies(connection: HTTPConnection, server: ServerConfig) -> bool:
    """Return whether the cookies of a request count: only if its origin was allowed by name, never by `*`."""
    return _is_own(connection) or (server.cors_credentials and connection.headers.get("origin") in server.cors_origins)


def _is_own(connection: HTTPConnection) -> bool:
    """Return whether the request has no origin or that of its own host, with default ports normalised.

    A trusted proxy may pass on the host without its port (nginx's `$host`) and not report it otherwise: then the port is not compared.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    page, host = _split(origin), _split(f"//{connection.headers.get('host', '')}")
    if page is None or host is None or not page.hostname or page.scheme not in _PORTS:
        return False
    default = _PORTS[page.scheme]
    if host.port is None and connection.scope.get(UNKNOWN_HOST):
        return page.hostname == host.hostname
    return (page.hostname, page.port or default) == (host.hostname, host.port or default)


def _split(url: str) -> SplitResult | None:
    try:
        found = urlsplit(url)
        _ = found.port  # raises if it is not a number
    except ValueError:
        return None
    return found
