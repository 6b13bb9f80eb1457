"""The routes of a resource: list, create, read, update and delete."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dartd.web.http.endpoint import Endpoint, Handler
from schemas.api.answers import Listed

_LISTED: Any = Listed  # Any: parametrised with a type known only at run time


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource: its paths and the type of its GET response. `own` is the permission that suffices for the caller's own entities."""

    path: str
    one: str
    tag: str
    answer: type
    entity: str = ""
    own: str | None = None

    def list(self, handler: Handler, summary: str, permission: str, query: type) -> Endpoint:
        """Declare the list."""
        return self._declare("GET", self.path, handler, summary, permission, {"query": query, "answer": _LISTED[self.answer]})

    def create(
        self, handler: Handler, summary: str, permission: str, body: type, *, own: bool = False, secret: type | None = None
    ) -> Endpoint:
        """Declare the creation; `secret` is the type of its response if that holds a secret."""
        given = {"body": body, "status": 201, "publishes": True, "secret": secret is not None, **({"answer": secret} if secret else {})}
        return self._declare("POST", self.path, handler, summary, permission, given, own=own)

    def read(self, handler: Handler, summary: str, permission: str, answer: type | None = None, *, versioned: bool = False) -> Endpoint:
        """Declare the read of one entity."""
        return self._declare("GET", self.one, handler, summary, permission, {"answer": answer or self.answer, "versioned": versioned})

    def update(self, handler: Handler, summary: str, permission: str, body: type, *, own: bool = False) -> Endpoint:
        """Declare the update of one entity."""
        given = {"body": body, "versioned": True, "publishes": True, "statuses": (409,)}
        return self._declare("PUT", self.one, handler, summary, permission, given, own=own)

    def delete(self, handler: Handler, summary: str, permission: str, *, own: bool = False, statuses: tuple[int, ...] = ()) -> Endpoint:
        """Declare the deletion of one entity."""
        given = {"answer": None, "status": 204, "publishes": True, "statuses": statuses}
        return self._declare("DELETE", self.one, handler, summary, permission, given, own=own)

    def _declare(
        self, method: Any, path: str, handler: Handler, summary: str, permission: str, given: Mapping[str, Any], *, own: bool = True
    ) -> Endpoint:
        plain = {"answer": self.answer, "rate": "default", "tag": self.tag, "own": self.own if own else None}
        entity = {"entity": self.entity} if method != "GET" else {}
        return Endpoint(method=method, path=path, handler=handler, summary=summary, permission=permission, **{**plain, **entity, **given})
