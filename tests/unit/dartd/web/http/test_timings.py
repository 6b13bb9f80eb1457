"""How long answers take."""

import asyncio

import httpx2
import pytest

from tests.support.station import Station
from tests.support.waiting import Waiting


@pytest.mark.parametrize(
    ("method", "path", "route", "code"),
    [
        ("GET", "/health", "/health", "200"),
        ("GET", "/schemas/dart_hit.json", "/schemas/{name}.json", "200"),
        ("POST", "/api/v1/board/reset", "/api/v1/board/reset", "401"),
        ("GET", "/whatever/comes", "unmatched", "404"),
    ],
)
async def test_answers_are_counted_by_route(
    station: Station, http: httpx2.AsyncClient, method: str, path: str, route: str, code: str
) -> None:
    """The label is the route's template, never the path as asked."""
    await http.request(method, path)
    labels = {"method": method, "route": route, "code": code}

    assert station.services.metrics.registry.get_sample_value("dartd_http_request_duration_seconds_count", labels) == 1


async def test_errors_are_counted_by_code(station: Station, http: httpx2.AsyncClient) -> None:
    """The codes are those of the error responses."""
    await http.get("/whatever/comes")
    await http.post("/api/v1/board/reset")
    registry = station.services.metrics.registry

    assert registry.get_sample_value("dartd_errors_total", {"code": "RESOURCE_NOT_FOUND"}) == 1
    assert registry.get_sample_value("dartd_errors_total", {"code": "AUTH_INVALID_TOKEN"}) == 1


async def test_callers_cannot_make_labels(station: Station, http: httpx2.AsyncClient) -> None:
    """A method that is not supported is counted as `other`."""
    await http.request("PROPFIND", "/health")
    labels = {"method": "other", "route": "/health", "code": "405"}

    assert station.services.metrics.registry.get_sample_value("dartd_http_request_duration_seconds_count", labels) == 1


async def test_the_life_of_a_stream_is_no_latency(station: Station, http: httpx2.AsyncClient, waiting: Waiting) -> None:
    """A stream is answered when it begins."""
    async with http.stream("GET", "/api/v1/events/stream") as answer:
        await anext(answer.aiter_bytes())
        await asyncio.sleep(0.5)
    labels = {"method": "GET", "route": "/api/v1/events/stream", "code": "200"}
    name = "dartd_http_request_duration_seconds"
    await waiting.soon(lambda: station.services.metrics.registry.get_sample_value(f"{name}_count", labels) == 1)

    assert (station.services.metrics.registry.get_sample_value(f"{name}_sum", labels) or 0) < 0.4
