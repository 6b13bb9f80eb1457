"""HTTP connections: reject malformed and overlong request heads, and close those that are silent or do not finish a request."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dartd.web.connections.connection_limit import ConnectionLease
from dartd.web.connections.server_options import ServerOptions
from dartd.web.http.problems import Problem
from dartd.web.http.request_log import SECURITY, trace_id_of
from dartd.web.streams.protocol import WebSocketProtocol

MAX_HEAD_BYTES = 64 * 1024
MAX_UPGRADE_LINE_BYTES = 8190  # and MAX_UPGRADE_HEADERS are what websockets reads
MAX_UPGRADE_HEADERS = 128
MAX_PIPELINED = 16  # requests that wait for the response of another one; each uses 3 KB

_NO_HTTP = Problem(400, "VALIDATION_ERROR", "this is not an HTTP request")
_ENDLESS = Problem(413, "PAYLOAD_TOO_LARGE", f"the head is longer than {MAX_HEAD_BYTES} bytes", details={"limit": MAX_HEAD_BYTES})
_WIDE = Problem(
    413,
    "PAYLOAD_TOO_LARGE",
    f"the request of a WebSocket has a line longer than {MAX_UPGRADE_LINE_BYTES} bytes, or more than {MAX_UPGRADE_HEADERS} headers",
    details={"limit": MAX_UPGRADE_LINE_BYTES},
)
_PHRASES = {400: b"Bad Request", 413: b"Content Too Large"}


class _TooManyRequestsError(Exception):
    """Too many requests were sent without waiting for a response."""


class HeadProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a limit on the size of the request head and on the time in which a request must arrive.

    `check` is called once per second: timers for each request would cost more than the requests.
    """

    lease: ConnectionLease | None = None
    _head_bytes = 0
    _is_in_head = True
    _is_in_message = False
    _waiting_since_s: float | None = None  # since when the client owes the first byte, the rest of a head or of a body
    _stuck_since_s: float | None = None  # since when the client has not read what was written, or the connection has been closing
    _unread_bytes = 0

    def __init__(self, config: ServerOptions, *arguments: Any, **named: Any) -> None:
        super().__init__(config, *arguments, **named)
        self._limits = config.limits

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        self._waiting_since_s = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection no longer."""
        if self.lease is not None:
            self.lease.release()
        super().connection_lost(exc)

    def check(self, now_s: float) -> None:
        """Close a connection whose client has not sent what it owes, and abort one that reads nothing."""
        limits, transport = self._limits, self.transport
        unread = transport.get_write_buffer_size()
        if not transport.is_closing() and (unread == 0 or unread != self._unread_bytes):
            self._stuck_since_s = None
        elif self._stuck_since_s is None:
            self._stuck_since_s = now_s
        elif now_s - self._stuck_since_s > (limits.input_timeout_s if transport.is_closing() else limits.stall_timeout_s):
            transport.abort()
        self._unread_bytes = unread
        if self._waiting_since_s is not None and now_s - self._waiting_since_s > limits.input_timeout_s:
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Receive data; reject a request whose head exceeds `MAX_HEAD_BYTES`."""
        super().data_received(data)
        if not self._is_in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(_ENDLESS)

    def on_message_begin(self) -> None:
        """Start counting the bytes of a head, and the time until it is complete."""
        super().on_message_begin()
        self._head_bytes, self._is_in_head, self._is_in_message = 0, True, True
        self._waiting_since_s = self.loop.time()

    def on_headers_complete(self) -> None:
        """Stop counting: the size of the body is limited by the routes, and its time is counted anew."""
        if len(self.pipeline) >= MAX_PIPELINED:
            raise _TooManyRequestsError
        super().on_headers_complete()
        self._is_in_head = False
        self._waiting_since_s = self.loop.time()

    def on_message_complete(self) -> None:
        """Wait for nothing until the response is complete."""
        super().on_message_complete()
        self._is_in_message = False
        is_answered = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # None before the first request
        self._waiting_since_s = self.loop.time() if is_answered else None

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if not self._is_in_message:
            self._waiting_since_s = self.loop.time()

    def handle_websocket_upgrade(self) -> None:
        """Pass the connection to the WebSocket protocol, unless its request is larger than that reads."""
        longest = max([len(b"GET  HTTP/1.1") + len(self.url), *(len(name) + len(b": ") + len(value) for name, value in self.headers)])
        if longest > MAX_UPGRADE_LINE_BYTES or len(self.headers) > MAX_UPGRADE_HEADERS:
            self._refuse(_WIDE)
            return
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, WebSocketProtocol):
            protocol.lease, self.lease = self.lease, None

    def send_400_response(self, msg: str) -> None:
        """Respond to a malformed request."""
        del msg
        self._refuse(_NO_HTTP)

    def _refuse(self, problem: Problem) -> None:
        trace_id = trace_id_of({})
        response = problem.response(trace_id)
        response.headers.update({**SECURITY, "X-Request-ID": trace_id, "Connection": "close"})
        lines = [b"HTTP/1.1 %d %s" % (problem.status, _PHRASES[problem.status])]
        lines += [name + b": " + value for name, value in response.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()
