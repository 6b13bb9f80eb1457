"""One declaration for each route: what routing, decoding, authorisation, limits, audit, events, OpenAPI and tests know of it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from starlette.requests import Request

from dartd.auth.permissions import PERMISSIONS
from dartd.auth.principal import Principal
from dartd.errors import DartdError
from dartd.store.audit import Deed, note
from dartd.store.journal import Outcome
from dartd.web.http.deprecation import Sunset
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from schemas.events import EntityAdded, EntityDeleted, EntityEvent, EntityUpdated

Method = Literal["GET", "POST", "PUT", "DELETE"]
Rate = Literal["unlimited", "default", "query", "metrics", "login", "corrections"]

Doing = Literal["create", "update", "delete"]

_EVENTS: dict[str | None, type[EntityAdded | EntityUpdated | EntityDeleted]]
_EVENTS = {"create": EntityAdded, "update": EntityUpdated, "delete": EntityDeleted}

DONE_BY: dict[str, Doing] = {"POST": "create", "PUT": "update", "DELETE": "delete"}
MAX_BODY_BYTES = 64 * 1024


class DeclarationError(DartdError):
    """A route lacks its declaration, or a declaration lacks something; the daemon does not start with it."""


@dataclass(frozen=True, kw_only=True)
class Cookie:
    """A cookie that an answer sets for so many seconds; 0 takes it away. `hidden`: no script may read it."""

    value: str
    seconds: int
    hidden: bool = True
    path: str = "/"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a handler gives back besides a bare value. `entity_id` and `payload` go into the entity event; payload None: the value."""

    value: Any = None
    entity_id: str | None = None
    payload: Any = None
    version: int | None = None
    status: int | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, Cookie] = field(default_factory=dict)


@dataclass(kw_only=True)
class Call:
    """One request, understood: who asks, and for what."""

    services: Services
    request: Request
    principal: Principal
    endpoint: "Endpoint"
    own_only: bool = False
    query: Any = None
    body: Any = None
    if_version: int | None = None
    keep: Callable[[sa.Connection, Answer], None] | None = None  # for a repetition that must be answered the same

    @property
    def trace_id(self) -> str:
        """Name the request."""
        return str(self.request.scope.get("dartd.trace_id", ""))

    def path(self, name: str) -> str:
        """Give a part of the path."""
        return str(self.request.path_params[name])

    async def read(self, query: Callable[[sa.Connection], Any]) -> Any:
        """Read from the store."""
        return await self.services.database.query(query)

    async def change(self, query: Callable[[sa.Connection], Any], entity_id: str | None = None) -> Any:
        """Change the store, and in the same commit note who did it, keep an answer that may be asked for again, and journal what is told.

        The query of a route that tells gives an Answer that names the entity.
        """
        deed = self.deed(entity_id)

        def noted(connection: sa.Connection) -> Any:
            outcome = query(connection)
            self.write_down(connection, deed, outcome)
            return outcome

        noted.__qualname__ = f"{self.endpoint.name}"
        if not self.endpoint.tells:
            return await self.services.database.change(noted)

        def written(connection: sa.Connection) -> Outcome:
            answer = noted(connection)
            return Outcome(answer, [self._told(answer)])

        written.__qualname__ = noted.__qualname__
        return await self.services.board.write(written)

    def write_down(self, connection: sa.Connection, deed: Deed, outcome: Any) -> None:
        """Write into the audit log who does what, and keep the answer for a repetition."""
        note(connection, deed)
        if self.keep is not None and isinstance(outcome, Answer):
            self.keep(connection, outcome)

    def _told(self, answer: Answer) -> EntityEvent:
        payload = answer.payload if answer.payload is not None else answer.value
        return _EVENTS[self.endpoint.doing](
            entity_type=self.endpoint.entity,
            entity_id=str(answer.entity_id),
            payload={} if self.endpoint.doing == "delete" else msgspec.to_builtins(payload),
            user_id=self.principal.name,
        )

    def deed(self, entity_id: str | None = None, outcome: str = "done") -> Deed:
        """Say for the audit log who does what."""
        return Deed(
            at_s=self.services.accounts.now(),
            user_id=self.principal.name,
            action=self.endpoint.name,
            entity_type=self.endpoint.entity,
            entity_id=entity_id,
            outcome=outcome,
            trace_id=self.trace_id,
        )

    def forbid(self, message: str = "this is not yours") -> Problem:
        """Make the answer for what is somebody else's."""
        return Problem(403, "AUTH_INSUFFICIENT_PERMISSIONS", message, details={"permission": self.endpoint.permission})


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A route. `permission` None: for everybody. `own`: a permission that suffices for what is one's own (the handler looks)."""

    method: Method
    path: str
    handler: Handler
    permission: str | None
    rate: Rate
    summary: str
    tag: str
    answer: Any  # a type, or None for no body or one that is no JSON (`media`)
    own: str | None = None
    query: type | None = None
    body: type | None = None
    body_needed: bool = True
    takes: tuple[str, ...] = ()  # media types of a body that is bytes to keep, no JSON
    longest: int = MAX_BODY_BYTES
    status: int = 200
    statuses: tuple[int, ...] = ()  # other answers that are no errors of the general kind
    media: str = "application/json"
    entity: str = ""
    tells: bool = False  # the entity event after the commit
    does: Doing | None = None  # to the entity, when the method does not say
    untold: str = ""  # why a route that writes tells none
    versioned: bool = False  # ETag, and If-Match on PUT
    secret: bool = False  # the answer holds a secret: it is kept nowhere
    endless: bool = False
    sunset: Sunset | None = None
    example: Any = None  # a body that fits
    fed_by: Mapping[str, Any] = field(default_factory=dict)  # bodies made of other answers, by the operation that gives them

    def __post_init__(self) -> None:
        """Refuse a declaration that is not whole.

        Raises:
            DeclarationError: something is missing.
        """
        named = f"{self.method} {self.path}"
        if not self.summary or not self.tag:
            raise DeclarationError(f"{named}: a route needs a summary and a tag")
        for permission in (self.permission, self.own):
            if permission is not None and permission not in PERMISSIONS:
                raise DeclarationError(f"{named}: {permission} is no permission", permission=permission)
        if self.writes and not self.entity:
            raise DeclarationError(f"{named}: a route that writes names its entity, for the audit log")
        if self.writes and self.tells == bool(self.untold):
            raise DeclarationError(f"{named}: a route that writes tells an entity event, or says why it tells none")

    @property
    def writes(self) -> bool:
        """Say whether the route changes anything."""
        return self.method != "GET"

    @property
    def doing(self) -> Doing | None:
        """Say what the route does to its entity; None: nothing."""
        return self.does or DONE_BY.get(self.method)

    @property
    def name(self) -> str:
        """Name what is done, for log and audit: `player.create`."""
        words = [word for word in self.path.split("/") if word and "{" not in word and word not in {"api", "v1"}]
        if self.tells:
            return f"{self.entity}.{self.doing}"
        return f"{'.'.join(words) or 'index'}" + ("" if self.method in {"GET", "POST"} else f".{DONE_BY[self.method]}")

    @property
    def operation_id(self) -> str:
        """Name the route in the OpenAPI document: `get_api_v1_players_player_id`."""
        return f"{self.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', self.plain_path.lower()).strip('_') or 'index'}"

    @property
    def plain_path(self) -> str:
        """Give the path as OpenAPI writes it."""
        return re.sub(r"\{(\w+):\w+\}", r"{\1}", self.path)

    @property
    def parameters(self) -> list[str]:
        """Name the parts of the path that vary."""
        return re.findall(r"\{(\w+)(?::\w+)?\}", self.path)

    @property
    def errors(self) -> tuple[int, ...]:
        """List every error status that the declaration allows."""
        found = set(self.statuses)
        if self.permission is not None:
            found |= {401, 403, 503}
        if self.rate != "unlimited":
            found |= {429}
        if self.parameters:
            found |= {404}
        if self.query is not None:
            found |= {422}
        if self.writes:
            found |= {400, 413, 503}
        if self.body is not None or self.takes:
            found |= {415, 422}
        if self.method == "POST":
            found |= {409, 422}
        if self.versioned and self.method == "PUT":
            found |= {404, 412}
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
    """Declare what everybody may read as often as he likes."""
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


def check_whole(endpoints: Sequence[Endpoint]) -> None:
    """See that no two declarations are for the same route.

    Raises:
        DeclarationError: two are.
    """
    seen: set[tuple[str, str]] = set()
    for each in endpoints:
        route = (each.method, re.sub(r"\{[^}]*\}", "{}", each.path))
        if route in seen:
            raise DeclarationError(f"{each.method} {each.path} is declared twice")
        seen.add(route)
