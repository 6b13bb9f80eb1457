"""`/metrics`: all metrics as Prometheus or OpenMetrics text, or as JSON."""

from typing import Any

import anyio.to_thread
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.responses import Response

from dartd.web.http.answers import json_response
from dartd.web.http.endpoint import Call, Endpoint


async def get_metrics(call: Call) -> Response:
    """Return the metrics in the format that `Accept` asks for; they are collected on a thread, because process metrics need I/O."""
    services = call.services
    accept = call.request.headers.get("accept", "")
    if "application/json" in accept:
        return json_response(await anyio.to_thread.run_sync(_families, services.registry))
    encode, content_type = choose_encoder(accept)
    body = await anyio.to_thread.run_sync(encode, services.registry)
    return Response(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


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
