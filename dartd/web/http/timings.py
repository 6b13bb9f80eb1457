"""Durations of HTTP responses by route, and errors by code, for `/metrics`."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import Scope

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNMATCHED = "unmatched"


class Timings:
    """Measures responses; the labels are route templates, so that clients cannot create new ones."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._errors = Counter("dartd_errors", "Error responses by their code", ("code",), registry=registry)
        self._seconds = Histogram(
            "dartd_http_request_duration_seconds", "Time to answer a request", ("method", "route", "code"), registry=registry
        )

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Record one response."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._seconds.labels(method, route_of(scope), str(status)).observe(seconds, {"trace_id": scope.get("dartd.trace_id", "")})
        if "dartd.error_code" in scope:
            self._errors.labels(scope["dartd.error_code"]).inc()


def route_of(scope: Scope) -> str:
    """Return the template of the matched route, such as `/schemas/{name}.json`; `unmatched` if there is none."""
    route = scope.get("route")
    template = getattr(route, "path", None)
    return _UNMATCHED if template is None else str(scope.get("root_path", "")) + str(template)
