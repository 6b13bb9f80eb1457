"""Decode request bodies and encode responses as JSON."""

import contextlib
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dartd.web.http.endpoint import MAX_BODY_BYTES, Answer
from dartd.web.http.problems import Problem
from dartd.web.http.validation import check_json, validation_problem
from schemas.codec import UNREADABLE, encode_json

_T = TypeVar("_T")


def render(answer: Answer, status: int, *, secure: bool = False, root_path: str = "") -> Response:
    """Return the HTTP response for the result of a handler; with `secure` its cookies are sent over HTTPS only.

    `root_path`: what the client's paths begin with, in front of the daemon's own.
    """
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.version is not None:
        headers["ETag"] = f'"v{answer.version}"'
    if answer.location is not None:
        headers["Location"] = root_path + answer.location
    status = answer.status or status
    if status == 204:
        return Response(None, status, headers)
    response = Response(encode_json(answer.value), status, headers, "application/json")
    for name, each in answer.cookies.items():
        path = root_path + each.path
        response.set_cookie(name, each.value, max_age=each.seconds, path=path, httponly=each.hidden, secure=secure, samesite="strict")
    return response


async def read_body(request: Request, max_body_bytes: int = MAX_BODY_BYTES) -> bytes:
    """Return the body of the request.

    Raises:
        Problem: 413 if it is longer than `max_body_bytes`.
    """
    too_large = Problem(413, "PAYLOAD_TOO_LARGE", f"the body is longer than {max_body_bytes} bytes", details={"limit": max_body_bytes})
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > max_body_bytes:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_body_bytes:
            raise too_large
    return bytes(body)


def media_type_of(request: Request) -> str:
    """Return the media type of the body, lower case; empty if the request has none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_media_type(request: Request, taken: tuple[str, ...]) -> None:
    """Check the media type of a body that is stored as it is.

    Raises:
        Problem: 415 if it is not one of `taken`.
    """
    if (given := media_type_of(request)) not in taken:
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", f"send {', '.join(taken)}", details={"content_type": given[:100], "allowed": taken})


def decode_body(request: Request, body: bytes, kind: type[_T], *, needed: bool = True) -> _T:
    """Decode a JSON body into a value; an empty body counts as `{}` unless `needed`, and as None where that is a value.

    Raises:
        Problem: 400 if it is not JSON, 415 for another media type, 422 if it does not match the type.
    """
    content_type = media_type_of(request) or "application/json"
    if (body or needed) and content_type != "application/json" and not content_type.endswith("+json"):
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "send JSON as application/json", details={"content_type": content_type[:100]})
    if not (body or needed) and isinstance(None, kind):
        return None
    try:
        value = msgspec.json.decode(body if needed else body or b"{}", type=kind)
    except msgspec.ValidationError as error:
        with contextlib.suppress(*UNREADABLE):
            return msgspec.convert(_whole(msgspec.json.decode(body)), kind)
        raise validation_problem(error, kind) from error
    except UNREADABLE as error:
        raise Problem(400, "VALIDATION_ERROR", f"the body is not JSON: {error}", details={"field": "$"}) from error
    check_json(body)
    return value


def _whole(value: Any) -> Any:
    """Convert integral floats such as 3.0 to integers: JSON has one number type, and some clients write all numbers as floats."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _whole(each) for name, each in value.items()}
        case list():
            return [_whole(each) for each in value]
        case _:
            return value
