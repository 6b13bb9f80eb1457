"""Error responses, all of the shape `{"error": {code, message, details, timestamp, trace_id}}`."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dartd.errors import DartdError
from dartd.web.clock import wall_timestamp
from dartd.web.http.html_page import html_page, wants_page
from schemas.codec import encode_json

_log = logging.getLogger(__name__)

_CODES = {
    400: "VALIDATION_ERROR",
    401: "AUTH_INVALID_TOKEN",
    403: "AUTH_INSUFFICIENT_PERMISSIONS",
    404: "RESOURCE_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "STATE_CONFLICT",
    412: "PRECONDITION_FAILED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "VALIDATION_ERROR",
    429: "RATE_LIMIT_EXCEEDED",
    503: "SERVICE_UNAVAILABLE",
}
_STATUSES = {
    "AUTH_INSUFFICIENT_PERMISSIONS": 403,
    "RESOURCE_NOT_FOUND": 404,
    "VALIDATION_ERROR": 422,
    "STATE_CONFLICT": 409,
    "DATABASE_ERROR": 503,
    "STORE_BUSY": 503,
    "PIPELINE_FULL": 503,
    "CAMERA_OFFLINE": 503,
    "RESOURCE_ALREADY_EXISTS": 409,
    "PRECONDITION_FAILED": 412,
    "QUERY_TIMEOUT": 503,
    "STORE_FULL": 503,
    "TOO_MANY_CLIENTS": 503,
    "REPORT_UNAVAILABLE": 503,
}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="dartd"'}

_RETRY_AFTER_S = "1"


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """An error response: status, stable code, message and details."""

    def __init__(
        self, status: int, code: str, message: str, *, details: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = dict(details or {})
        self.headers = dict(headers or {})

    def response(self, trace_id: str) -> Response:
        """Return the HTTP response."""
        body = {
            "error": {
                "code": self.code,
                "message": self.message,
                "details": self.details,
                "timestamp": wall_timestamp(),
                "trace_id": trace_id,
            }
        }
        return Response(encode_json(body), self.status, {**self.headers, "Cache-Control": "no-store"}, "application/json")


def challenge(permission: str) -> Problem:
    """Return the response to a caller without a token who needs a permission."""
    message = "a token is required: send Authorization: Bearer …"
    return Problem(401, "AUTH_INVALID_TOKEN", message, details={"permission": permission}, headers=CHALLENGE)


def problem_of(error: Exception) -> Problem:
    """Return the error response for any exception that left a route."""
    match error:
        case Problem():
            return error
        case HTTPException():
            code = _CODES.get(error.status_code, "INTERNAL_ERROR")
            return Problem(error.status_code, code, _sentence(error), headers=error.headers)
        case DartdError() if error.code in _STATUSES:
            status = _STATUSES[error.code]
            headers = {"Retry-After": _RETRY_AFTER_S} if status == 503 else None
            return Problem(status, error.code, error.message, details=error.details, headers=headers)
        case _:
            return Problem(500, "INTERNAL_ERROR", "internal error; see the log for this trace id")


async def answer_problem(request: Request, error: Exception) -> Response:
    """Respond to a request that raised an error. Log tracebacks of unexpected errors; with `server.debug` include them for operators."""
    problem = problem_of(error)
    request.scope["dartd.error_code"] = problem.code
    trace_id = request.scope.get("dartd.trace_id", "")
    if problem.status >= 500 and not isinstance(error, Problem | DartdError):
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error, extra={"trace_id": trace_id})
    if problem.status >= 500 and not isinstance(error, Problem) and request.scope.get("dartd.debug"):
        problem.details["traceback"] = traceback.format_exception(error)
    if problem.status == 404 and wants_page(request.method, request.url.path, request.headers):
        return html_page("missing", request.url.path, status=404)
    if problem.status == 404 and "path" not in problem.details:
        problem.details["path"] = request.url.path
    if problem.status == 405:
        problem.details.update(method=request.method, allowed=problem.headers.get("Allow", "").replace(" ", "").split(","))
    return problem.response(trace_id)


def _sentence(error: HTTPException) -> str:
    match error.status_code:
        case 404:
            return "there is no resource at this path"
        case 405:
            return "the method is not allowed for this path"
        case _:
            return str(error.detail)
