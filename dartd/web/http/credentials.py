"""Checks of credentials: the CSRF token of a page that has a cookie, and how many invalid tokens an address may send."""

import math

from starlette.requests import HTTPConnection

from dartd.web.http.caller import address_of
from dartd.web.http.problems import Problem
from dartd.web.services import Services

REFRESH_COOKIE = "dartd_refresh"
CSRF_COOKIE = "dartd_csrf"


def check_csrf(connection: HTTPConnection, services: Services, family_id: str) -> None:
    """Check the CSRF token of a page that is authenticated by cookie; a page of another site cannot know it.

    Raises:
        Problem: 403 if it is missing or wrong.
    """
    if not services.accounts.signer.is_valid_csrf_token(connection.headers.get("x-csrf-token", ""), family_id):
        raise Problem(403, "CSRF_TOKEN_INVALID", "a page that is authenticated by cookie must send its csrf_token as X-CSRF-Token")


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
