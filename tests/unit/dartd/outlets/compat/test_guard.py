"""Who may use the interfaces."""

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from dartd.addresses import Networks
from dartd.config import CompatConfig
from dartd.outlets.compat.guard import Guard


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
