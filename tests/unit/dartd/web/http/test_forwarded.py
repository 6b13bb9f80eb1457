"""What trusted proxies report."""

from typing import Any

import msgspec
import pytest
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from dartd.web.connections.address import TrustedProxies
from dartd.web.http.forwarded import UNKNOWN_HOST, ForwardedHeaders, root_path_of
from tests.support.http_client import http_client
from tests.support.people import PASSWORD, make_user
from tests.support.station import CONFIG, running_station


async def _seen(kind: str, client: str | None, *, path: str = "/", **headers: str) -> dict[str, Any]:
    """Return the scope that the application sees."""
    found: dict[str, Any] = {}

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        found.update(scope)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scheme = "http" if kind == "http" else "ws"
    scope = {"type": kind, "scheme": scheme, "path": path, "client": client and (client, 5), "headers": [(b"host", b"upstream"), *raw]}
    await ForwardedHeaders(app, TrustedProxies(["10.0.0.0/8"]), "/darts")(scope, None, None)  # type: ignore[arg-type]  # not used
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


@pytest.mark.parametrize(
    ("headers", "client", "host"),
    [
        ({"forwarded": 'for="[2001:db8::7]:9";proto=https;host="darts.example:8443"'}, "2001:db8::7", b"darts.example:8443"),
        ({"forwarded": "for=1.1.1.1;host=evil, for=192.0.2.7;proto=https;host=darts.example:8443"}, "192.0.2.7", b"darts.example:8443"),
        (
            {"forwarded": "for=1.1.1.1;host=evil", "x_forwarded_for": "192.0.2.7", "x_forwarded_host": "darts.example:8443"},
            "192.0.2.7",
            b"darts.example:8443",
        ),
        (
            {"x_forwarded_for": "192.0.2.7", "x_forwarded_host": "darts.example", "x_forwarded_port": "8443"},
            "192.0.2.7",
            b"darts.example:8443",
        ),
        ({"x_forwarded_for": "192.0.2.7", "x_forwarded_host": "a:8443", "x_forwarded_port": "1"}, "192.0.2.7", b"a:8443"),
        ({"forwarded": "for=unknown;host=darts.example"}, "10.0.0.1", b"darts.example"),
        ({"forwarded": 'for="_hidden'}, "10.0.0.1", b"upstream"),
    ],
)
async def test_forwarded_counts_where_the_older_headers_are_not_sent(headers: dict[str, str], client: str, host: bytes) -> None:
    """The last element is that of the proxy itself; a client can make up a `Forwarded` that a proxy with the older headers passes on."""
    scope = await _seen("http", "10.0.0.1", **headers)

    assert (scope["client"][0], dict(scope["headers"])[b"host"]) == (client, host)


@pytest.mark.parametrize(
    ("client", "path", "headers", "seen", "root_path"),
    [
        ("192.0.2.1", "/darts/board", {}, "/board", "/darts"),
        ("192.0.2.1", "/board", {}, "/board", "/darts"),
        ("192.0.2.1", "/darts", {}, "/", "/darts"),
        ("192.0.2.1", "/dartsboard", {}, "/dartsboard", "/darts"),
        ("192.0.2.1", "/board", {"x_forwarded_prefix": "/evil"}, "/board", "/darts"),
        ("10.0.0.1", "/board", {"x_forwarded_prefix": "/other/"}, "/board", "/other"),
        ("10.0.0.1", "/board", {"x_forwarded_prefix": '/a"; Path=/'}, "/board", "/darts"),
        ("10.0.0.1", "/api/hassio_ingress/x1/board", {"x_ingress_path": "/api/hassio_ingress/x1"}, "/board", "/api/hassio_ingress/x1"),
    ],
)
async def test_the_prefix_of_the_path_is_removed(client: str, path: str, headers: dict[str, str], seen: str, root_path: str) -> None:
    """It is that of the configuration, or what a trusted proxy reports; a proxy may have removed it already."""
    scope = await _seen("http", client, path=path, **headers)

    assert (scope["path"], root_path_of(HTTPConnection(scope))) == (seen, root_path)


@pytest.mark.parametrize(("trusted", "secure", "addresses"), [(("127.0.0.1",), True, 2), ((), False, 1)])
async def test_cookies_and_limits_follow_it(tmp_path: Any, trusted: tuple[str, ...], secure: bool, addresses: int) -> None:  # noqa: FBT001
    """Cookies are Secure behind HTTPS, and each client has its own limit."""
    server = msgspec.structs.replace(CONFIG.server, trusted_proxies=trusted)
    async with running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station:
        user = await make_user(station, "viewer")
        async with http_client(station.http, headers={"X-Forwarded-Proto": "https"}) as http:
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
