"""Responses with JSON."""

from typing import Any

from starlette.responses import Response

from schemas.codec import encode_json


def json_response(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return any value as an uncached JSON response."""
    return Response(encode_json(value), status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")
