"""Routes that are going."""

from datetime import UTC, datetime

import httpx2
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from dartd.web.http.deprecation import Deprecation
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.openapi import describe
from dartd.web.http.request_log import RequestLog
from dartd.web.http.route import routes_of
from dartd.web.http.timings import Timings
from tests.support.station import Station

SUNSET = Deprecation(since=datetime(2027, 1, 1, tzinfo=UTC), until=datetime(2028, 1, 1, tzinfo=UTC), successor="/api/v2/things")


async def _handler(_call: Call) -> Answer:
    return Answer(value={})


ENDPOINT = Endpoint(
    method="GET",
    path="/api/v1/things",
    handler=_handler,
    permission="board:read",
    rate="default",
    summary="Things",
    tag="things",
    answer=dict[str, int],
    deprecation=SUNSET,
)


async def test_route_that_is_going_says_so_on_every_answer(station: Station) -> None:
    """Since when, until when, and where to go; next to the headers of the limits; in the document too."""
    app = Starlette(routes=routes_of((ENDPOINT,)))
    app.state.services = station.services
    transport = httpx2.ASGITransport(app=RequestLog(app, Timings(CollectorRegistry())))
    async with httpx2.AsyncClient(transport=transport, base_url="http://board") as client:
        answer = await client.get("/api/v1/things")

    assert {name: answer.headers[name] for name in ("deprecation", "sunset", "link")} == {
        "deprecation": "@1798761600",
        "sunset": "Sat, 01 Jan 2028 00:00:00 GMT",
        "link": '</api/v2/things>; rel="successor-version"',
    }
    assert "x-ratelimit-limit" in answer.headers
    assert describe([ENDPOINT], version="1")["paths"]["/api/v1/things"]["get"]["deprecated"] is True
