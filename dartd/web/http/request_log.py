"""Middleware around every request: trace id, security headers, one log line, and a response for every error."""

import contextlib
import logging
import re
import secrets
import time
from collections.abc import Mapping, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from dartd import log
from dartd.web.http.problems import answer_problem, problem_of
from dartd.web.http.timings import Timings

_log = logging.getLogger("dartd.web.request")

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

_INTERNAL_ERROR = 1011
_NONE: dict[str, str] = {}

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
}


def security_headers(frame_origins: Sequence[str] = ()) -> dict[str, str]:
    """Return the headers of every response; pages of `frame_origins` may show ours in a frame, which `X-Frame-Options` cannot say."""
    if not frame_origins:
        return SECURITY
    others = " ".join(frame_origins)
    policy = SECURITY["Content-Security-Policy"].replace("frame-ancestors 'self'", f"frame-ancestors 'self' {others}")
    return {**{name: value for name, value in SECURITY.items() if name != "X-Frame-Options"}, "Content-Security-Policy": policy}


class RequestLog:
    """ASGI middleware, the outermost one, so that its headers are on every response."""

    def __init__(self, app: ASGIApp, timings: Timings, security: Mapping[str, str] = SECURITY) -> None:
        self._app = app
        self._timings = timings
        self._security = security

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        scope["dartd.trace_id"] = trace_id = trace_id_of(Headers(scope=scope))
        token = log.trace_id.set(trace_id)
        try:
            await (self._serve_websocket if scope["type"] == "websocket" else self._serve)(scope, receive, send)
        finally:
            log.trace_id.reset(token)

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; after an unexpected error respond to the handshake, or close with 1011."""
        is_accepted = False

        async def send_noting(message: Message) -> None:
            nonlocal is_accepted
            is_accepted = is_accepted or message["type"] == "websocket.accept"
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception:  # noqa: BLE001  the outermost handler: every error is logged and answered
            _log.exception("a WebSocket failed", extra={"trace_id": scope["dartd.trace_id"]})
            with contextlib.suppress(Exception):  # the client may have gone, or the connection be closing already
                websocket = WebSocket(scope, receive, send)
                if is_accepted:
                    await send({"type": "websocket.close", "code": _INTERNAL_ERROR, "reason": "internal error"})
                else:
                    await websocket.send_denial_response(problem_of(RuntimeError()).response(scope["dartd.trace_id"]))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        trace_id = scope["dartd.trace_id"]
        started_s = time.perf_counter()
        status, first_s = 0, None

        async def send_with_headers(message: Message) -> None:
            nonlocal status, first_s
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/event-stream"):
                    first_s = time.perf_counter() - started_s
                headers["X-Request-ID"] = trace_id
                for name, value in scope.get("dartd.headers", _NONE).items():
                    headers[name] = value
                for name, value in self._security.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - the outermost handler: every error is logged and answered
            if status == 0:
                response = await answer_problem(Request(scope, receive), error)
                await response(scope, receive, send_with_headers)
            else:
                _log.exception("a response was aborted", extra={"trace_id": trace_id})
        finally:
            # The query string is not logged: it may contain a token.
            seconds = time.perf_counter() - started_s
            self._timings.observe(scope, status, seconds if first_s is None else first_s)  # a stream lasts as long as its client stays
            fields = {"method": scope["method"], "path": scope["path"], "status": status, "ms": round(seconds * 1000, 1)}
            extras = {"user": scope.get("dartd.user", "anonymous"), "trace_id": trace_id}
            _log.info("%(method)s %(path)s %(status)s %(ms)s ms", fields, extra=extras)


def trace_id_of(headers: Mapping[str, str]) -> str:
    """Return the trace id of the request (W3C `traceparent` or `X-Request-ID`), or a new one of 32 hex digits."""
    if found := _TRACEPARENT.fullmatch(headers.get("traceparent", "")):
        return found[1]
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
