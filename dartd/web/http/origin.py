"""The bearer token and the origin of a request."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection


def bearer_token(connection: HTTPConnection) -> str | None:
    """Return the token of the `Authorization` header; "" for any other scheme, which is not valid."""
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_origin_allowed(connection: HTTPConnection, allowed: tuple[str, ...]) -> bool:
    """Return whether a page of this origin may open a WebSocket: the same host or a listed one; requests without an origin are allowed."""
    origin = connection.headers.get("origin")
    if origin is None or origin in allowed or "*" in allowed:
        return True
    return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower() != ""
