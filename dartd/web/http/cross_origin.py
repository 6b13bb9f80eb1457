"""Requests of pages of other origins (CORS)."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from dartd import log
from dartd.web.http.problems import Problem


class CrossOriginRequests(CORSMiddleware):
    """Starlette's middleware with error responses of the usual shape."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Respond to a preflight request; what is not allowed is named in the details."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        refused = bytes(response.body).decode().removeprefix("Disallowed CORS ").split(", ")
        message = f"pages of this origin may not send this request: {', '.join(refused)} not allowed"
        problem = Problem(400, "ORIGIN_NOT_ALLOWED", message, details={"refused": refused}).response(log.trace_id.get())
        kept = {name: value for name, value in response.headers.items() if name.startswith("access-control-") or name == "vary"}
        problem.headers.update(kept)
        return problem
