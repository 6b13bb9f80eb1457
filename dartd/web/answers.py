"""JSON in and out of the routes."""

from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dartd.web.problems import Problem
from schemas.codec import encode_json

MAX_BODY_BYTES = 64 * 1024

_T = TypeVar("_T")


def json_answer(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer any of our values as JSON that nobody keeps."""
    return Response(encode_json(value), status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")


async def read_body(request: Request) -> bytes:
    """Read the request's body, at most 64 KiB.

    Raises:
        Problem: 413 when it is longer.
    """
    too_large = Problem(413, "PAYLOAD_TOO_LARGE", f"the body is longer than {MAX_BODY_BYTES} bytes", details={"limit": MAX_BODY_BYTES})
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise too_large
    return bytes(body)


async def read_json(request: Request, kind: type[_T]) -> _T:
    """Read the body as one of our values; an empty one counts as `{}`.

    Raises:
        Problem: 400 when it is no JSON, 413 when it is too long, 415 when it says to be something else, 422 when it does not fit.
    """
    body = await read_body(request)
    content_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if body and content_type != "application/json" and not content_type.endswith("+json"):
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "send JSON as application/json", details={"content_type": content_type})
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        raise Problem(422, "VALIDATION_ERROR", message, details={"field": path.rstrip("`") or "$"}) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, "VALIDATION_ERROR", f"the body is no JSON: {error}") from error


def query_int(request: Request, name: str, default: int, *, lowest: int, highest: int) -> int:
    """Read a whole number from the query.

    Raises:
        Problem: 422 when it is none, or out of bounds.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        number = int(text) if len(text) <= 20 else highest + 1
    except ValueError:
        number = lowest - 1
    if not lowest <= number <= highest:
        raise Problem(
            422,
            "VALIDATION_ERROR",
            f"{name}: expected a whole number from {lowest} to {highest}, got {text[:40]!r}",
            details={"field": name, "lowest": lowest, "highest": highest},
        )
    return number
