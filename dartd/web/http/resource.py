"""The routes that every resource has: a list, one to be made, one to be read, changed and taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dartd.web.http.endpoint import Endpoint, Handler
from schemas.api.answers import Listed

_LISTED: Any = Listed  # so that a type that is known only here can be put in


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Things of one kind: where they are, and what GET answers for one. `own` suffices for what is one's own, where routes say `own`."""

    path: str
    one: str
    tag: str
    answer: type
    entity: str = ""
    own: str | None = None

    def listing(self, handler: Handler, summary: str, permission: str, query: type) -> Endpoint:
        """Declare the list."""
        return self._declare("GET", self.path, handler, summary, permission, {"query": query, "answer": _LISTED[self.answer]})

    def making(
        self, handler: Handler, summary: str, permission: str, body: type, *, own: bool = False, secret: type | None = None
    ) -> Endpoint:
        """Declare how one is made; `secret` is the answer that only its maker is given."""
        given = {"body": body, "status": 201, "tells": True, "secret": secret is not None, **({"answer": secret} if secret else {})}
        return self._declare("POST", self.path, handler, summary, permission, given, own=own)

    def reading(self, handler: Handler, summary: str, permission: str, answer: type | None = None, *, versioned: bool = False) -> Endpoint:
        """Declare one."""
        return self._declare("GET", self.one, handler, summary, permission, {"answer": answer or self.answer, "versioned": versioned})

    def changing(self, handler: Handler, summary: str, permission: str, body: type, *, own: bool = False) -> Endpoint:
        """Declare how one is changed."""
        given = {"body": body, "versioned": True, "tells": True, "statuses": (409,)}
        return self._declare("PUT", self.one, handler, summary, permission, given, own=own)

    def removing(self, handler: Handler, summary: str, permission: str, *, own: bool = False, statuses: tuple[int, ...] = ()) -> Endpoint:
        """Declare how one is taken away."""
        given = {"answer": None, "status": 204, "tells": True, "statuses": statuses}
        return self._declare("DELETE", self.one, handler, summary, permission, given, own=own)

    def _declare(
        self, method: Any, path: str, handler: Handler, summary: str, permission: str, given: Mapping[str, Any], *, own: bool = True
    ) -> Endpoint:
        plain = {"answer": self.answer, "rate": "default", "tag": self.tag, "own": self.own if own else None}
        entity = {"entity": self.entity} if method != "GET" else {}
        return Endpoint(method=method, path=path, handler=handler, summary=summary, permission=permission, **{**plain, **entity, **given})
