"""`/metrics`: all metrics as Prometheus or OpenMetrics text, or as JSON."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import anyio.to_thread
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.responses import Response

from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.json_response import json_response

_TEXT = {"text/plain", "application/openmetrics-text"}
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


class _Named(NamedTuple):
    """A media type of an `Accept` header, with its q and as it was written."""

    kind: str
    quality: float
    text: str


async def get_metrics(call: Call) -> Response:
    """Return the metrics in the format that `Accept` asks for; the text is made on a thread, because process metrics need I/O."""
    metrics = call.services.metrics
    metrics.sample()
    named = _named(call.request.headers.get("accept", ""))
    if _prefers_json(named):
        return json_response(await anyio.to_thread.run_sync(_families, metrics.registry))
    encode, content_type = choose_encoder(_best_text(named))
    body = await anyio.to_thread.run_sync(encode, metrics.registry)
    return Response(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


def _named(accept: str) -> list[_Named]:
    """Return the media types of an `Accept` header with their q; 0 if it is none."""
    found = []
    for each in accept.split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        found.append(_Named(kind.lower(), float(quality) if _QUALITY.fullmatch(quality) else 0.0, each))
    return found


def _prefers_json(named: Sequence[_Named]) -> bool:
    """Return whether JSON is preferred to text: it is named, and with the highest q."""
    json_quality = max((each.quality for each in named if each.kind == "application/json"), default=0.0)
    return json_quality > 0 and json_quality >= _text_quality(named)


def _best_text(named: Sequence[_Named]) -> str:
    """Return the part of the header that names text with the highest q: prometheus_client does not look at q."""
    best = _text_quality(named)
    return ",".join(each.text for each in named if each.kind in _TEXT and each.quality == best > 0)


def _text_quality(named: Sequence[_Named]) -> float:
    return max((each.quality for each in named if each.kind in _TEXT), default=0.0)


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
