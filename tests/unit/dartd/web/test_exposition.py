"""What has been counted."""

from collections.abc import Callable, Iterable

import httpx2
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from tests.support.station import Station
from tests.support.throws import hit


@pytest.mark.parametrize(
    ("accept", "parse"),
    [("text/plain", prometheus), ("*/*", prometheus), ("application/openmetrics-text; version=1.0.0", openmetrics)],
)
async def test_scrapers_get_their_format(station: Station, http: httpx2.AsyncClient, accept: str, parse: object) -> None:
    """Both text formats parse, and count what happened."""
    await station.happen(hit())
    answer = await http.get("/metrics", headers={"Accept": accept})
    assert callable(parse)
    samples = {(sample.name, *sample.labels.values()): sample.value for family in parse(answer.text) for sample in family.samples}

    assert samples["dartd_events_total", "dart_hit"] == 1
    assert ("openmetrics" in answer.headers["content-type"]) == ("openmetrics" in accept)


async def test_exemplars_lead_to_the_log_and_to_the_event(station: Station, http: httpx2.AsyncClient) -> None:
    """OpenMetrics names the trace id of a request and the event of a dart; other formats have no exemplars."""
    await station.happen(hit())
    await http.get("/health", headers={"X-Request-ID": "trace-of-the-test"})
    found = (await http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})).text
    parse: Callable[[str], Iterable[Metric]] = openmetrics
    exemplars = {
        (family.name, *sample.exemplar.labels.items())
        for family in parse(found)
        for sample in family.samples
        if sample.exemplar is not None
    }

    assert ("dartd_http_request_duration_seconds", ("trace_id", "trace-of-the-test")) in exemplars
    assert ("dartd_detection_latency_seconds", ("event_id", f"{station.services.board.stream_id}-1")) in exemplars
    assert "trace-of-the-test" not in (await http.get("/metrics")).text


async def test_json_is_for_programs(station: Station, http: httpx2.AsyncClient) -> None:
    """The same families as JSON."""
    await station.happen(hit())
    families = (await http.get("/metrics", headers={"Accept": "application/json"})).json()
    hits = [sample["value"] for sample in families["dartd_events"]["samples"] if sample["labels"].get("event_type") == "dart_hit"]

    assert (families["dartd_events"]["type"], hits) == ("counter", [1])


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("application/json;q=0.5, text/plain;q=0.9", "text/plain"),
        ("text/plain;q=0.2, application/json;q=0.9", "application/json"),
        ("application/json;q=0, */*", "text/plain"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3,*/*;q=0.1", "application/openmetrics-text"),
        ("application/openmetrics-text;q=0.1,text/plain;q=0.9", "text/plain"),
        ("application/openmetrics-text;q=0", "text/plain"),
        ("application/json;q=nonsense", "text/plain"),
    ],
)
async def test_the_preferred_format_is_sent(http: httpx2.AsyncClient, accept: str, kind: str) -> None:
    """By the q of each."""
    answer = await http.get("/metrics", headers={"Accept": accept})

    assert answer.headers["content-type"].partition(";")[0] == kind
