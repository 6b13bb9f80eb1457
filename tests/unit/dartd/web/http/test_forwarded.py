"""What trusted proxies report."""

from typing import Any

import httpx2
import msgspec
import pytest
from starlette.types import Receive, Scope, Send

from dartd.web.connections.address import TrustedProxies
from dartd.web.http.forwarded import UNKNOWN_HOST, ForwardedHeaders
from tests.support.people import PASSWORD, make_user
from tests.support.station import CONFIG, running_station


async def _seen(kind: str, client: str | None, **headers: str) -> dict[str, Any]:
    """Return the scope that the application sees."""
    found: dict[str, Any] = {}

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        found.update(scope)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scheme = "http" if kind == "http" else "ws"
    scope = {"type": kind, "scheme": scheme, "client": client and (client, 5), "headers": [(b"host", b"upstream"), *raw]}
    await ForwardedHeaders(app, TrustedProxies(["10.0.0.0/8"]))(scope, None, None)  # type: ignore[arg-type]  # not used
    return found


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
async def test_a_trusted_proxy_is_believed(kind: str, scheme: str) -> None:
    """Client, scheme and host are those of the client."""
    scope = await _seen(
        kind, "10.0.0.1", x_forwarded_for="203.0.113.1, 192.0.2.7", x_forwarded_proto="https", x_forwarded_host="darts.example"
    )

    assert (scope["client"], scope["scheme"], dict(scope["headers"])[b"host"]) == (("192.0.2.7", 0), scheme, b"darts.example")
    assert UNKNOWN_HOST not in scope


@pytest.mark.parametrize("client", ["127.0.0.1", "192.0.2.1", None])
async def test_others_are_not(client: str | None) -> None:
    """Not even a client at this machine."""
    scope = await _seen("http", client, x_forwarded_for="203.0.113.1", x_forwarded_proto="https", x_forwarded_host="darts.example")

    assert (scope["client"], scope["scheme"], dict(scope["headers"])[b"host"]) == (client and (client, 5), "http", b"upstream")


async def test_a_proxy_may_report_nothing() -> None:
    """Then the host is not known, and everything else is the proxy's."""
    scope = await _seen("websocket", "10.0.0.1", x_forwarded_proto="nonsense")

    assert (scope["client"], scope["scheme"], scope[UNKNOWN_HOST]) == (("10.0.0.1", 5), "ws", True)


@pytest.mark.parametrize(("trusted", "secure", "addresses"), [(("127.0.0.1",), True, 2), ((), False, 1)])
async def test_cookies_and_limits_follow_it(tmp_path: Any, trusted: tuple[str, ...], secure: bool, addresses: int) -> None:  # noqa: FBT001
    """Cookies are Secure behind HTTPS, and each client has its own limit."""
    server = msgspec.structs.replace(CONFIG.server, trusted_proxies=trusted)
    async with running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station:
        user = await make_user(station, "viewer")
        async with httpx2.AsyncClient(base_url=station.http, trust_env=False, headers={"X-Forwarded-Proto": "https"}) as http:
            answers = [
                await http.post(
                    "/api/v1/auth/login",
                    json={"username": user.username, "password": PASSWORD, "cookie": True},
                    headers={"X-Forwarded-For": f"192.0.2.{k}"},
                )
                for k in range(2)
            ]
        counted = [each for each in station.services.limits._full_at_s if each.startswith("ip:")]

    assert ("secure" in answers[0].headers["set-cookie"].lower()) is secure
    assert len(counted) == addresses
