"""The caller of a request: what it shows, and what limits count by; of the daemon and of a relay alike."""

from starlette.requests import HTTPConnection

from dartd.auth.principal import Principal
from dartd.web.connections.address import client_group
from dartd.web.http.origin import bearer_token

SESSION_COOKIE = "dartd_session"


def credentials_of(connection: HTTPConnection) -> tuple[str | None, bool]:
    """Return the token of a request and whether it came from a cookie; headers take precedence."""
    presented = bearer_token(connection)
    if presented is None:
        presented = connection.headers.get("x-api-key")
    if presented is not None:
        return presented, False
    cookie = connection.cookies.get(SESSION_COOKIE)
    return cookie, cookie is not None


def address_of(connection: HTTPConnection) -> str:
    """Return the address that limits count by, such as `ip:192.0.2.7`."""
    return f"ip:{client_group(connection.client.host) if connection.client else 'local'}"


def caller_of(connection: HTTPConnection, principal: Principal | None) -> str:
    """Return what limits count by: the user or key of a valid token, else the address."""
    return address_of(connection) if principal is None or principal.is_anonymous else principal.name
