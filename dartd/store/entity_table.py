"""Tables of entities, made from the type that the API answers with."""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec import inspect
from sqlalchemy import REAL, Boolean, Column, Float, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

METADATA = MetaData()  # of all tables of the store
SECONDS = Float(53).with_variant(REAL(), "sqlite")

_COLUMN_TYPES: dict[type[inspect.Type], TypeEngine[Any]] = {
    inspect.BoolType: Boolean(),
    inspect.IntType: Integer(),
    inspect.FloatType: SECONDS,
}


def entity_table(
    name: str, metadata: MetaData, answer: type[msgspec.Struct], *hidden: "Column[Any]", computed: Collection[str] = ()
) -> Table:
    """Return the table whose columns are the fields of an answer, `version`, and `hidden` ones that no answer has.

    The first field is the key. A field that ends in `_at` is stored in seconds as `*_at_s`, one that is no scalar as JSON; one that may be
    null is a column that may be. `computed` are fields without a column.
    """
    fields = [field for field in msgspec.structs.fields(answer) if field.name not in computed]
    columns = [_column(field, primary_key=k == 0) for k, field in enumerate(fields)]
    return Table(name, metadata, *columns, Column("version", Integer, nullable=False), *hidden)


def _column(field: msgspec.structs.FieldInfo, *, primary_key: bool) -> "Column[Any]":
    kinds = {type(each) for each in alternatives(inspect.type_info(field.type))}
    nullable = inspect.NoneType in kinds
    kinds.discard(inspect.NoneType)
    if field.name.endswith("_at"):
        return Column(f"{field.name}_s", SECONDS, nullable=nullable)
    stored = _COLUMN_TYPES.get(next(iter(kinds)), Text()) if len(kinds) == 1 else Text()
    return Column(field.name, stored, primary_key=primary_key, nullable=nullable)


def alternatives(found: inspect.Type) -> Iterable[inspect.Type]:
    """Return the types that a value of an annotated type or a union may have."""
    if isinstance(found, inspect.Metadata):
        return alternatives(found.type)
    return [part for each in found.types for part in alternatives(each)] if isinstance(found, inspect.UnionType) else [found]
