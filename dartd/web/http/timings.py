"""How long answers take, by route: what `/metrics` tells of HTTP."""

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import Scope

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNMATCHED = "unmatched"


class Timings:
    """Counts and times answers; labels are route templates, so that no caller can make more of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "dartd_http_request_duration_seconds", "Time to answer a request", ("method", "route", "code"), registry=registry
        )

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answer."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._seconds.labels(method, route_of(scope), str(status)).observe(seconds)


def route_of(scope: Scope) -> str:
    """Name the template of the route that answered: `/schemas/{name}.json`; `unmatched` when none did."""
    route = scope.get("route")
    template = getattr(route, "path", None)
    return _UNMATCHED if template is None else str(scope.get("root_path", "")) + str(template)
