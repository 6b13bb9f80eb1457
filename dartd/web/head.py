"""The head of an HTTP request: reject malformed and overlong ones with an error response of the usual shape."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dartd.web.http.problems import Problem
from dartd.web.http.request_log import SECURITY, trace_id_of

MAX_HEAD_BYTES = 64 * 1024

_NO_HTTP = Problem(400, "VALIDATION_ERROR", "this is not an HTTP request")
_ENDLESS = Problem(413, "PAYLOAD_TOO_LARGE", f"the head is longer than {MAX_HEAD_BYTES} bytes", details={"limit": MAX_HEAD_BYTES})


class HeadProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a limit on the size of the request head."""

    _head_bytes = 0
    _is_in_head = True

    def data_received(self, data: bytes) -> None:
        """Receive data; reject a request whose head exceeds `MAX_HEAD_BYTES`."""
        super().data_received(data)
        if not self._is_in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(_ENDLESS)

    def on_message_begin(self) -> None:
        """Start counting the bytes of a head."""
        super().on_message_begin()
        self._head_bytes, self._is_in_head = 0, True

    def on_headers_complete(self) -> None:
        """Stop counting: the body is limited by the routes."""
        super().on_headers_complete()
        self._is_in_head = False

    def send_400_response(self, msg: str) -> None:
        """Respond to a malformed request."""
        del msg
        self._refuse(_NO_HTTP)

    def _refuse(self, problem: Problem) -> None:
        trace_id = trace_id_of({})
        response = problem.response(trace_id)
        response.headers.update({**SECURITY, "X-Request-ID": trace_id, "Connection": "close"})
        lines = [f"HTTP/1.1 {problem.status} {'Bad Request' if problem.status == 400 else 'Content Too Large'}".encode()]
        lines += [name + b": " + value for name, value in response.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()
