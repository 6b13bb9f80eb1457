"""`/metrics`: all metrics as Prometheus or OpenMetrics text, or as JSON."""

import re
from typing import Any

import anyio.to_thread
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.responses import Response

from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.json_response import json_response

_TEXT = {"text/plain", "application/openmetrics-text"}
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


async def get_metrics(call: Call) -> Response:
    """Return the metrics in the format that `Accept` asks for; the text is made on a thread, because process metrics need I/O."""
    metrics = call.services.metrics
    metrics.sample()
    accept = call.request.headers.get("accept", "")
    if _prefers_json(accept):
        return json_response(await anyio.to_thread.run_sync(_families, metrics.registry))
    encode, content_type = choose_encoder(accept)
    body = await anyio.to_thread.run_sync(encode, metrics.registry)
    return Response(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


def _prefers_json(accept: str) -> bool:
    """Return whether JSON is preferred to text: it is named, and with the highest q."""
    qualities: dict[str, float] = {}
    for each in accept.split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        named = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        qualities[kind.lower()] = float(named) if _QUALITY.fullmatch(named) else 0.0
    json_quality = qualities.pop("application/json", 0.0)
    return json_quality > 0 and json_quality >= max((q for kind, q in qualities.items() if kind in _TEXT), default=0.0)


def _families(registry: CollectorRegistry) -> dict[str, Any]:
    return {
        family.name: {
            "type": family.type,
            "help": family.documentation,
            "samples": [{"name": sample.name, "labels": sample.labels, "value": sample.value} for sample in family.samples],
        }
        for family in registry.collect()
    }


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/metrics",
        handler=get_metrics,
        permission="metrics:read",
        rate="metrics",
        summary="All metrics as Prometheus text, or as JSON with Accept: application/json",
        tag="health",
        answer=None,
        media="text/plain",
    )
]
