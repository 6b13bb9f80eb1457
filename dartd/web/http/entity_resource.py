"""Resources that are declared: list, create, read, update and delete of an entity from one declaration."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec import UNSET

from dartd.store.entity import Entity
from dartd.web.http.endpoint import Answer, Call, DeclarationError, Endpoint, Handler
from dartd.web.http.fields import Computed, Fields, Row
from dartd.web.http.paging import listed, missing, page_request
from dartd.web.http.resource import Resource
from schemas.api.answers import Listed, ListQuery

N = TypeVar("N", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

_PAGING = {*ListQuery.__struct_fields__, "sort"}


class Rights(NamedTuple):
    """The permissions of the routes."""

    read: str
    write: str
    delete: str

    @classmethod
    def of(cls, name: str) -> "Rights":
        """Return the permissions of a resource whose own name they have."""
        return cls(f"{name}:read", f"{name}:write", f"{name}:delete")


@dataclass(frozen=True, kw_only=True)
class Own:
    """Callers with `permission` may use some entities without the permission of the route.

    `owns` says whether an entity (its id, and its row if there is one) is the caller's own, `reads` which others the caller may read,
    `listed` which entities the list contains. `methods` are the writes that are permitted as well.
    """

    permission: str
    owns: Callable[[Call, str, Row], bool]
    listed: Callable[[Call], "sa.ColumnElement[bool]"]
    reads: Callable[[Row], bool] = lambda _: False
    methods: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class EntityResource(Generic[N, A]):
    """The declaration of a resource.

    Fields of `new`, `change` and `answer` are columns of the entity, unless `columns` names another column, `computed` has a function
    (answer) or `prepare` takes the field out (new, change). `examples` are a valid `new` and a valid `change`.

    `prepare` is called with the given fields before a write and returns those that are stored; `check` with the answer as it will be
    after the write, inside the commit: it raises to refuse the write. `written` is called after each commit.
    """

    entity: Entity
    path: str
    tag: str
    rights: Rights
    query: type[ListQuery]
    new: type[N]
    change: type[msgspec.Struct] | None
    answer: type[A]
    examples: "tuple[N, msgspec.Struct | None]"
    id_prefix: str
    columns: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, Computed] = field(default_factory=dict)
    prepared: frozenset[str] = frozenset()  # fields of requests that only `prepare` knows
    prepare: Callable[[Call, dict[str, Any]], Awaitable[dict[str, Any]]] | None = None
    check: Callable[[Call, A], None] | None = None
    written: Callable[[Call], None] | None = None
    own: Own | None = None
    summaries: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = ()  # of a deletion, in addition to the common ones

    def __post_init__(self) -> None:
        """Check that every field of a request has a column.

        Raises:
            DeclarationError: one has none.
        """
        for request in (self.new, self.change):
            if request is not None:
                self.fields.check(set(request.__struct_fields__) - self.prepared)
        if (self.change is None) != (self.examples[1] is None):
            raise DeclarationError(f"{self.path}: an example of each request is needed")

    @cached_property
    def fields(self) -> Fields[A]:
        """Return the conversion of rows and requests."""
        return Fields(self.entity.table, self.answer, self.columns, self.computed)

    @property
    def key(self) -> str:
        """Return the name of the id, which is also the parameter of the path."""
        return self.entity.key.name

    @property
    def one(self) -> str:
        """Return the path of one entity."""
        return f"{self.path}/{{{self.key}}}"

    def endpoints(self, **instead: Handler) -> Sequence[Endpoint]:
        """Return the routes; `instead` gives other handlers for `list`, `create`, `read`, `update` or `delete`."""
        name, of = self.entity.name, instead.get
        routes = Resource(
            path=self.path,
            one=self.one,
            tag=self.tag,
            answer=self.answer,
            entity=name,
            own=None if self.own is None else self.own.permission,
        )
        words = {
            "list": f"{self.tag.capitalize()}, a page of them",
            "create": f"Add a {name}",
            "read": f"One {name}",
            "update": f"Change a {name}",
            "delete": f"Delete a {name}",
            **self.summaries,
        }
        versioned = "version" in self.entity.table.c
        post, put, delete = (self.own is not None and method in self.own.methods for method in ("POST", "PUT", "DELETE"))
        made = routes.create(of("create") or self.create, words["create"], self.rights.write, self.new, own=post)
        found = [
            routes.list(of("list") or self.list, words["list"], self.rights.read, self.query),
            replace(made, example=self.examples[0]),
            routes.read(of("read") or self.read, words["read"], self.rights.read, versioned=versioned),
        ]
        if self.change is not None:
            changed = routes.update(of("update") or self.update, words["update"], self.rights.write, self.change, own=put)
            found.append(replace(changed, example=self.examples[1]))
        deleted = routes.delete(of("delete") or self.delete, words["delete"], self.rights.delete, own=delete, statuses=self.statuses)
        return [*found, deleted]

    # Handlers.

    async def list(self, call: Call) -> Listed[A]:
        """Return a page of entities."""
        where = {name: getattr(call.query, name) for name in call.query.__struct_fields__ if name not in _PAGING}
        conditions = [self.own.listed(call)] if self.own is not None and call.own_only else []
        page = await call.read(lambda c: self.entity.page(c, page_request(call.query), where, conditions))
        return listed(page, call.query, lambda row: self.fields.answer_of(call.services, row))

    async def create(self, call: Call) -> Answer:
        """Create an entity."""
        entity_id = getattr(call.body, self.key, None) or f"{self.id_prefix}{secrets.token_hex(6)}"
        given = await self._prepared(call, msgspec.structs.asdict(call.body) | {self.key: entity_id})
        now_s = call.services.accounts.now()

        def create(connection: sa.Connection) -> Answer:
            row = self.entity.insert(connection, self.fields.columns_of(given), at_s=now_s)
            return self.checked(call, row, location=f"{self.path}/{entity_id}")

        return await self.commit(call, create, entity_id)

    async def read(self, call: Call) -> Answer:
        """Return one entity."""
        row = await self.visible(call)
        return Answer(value=self.fields.answer_of(call.services, row), version=getattr(row, "version", None))

    async def update(self, call: Call) -> Answer:
        """Change an entity; fields that are left out keep their value."""
        await self.check_own(call)
        return await self.change_fields(call, call.path(self.key), given_fields(call.body))

    async def change_fields(self, call: Call, entity_id: str, given: dict[str, Any]) -> Answer:
        """Change some fields of an entity."""
        given, now_s = await self._prepared(call, given), call.services.accounts.now()

        def update(connection: sa.Connection) -> Answer:
            columns = self.fields.columns_of(given)
            return self.checked(call, self.entity.update(connection, entity_id, columns, at_s=now_s, version=call.if_version), entity_id)

        return await self.commit(call, update, entity_id)

    async def delete(self, call: Call) -> Answer:
        """Delete an entity."""
        await self.check_own(call)
        entity_id, now_s = call.path(self.key), call.services.accounts.now()

        def delete(connection: sa.Connection) -> Answer:
            if not self.entity.delete(connection, entity_id, at_s=now_s):
                raise missing(self.entity.name, entity_id)
            return Answer(entity_id=entity_id)

        return await self.commit(call, delete, entity_id)

    # What handlers of a single resource need as well.

    async def commit(self, call: Call, change: Callable[[sa.Connection], Answer], entity_id: str) -> Answer:
        """Commit a change with its audit entry and events."""
        answer: Answer = await call.change(change, entity_id)
        if self.written is not None:
            self.written(call)
        return answer

    def checked(self, call: Call, row: Row, entity_id: str = "", *, location: str | None = None) -> Answer:
        """Return the answer of a row that was written, if `check` permits it.

        Raises:
            Problem: 404 if there is no row, or what `check` raises.
        """
        if row is None:
            raise missing(self.entity.name, entity_id)
        value = self.fields.answer_of(call.services, row)
        if self.check is not None:
            self.check(call, value)
        found = str(getattr(row, self.key))
        return Answer(value=value, entity_id=found, version=getattr(row, "version", None), location=location)

    async def visible(self, call: Call) -> Row:
        """Return the row that the path names, if the caller may read it.

        A caller limited to own entities does not learn whether another one exists.

        Raises:
            Problem: 403 or 404.
        """
        entity_id = call.path(self.key)
        row = await call.read(lambda c: self.entity.get(c, entity_id))
        if call.own_only and self.own is not None and not self.own.owns(call, entity_id, row) and (row is None or not self.own.reads(row)):
            raise call.forbidden()
        if row is None:
            raise missing(self.entity.name, entity_id)
        return row

    async def check_own(self, call: Call) -> None:
        """Check that a caller limited to own entities changes no other.

        Raises:
            Problem: 403 for another one.
        """
        if call.own_only and self.own is not None:
            entity_id = call.path(self.key)
            if not self.own.owns(call, entity_id, await call.read(lambda c: self.entity.get(c, entity_id))):
                raise call.forbidden()

    async def _prepared(self, call: Call, given: dict[str, Any]) -> dict[str, Any]:
        return given if self.prepare is None else await self.prepare(call, given)


def given_fields(asked: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of a change that were sent."""
    return {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not UNSET}


Declarations = Sequence[EntityResource[Any, Any]]
