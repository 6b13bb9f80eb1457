"""Credentials of a request: bearer token, API key or session cookie."""

from starlette.requests import HTTPConnection

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
