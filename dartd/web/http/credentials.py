"""What a caller shows of himself: a header, a key, or a page's cookie."""

from starlette.requests import HTTPConnection

from dartd.web.http.origin import bearer_token
from dartd.web.http.problems import Problem
from dartd.web.services import Services

SESSION_COOKIE = "dartd_session"
REFRESH_COOKIE = "dartd_refresh"
CSRF_COOKIE = "dartd_csrf"


def credentials_of(connection: HTTPConnection) -> tuple[str | None, bool]:
    """Give the token that is shown, and whether it came by cookie; a header goes first."""
    presented = bearer_token(connection)
    if presented is None:
        presented = connection.headers.get("x-api-key")
    if presented is not None:
        return presented, False
    cookie = connection.cookies.get(SESSION_COOKIE)
    return cookie, cookie is not None


def check_csrf(connection: HTTPConnection, services: Services, family_id: str) -> None:
    """See that a page which is known by its cookie shows its CSRF token too; another site's page cannot.

    Raises:
        Problem: 403 when it does not.
    """
    if not services.accounts.signer.is_csrf(connection.headers.get("x-csrf-token", ""), family_id):
        raise Problem(403, "CSRF_TOKEN_INVALID", "a page that is logged in by cookie sends the csrf_token as X-CSRF-Token")
