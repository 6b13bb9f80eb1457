"""Credentials of a request: bearer token, API key or session cookie."""

import math

from starlette.requests import HTTPConnection

from dartd.auth.principal import Principal
from dartd.web.connections.address import client_group
from dartd.web.http.origin import bearer_token
from dartd.web.http.problems import Problem
from dartd.web.services import Services

SESSION_COOKIE = "dartd_session"
REFRESH_COOKIE = "dartd_refresh"
CSRF_COOKIE = "dartd_csrf"


def credentials_of(connection: HTTPConnection) -> tuple[str | None, bool]:
    """Return the token of a request and whether it came from a cookie; headers take precedence."""
    presented = bearer_token(connection)
    if presented is None:
        presented = connection.headers.get("x-api-key")
    if presented is not None:
        return presented, False
    cookie = connection.cookies.get(SESSION_COOKIE)
    return cookie, cookie is not None


def check_csrf(connection: HTTPConnection, services: Services, family_id: str) -> None:
    """Check the CSRF token of a page that is authenticated by cookie; a page of another site cannot know it.

    Raises:
        Problem: 403 if it is missing or wrong.
    """
    if not services.accounts.signer.is_valid_csrf_token(connection.headers.get("x-csrf-token", ""), family_id):
        raise Problem(403, "CSRF_TOKEN_INVALID", "a page that is authenticated by cookie must send its csrf_token as X-CSRF-Token")


def address_of(connection: HTTPConnection) -> str:
    """Return the address that limits count by, such as `ip:192.0.2.7`."""
    return f"ip:{client_group(connection.client.host) if connection.client else 'local'}"


def caller_of(connection: HTTPConnection, principal: Principal | None) -> str:
    """Return what limits count by: the user or key of a valid token, else the address."""
    return address_of(connection) if principal is None or principal.is_anonymous else principal.name


def note_invalid_token(connection: HTTPConnection, services: Services) -> float:
    """Count an invalid token of a WebSocket; return the seconds to wait if the address has sent too many."""
    return services.limits.acquire(f"{address_of(connection)} tokens", services.limits.limit_of("default", None)).retry_after_s


def check_token_rate(connection: HTTPConnection, services: Services) -> None:
    """Count an invalid token of a WebSocket.

    Raises:
        Problem: 429 if this address has sent too many. Valid tokens of the same address are not affected.
    """
    if wait_s := note_invalid_token(connection, services):
        headers = {"Retry-After": str(math.ceil(wait_s))}
        raise Problem(429, "RATE_LIMIT_EXCEEDED", "too many invalid tokens; try again later", headers=headers)
