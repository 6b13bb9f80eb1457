"""The declaration of a route, used by routing, decoding, authorisation, rate limits, audit log, events, OpenAPI and tests."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from starlette.requests import Request

from dartd.auth.permissions import PERMISSIONS
from dartd.auth.principal import Principal
from dartd.errors import DartdError
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.journal import Outcome
from dartd.web.http.deprecation import Deprecation
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from schemas.events import CommentAdded, EntityAdded, EntityDeleted, EntityEvent, EntityUpdated

Method = Literal["GET", "POST", "PUT", "DELETE"]
Rate = Literal["unlimited", "default", "query", "metrics", "login", "corrections"]

EntityAction = Literal["create", "update", "delete", "merge"]

_EVENTS: dict[str | None, type[EntityAdded | EntityUpdated | EntityDeleted]]
_EVENTS = {"create": EntityAdded, "update": EntityUpdated, "delete": EntityDeleted, "merge": EntityUpdated}

ACTION_OF_METHOD: dict[str, EntityAction] = {"POST": "create", "PUT": "update", "DELETE": "delete"}
MAX_BODY_BYTES = 64 * 1024


class DeclarationError(DartdError):
    """A route has no declaration or an incomplete one; the daemon does not start."""


@dataclass(frozen=True, kw_only=True)
class Cookie:
    """A cookie of a response and its lifetime; 0 seconds deletes it. `hidden`: not readable by scripts."""

    value: str
    seconds: int
    hidden: bool = True
    path: str = "/"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The result of a handler. `entity_id` and `payload` go into the entity event; payload None: the value itself.

    `events` are journalled in the same commit, before the entity event.
    """

    value: Any = None
    entity_id: str | None = None
    payload: Any = None
    events: Sequence[EntityEvent] = ()
    version: int | None = None
    status: int | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, Cookie] = field(default_factory=dict)


@dataclass(kw_only=True)
class Call:
    """One decoded request and its caller."""

    services: Services
    request: Request
    principal: Principal
    endpoint: "Endpoint"
    own_only: bool = False
    query: Any = None
    body: Any = None
    if_version: int | None = None
    keep_answer: Callable[[sa.Connection, Answer], None] | None = None  # stores the answer for repeated requests

    @property
    def trace_id(self) -> str:
        """Return the trace id of the request."""
        return str(self.request.scope.get("dartd.trace_id", ""))

    def path(self, name: str) -> str:
        """Return a parameter of the path."""
        return str(self.request.path_params[name])

    async def read(self, query: Callable[[sa.Connection], Any]) -> Any:
        """Run a query against the store."""
        return await self.services.database.query(query)

    async def change(self, query: Callable[[sa.Connection], Any], entity_id: str | None = None) -> Any:
        """Change the store; in the same commit write the audit entry, store the answer for repeated requests and journal the entity event.

        If the endpoint publishes, `query` returns an Answer that names the entity.
        """
        entry = self.audit_entry(entity_id)

        def audited(connection: sa.Connection) -> Any:
            outcome = query(connection)
            self.record(connection, entry, outcome)
            return outcome

        audited.__qualname__ = f"{self.endpoint.name}"
        if not self.endpoint.publishes:
            return await self.services.database.change(audited)

        def published(connection: sa.Connection) -> Outcome:
            answer = audited(connection)
            return Outcome(answer, [*answer.events, self._entity_event(answer)])

        published.__qualname__ = audited.__qualname__
        return await self.services.board.write(published)

    def record(self, connection: sa.Connection, entry: AuditEntry, outcome: Any) -> None:
        """Write an audit entry, and store the answer for repeated requests."""
        append_entry(connection, entry)
        if self.keep_answer is not None and isinstance(outcome, Answer):
            self.keep_answer(connection, outcome)

    def _entity_event(self, answer: Answer) -> EntityEvent:
        payload = answer.payload if answer.payload is not None else answer.value
        kind = self.endpoint.event or _EVENTS[self.endpoint.entity_action]
        return kind(
            entity_type=self.endpoint.entity,
            entity_id=str(answer.entity_id),
            payload={} if payload is None else msgspec.to_builtins(payload),
            user_id=self.principal.name,
        )

    def audit_entry(self, entity_id: str | None = None, outcome: str = "done") -> AuditEntry:
        """Return the audit entry of this request."""
        return AuditEntry(
            at_s=self.services.accounts.now(),
            user_id=self.principal.name,
            action=self.endpoint.name,
            entity_type=self.endpoint.entity,
            entity_id=entity_id,
            outcome=outcome,
            trace_id=self.trace_id,
        )

    def forbidden(self, message: str = "this belongs to another user") -> Problem:
        """Return a 403 response for an entity of another user."""
        return Problem(403, "AUTH_INSUFFICIENT_PERMISSIONS", message, details={"permission": self.endpoint.permission})


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Endpoint:
    """A route. `permission` None: public. `own`: a permission that suffices for the caller's own entities (checked by the handler)."""

    method: Method
    path: str
    handler: Handler
    permission: str | None
    rate: Rate
    summary: str
    tag: str
    answer: Any  # a type; None: no body, or one of type `media`
    own: str | None = None
    query: type | None = None
    body: Any = None  # a type
    body_required: bool = True
    body_media_types: tuple[str, ...] = ()  # for a body that is stored as it is
    max_body_bytes: int = MAX_BODY_BYTES
    status: int = 200
    statuses: tuple[int, ...] = ()  # in addition to `status` and the common errors
    media: str = "application/json"
    entity: str = ""
    publishes: bool = False  # an entity event in the same commit
    action: EntityAction | None = None  # overrides the action of the method
    event: type[CommentAdded] | None = None  # overrides the event of the action
    no_event_reason: str = ""  # why a route that writes publishes none
    versioned: bool = False  # ETag, and If-Match on PUT
    secret: bool = False  # the answer holds a secret and is not stored
    streaming: bool = False
    deprecation: Deprecation | None = None
    example: Any = None  # a valid body
    body_links: Mapping[str, Any] = field(default_factory=dict)  # OpenAPI links: request bodies built from the answers of other operations

    def __post_init__(self) -> None:
        """Check that the declaration is complete.

        Raises:
            DeclarationError: something is missing.
        """
        named = f"{self.method} {self.path}"
        if not self.summary or not self.tag:
            raise DeclarationError(f"{named}: a route needs a summary and a tag")
        for permission in (self.permission, self.own):
            if permission is not None and permission not in PERMISSIONS:
                raise DeclarationError(f"{named}: {permission} is not a permission", permission=permission)
        if self.writes and not self.entity:
            raise DeclarationError(f"{named}: a route that writes must name its entity, for the audit log")
        if self.writes and self.publishes == bool(self.no_event_reason):
            raise DeclarationError(f"{named}: a route that writes must publish an entity event or give no_event_reason")

    @property
    def writes(self) -> bool:
        """Return whether the route changes anything."""
        return self.method != "GET"

    @property
    def entity_action(self) -> EntityAction | None:
        """Return what the route does to its entity."""
        return self.action or ACTION_OF_METHOD.get(self.method)

    @property
    def name(self) -> str:
        """Return the name of the action for log and audit log, such as `player.create`."""
        words = [word for word in self.path.split("/") if word and "{" not in word and word not in {"api", "v1"}]
        if self.publishes:
            return f"{self.entity}.{self.entity_action}"
        return f"{'.'.join(words) or 'index'}" + ("" if self.method in {"GET", "POST"} else f".{ACTION_OF_METHOD[self.method]}")

    @cached_property
    def operation_id(self) -> str:
        """Return the operation id in the OpenAPI document, such as `get_api_v1_players_player_id`."""
        return f"{self.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', self.plain_path.lower()).strip('_') or 'index'}"

    @property
    def refuses_undeclared(self) -> bool:
        """Return whether parameters that are not declared are refused.

        Pages have some that their scripts alone read, and browsers reload a picture by a parameter that changes.
        """
        return self.path.startswith("/api/") and self.media == "application/json"

    @cached_property
    def plain_path(self) -> str:
        """Return the path without converters, as OpenAPI writes it."""
        return re.sub(r"\{(\w+):\w+\}", r"{\1}", self.path)

    @cached_property
    def parameters(self) -> list[str]:
        """Return the names of the path parameters."""
        return re.findall(r"\{(\w+)(?::\w+)?\}", self.path)

    @property
    def errors(self) -> tuple[int, ...]:
        """Return every error status that the declaration allows."""
        found = set(self.statuses)
        if self.permission is not None:
            found |= {401, 403, 503}
        if self.rate != "unlimited":
            found |= {429}
        if self.parameters:
            found |= {404}
        if self.query is not None or self.refuses_undeclared:
            found |= {422}
        if self.writes:
            found |= {413, 503}
        if self.body is not None:
            found |= {400, 415, 422}
        if self.body_media_types:
            found |= {415, 422}
        if self.method == "POST" and self.permission is not None:  # Idempotency-Key
            found |= {409, 422}
        if self.versioned:
            found |= {412, 422} if self.method == "PUT" else {304}
        return tuple(sorted(found | {500}))


def public(
    path: str,
    handler: Handler,
    summary: str,
    tag: str,
    *,
    answer: Any = None,
    media: str = "application/json",
    statuses: tuple[int, ...] = (),
) -> Endpoint:
    """Declare a public route without a rate limit."""
    return Endpoint(
        method="GET",
        path=path,
        handler=handler,
        permission=None,
        rate="unlimited",
        summary=summary,
        tag=tag,
        answer=answer,
        media=media,
        statuses=statuses,
    )


def check_unique(endpoints: Sequence[Endpoint]) -> None:
    """Check that no route is declared twice.

    Raises:
        DeclarationError: two declarations have the same method and path.
    """
    seen: set[tuple[str, str]] = set()
    for each in endpoints:
        route = (each.method, re.sub(r"\{[^}]*\}", "{}", each.path))
        if route in seen:
            raise DeclarationError(f"{each.method} {each.path} is declared twice")
        seen.add(route)
