"""The routes of a relay that has no connection; those with boards are in tests/integration/test_venue.py."""

import httpx2
from prometheus_client import CollectorRegistry

from dartd.relay.app import build_relay_app
from tests.support.board_reports import report_message
from tests.support.relay_services import relay_services


async def test_routes_answer_without_a_connection() -> None:
    """Health says why it is degraded, and boards that are known are shown."""
    services = relay_services()
    services.boards.apply(*report_message())
    app = build_relay_app(services, CollectorRegistry())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://relay") as http:
        health, ready = (await http.get("/health")).json(), await http.get("/health/ready")
        venue = (await http.get("/api/v1/venue")).json()
        page, root = await http.get("/venue"), await http.get("/")
        board, snapshot = await http.get("/api/v1/venue/boards/b1"), await http.get("/boards/b1/api/v1/board")
        missing = [(await http.get(path)).status_code for path in ("/api/v1/venue/boards/zz", "/boards/zz/api/v1/board", "/nothing")]
        script = await http.get("/static/venue.js")

    assert (health["health"], health["boards"], ready.status_code) == ("degraded", 1, 503)
    assert [each["name"] for each in venue["boards"]] == ["Oche 1"]
    assert (page.status_code, root.status_code, script.status_code) == (200, 307, 200)
    assert "venue.js" in page.text
    assert (board.json()["board_id"], snapshot.json()["event_type"]) == ("b1", "snapshot")
    assert missing == [404, 404, 404]


async def test_a_relay_that_is_not_for_all_asks_for_its_token() -> None:
    """For the overview as for a board."""
    token = "a-token-for-the-relay"  # noqa: S105 - a test's
    app = build_relay_app(relay_services(anonymous_reads=False, token=token), CollectorRegistry())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://relay") as http:
        answers = [await http.get("/api/v1/venue", headers=headers) for headers in ({}, {"Authorization": f"Bearer {token}"})]

    assert [each.status_code for each in answers] == [401, 200]


async def test_a_cookie_orders_nothing() -> None:
    """The cookie of a board on the same host comes with a form of any page there; a token in a header does not."""
    services = relay_services()
    services.boards.apply(*report_message())
    app = build_relay_app(services, CollectorRegistry())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://relay") as http:
        given = ({"Cookie": "dartd_session=a.b.c"}, {"Authorization": "Bearer a.b.c"})
        answers = [await http.post("/api/v1/venue/boards/b1/reset", headers=headers) for headers in given]

    assert [each.status_code for each in answers] == [401, 503]  # 503: there is no connection to the board
