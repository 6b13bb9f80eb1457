"""Server-sent events of a relay: what is refused; a stream is in tests/integration/test_venue.py."""

import httpx2
from prometheus_client import CollectorRegistry

from dartd.relay.app import build_relay_app
from tests.support.board_reports import report_message
from tests.support.relay_services import relay_services


async def test_a_stream_is_of_one_board() -> None:
    """None, two or an unknown one must be refused, with how it is right."""
    services = relay_services()
    for name in ("a", "b"):
        services.boards.apply(*report_message(name))
    app = build_relay_app(services, CollectorRegistry())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://relay") as http:
        paths = ("/api/v1/events/stream", "/api/v1/events/stream?topics=board:zz", "/boards/zz/api/v1/events/stream")
        answers = [await http.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert "/boards/BOARD/" in answers[0].text
