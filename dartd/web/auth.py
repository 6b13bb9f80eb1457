"""Who asks, and what they may: anybody reads (when the configuration says so), the operator's token commands."""

import hmac
from enum import Enum
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from dartd.web.problems import Problem


class Role(Enum):
    """What a caller has shown to be."""

    ANONYMOUS = "anonymous"
    OPERATOR = "operator"


class Gatekeeper:
    """Compares tokens in constant time; without a token configured nobody is the operator."""

    def __init__(self, token: str | None, *, anonymous_reads: bool = True) -> None:
        self._token = token.encode() if token else None
        self.anonymous_reads = anonymous_reads

    def role_of(self, token: str | None) -> Role | None:
        """Tell the role behind a token; anonymous without one, None when it is wrong."""
        if token is None:
            return Role.ANONYMOUS
        if self._token is not None and hmac.compare_digest(token.encode(errors="surrogateescape"), self._token):
            return Role.OPERATOR
        return None

    def may_read(self, role: Role) -> bool:
        """Say whether the role may see the board."""
        return self.anonymous_reads or role is Role.OPERATOR

    def require_reader(self, connection: HTTPConnection) -> Role:
        """Give the caller's role.

        Raises:
            Problem: 401 when the token is wrong, or there is none and reading needs one.
        """
        role = self.role_of(bearer_token(connection))
        if role is None:
            raise Problem(401, "AUTH_INVALID_TOKEN", "the token is not valid", headers=_CHALLENGE)
        if not self.may_read(role):
            raise Problem(401, "AUTH_INVALID_TOKEN", "reading needs a token: send Authorization: Bearer …", headers=_CHALLENGE)
        return role

    def require_operator(self, connection: HTTPConnection) -> Role:
        """Give the caller's role, which is the operator's.

        Raises:
            Problem: 401 without a token or with a wrong one.
        """
        role = self.role_of(bearer_token(connection))
        if role is Role.OPERATOR:
            return role
        if role is None:
            raise Problem(401, "AUTH_INVALID_TOKEN", "the token is not valid", headers=_CHALLENGE)
        raise Problem(401, "AUTH_INVALID_TOKEN", "this needs the operator's token: send Authorization: Bearer …", headers=_CHALLENGE)


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="dartd"'}


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
