"""Entities: rows with an id that people add, change and delete. One declaration gives their reads and writes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from dartd.errors import AlreadyExistsError, ConflictError
from dartd.store.listing import Listing, Page, PageRequest

Row = Any
Filter = Callable[[Any], sa.ColumnElement[bool]]
AfterWrite = Callable[[sa.Connection, Row, Row], None]

_NO_FILTERS: Mapping[str, Filter] = {}


class Bound(NamedTuple):
    """How many entities there may be, in all or for each value of a column."""

    at_most: int
    per: "sa.Column[Any] | None" = None


class Entity:
    """A table of entities.

    The table has one key, and may have the columns `version` (counted), `created_at_s`, `updated_at_s` and `deleted` (rows that stay, but
    are not found). `sorts` are names of fields; `filters` are those that are not the equality of a column. `on_delete` are the values
    that a deleted row gets; None removes the row. `after_write` is called in the commit with the row before and after a write (None before
    a creation and after a deletion): it may write other tables, or raise to refuse the write. One more than `bound` allows is refused.
    """

    def __init__(
        self,
        name: str,
        table: sa.Table,
        *,
        sorts: Sequence[str],
        default_sort: str | None = None,
        filters: Mapping[str, Filter] = _NO_FILTERS,
        on_delete: Mapping[str, object] | None = None,
        after_write: AfterWrite | None = None,
        bound: Bound | None = None,
    ) -> None:
        self.name = name
        self.table = table
        (self.key,) = table.primary_key.columns
        self._filters = dict(filters)
        self._unique = [column for column in table.columns if column.primary_key or column.unique]
        self._on_delete = on_delete
        self._after_write = after_write
        self._bound = bound
        self._listing = Listing(table, self.key, {sort: column_of(table, sort) for sort in sorts}, default=default_sort or sorts[0])

    def get(self, connection: sa.Connection, entity_id: str) -> Row:
        """Return an entity, None if there is none."""
        return connection.execute(sa.select(self.table).where(self.key == entity_id, *self._present())).first()

    def page(
        self,
        connection: sa.Connection,
        asked: PageRequest,
        where: Mapping[str, object] | None = None,
        conditions: Sequence[sa.ColumnElement[bool]] = (),
    ) -> Page:
        """Return a page of entities; `where` gives the values of fields, None for any."""
        given = {name: value for name, value in (where or {}).items() if value is not None}
        return self._listing.page(connection, asked, [*self._present(), *(self._condition(*each) for each in given.items()), *conditions])

    def insert(self, connection: sa.Connection, values: Mapping[str, object], *, at_s: float | None = None) -> Row:
        """Insert an entity and return its row; `at_s` is the time of its creation, in seconds since 1970.

        Raises:
            AlreadyExistsError: the id, or the value of another unique column, is taken.
            ConflictError: there are as many as there may be.
        """
        given = {**self._counted(1), **self._stamps(at_s, "created_at_s", "updated_at_s"), **values}
        self._check_free(connection, given)
        self.check_number(connection, given)
        connection.execute(sa.insert(self.table).values(given))
        row = self.get(connection, str(given[self.key.name]))
        if self._after_write is not None:
            self._after_write(connection, None, row)
        return row

    def update(
        self,
        connection: sa.Connection,
        entity_id: str,
        changes: Mapping[str, object],
        *,
        at_s: float | None = None,
        version: int | None = None,
    ) -> Row:
        """Change an entity and return its row, None if there is none. `version`: only if it is of this version.

        Raises:
            AlreadyExistsError: the value of a unique column is taken.
            ConflictError: the entity is of another version.
        """
        before = self.get(connection, entity_id)
        if before is None:
            return None
        if version is not None and version != before.version:
            raise ConflictError(
                f"the {self.name} has changed in the meantime; read it again", code="PRECONDITION_FAILED", version=before.version
            )
        self._check_free(connection, changes, entity_id)
        counted = self._counted(before.version + 1) if self._has("version") else {}
        connection.execute(self._one(entity_id).values({**counted, **self._stamps(at_s, "updated_at_s"), **changes}))
        row = self.get(connection, entity_id)
        if self._after_write is not None:
            self._after_write(connection, before, row)
        return row

    def delete(self, connection: sa.Connection, entity_id: str, *, at_s: float | None = None) -> bool:
        """Delete an entity; return False if there is none."""
        before = self.get(connection, entity_id)
        if before is None:
            return False
        if self._on_delete is None:
            connection.execute(sa.delete(self.table).where(self.key == entity_id))
        else:
            connection.execute(self._one(entity_id).values({**self._stamps(at_s, "updated_at_s"), **self._on_delete}))
        if self._after_write is not None:
            self._after_write(connection, before, None)
        return True

    def check_number(self, connection: sa.Connection, values: Mapping[str, object]) -> None:
        """Check that one more entity with these values may be there.

        Raises:
            ConflictError: there are as many as there may be.
        """
        if self._bound is None:
            return
        at_most, per = self._bound
        alike = [] if per is None else [per.is_(None) if (of := values.get(per.name)) is None else per == of]
        count = connection.scalar(sa.select(sa.func.count()).select_from(self.table).where(*self._present(), *alike)) or 0
        if count >= at_most:
            raise ConflictError(f"there are {count} already, and no more may be: delete a {self.name} first", at_most=at_most)

    def _one(self, entity_id: str) -> sa.Update:
        return sa.update(self.table).where(self.key == entity_id)

    def _has(self, column: str) -> bool:
        return column in self.table.c

    def _present(self) -> list[sa.ColumnElement[bool]]:
        return [self.table.c.deleted.is_(False)] if self._has("deleted") else []

    def _condition(self, field: str, value: object) -> sa.ColumnElement[bool]:
        return self._filters[field](value) if field in self._filters else column_of(self.table, field) == value

    def _counted(self, version: int) -> dict[str, object]:
        deleted: dict[str, object] = {"deleted": False} if self._has("deleted") else {}
        return deleted | ({"version": version} if self._has("version") else {})

    def _stamps(self, at_s: float | None, *columns: str) -> dict[str, object]:
        return {column: at_s for column in columns if at_s is not None and self._has(column)}

    def _check_free(self, connection: sa.Connection, values: Mapping[str, object], entity_id: str | None = None) -> None:
        for column in self._unique:
            value = values.get(column.name)
            if value is None:
                continue
            taken = connection.execute(sa.select(self.key).where(column == value)).scalar()
            if taken is not None and taken != entity_id:
                message = f"there is a {self.name} with {column.name} {value!r} already"
                raise AlreadyExistsError(message, field=str(column.name), **{str(column.name): value})


def column_of(table: sa.Table, field: str) -> "sa.Column[Any]":
    """Return the column of a field: of its name, or of a time with `_s` for seconds.

    Raises:
        KeyError: there is none.
    """
    return table.c[field] if field in table.c else table.c[f"{field}_s"]
