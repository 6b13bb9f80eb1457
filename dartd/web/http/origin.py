"""The token that a caller sends in a header, and the page that he comes from."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection


def bearer_token(connection: HTTPConnection) -> str | None:
    """Read the token of the `Authorization` header; any other scheme counts as a wrong token."""
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_origin_allowed(connection: HTTPConnection, allowed: tuple[str, ...]) -> bool:
    """Say whether a page of the caller's origin may open a WebSocket: our own host, or one of the list; no browser sends none."""
    origin = connection.headers.get("origin")
    if origin is None or origin in allowed or "*" in allowed:
        return True
    return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower() != ""
