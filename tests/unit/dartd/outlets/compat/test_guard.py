"""Who may use the interfaces."""

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from dartd.addresses import Networks
from dartd.config import CompatConfig
from dartd.outlets.compat.guard import Guard
from dartd.web.connections.address import TrustedProxies
from dartd.web.http.forwarded import ForwardedHeaders


async def test_a_proxy_that_is_not_trusted_hides_its_clients() -> None:
    """Its own address may be allowed, those behind it are not known."""
    app = Guard(PlainTextResponse("here"), Networks(CompatConfig().allow))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app, client=("127.0.0.1", 1)), base_url="http://board") as http:
        hidden = await http.get("/", headers={"X-Forwarded-For": "203.0.113.1"})
    trusting = ForwardedHeaders(app, TrustedProxies(["127.0.0.1"]))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=trusting, client=("127.0.0.1", 1)), base_url="http://board") as http:
        known = [(await http.get("/", headers={"X-Forwarded-For": each})).status_code for each in ("10.0.0.1", "203.0.113.1")]

    assert (hidden.status_code, known) == (403, [200, 403])


@pytest.mark.parametrize(
    ("client", "status"),
    [("127.0.0.1", 200), ("192.168.1.7", 200), ("::ffff:10.0.0.1", 200), ("fe80::1%eth0", 200), ("203.0.113.1", 403), ("2001:db8::1", 403)],
)
async def test_only_networks_of_ones_own(client: str, status: int) -> None:
    """By default; every answer may be read by pages of any origin."""
    app = Guard(PlainTextResponse("here"), Networks(CompatConfig().allow))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app, client=(client, 1)), base_url="http://board") as http:
        answer = await http.get("/api/state")

    assert answer.status_code == status
    assert status == 403 or answer.headers["access-control-allow-origin"] == "*"
