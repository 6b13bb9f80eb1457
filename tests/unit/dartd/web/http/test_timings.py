"""How long answers take."""

import httpx2
import pytest

from tests.support.station import Station


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

    assert station.services.registry.get_sample_value("dartd_http_request_duration_seconds_count", labels) == 1


async def test_callers_cannot_make_labels(station: Station, http: httpx2.AsyncClient) -> None:
    """A method that is not supported is counted as `other`."""
    await http.request("PROPFIND", "/health")
    labels = {"method": "other", "route": "/health", "code": "405"}

    assert station.services.registry.get_sample_value("dartd_http_request_duration_seconds_count", labels) == 1
