"""The fields of an answer and the columns that they are stored in."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa

from dartd.store.entity import column_of
from dartd.store.entity_table import alternatives
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import DeclarationError
from dartd.web.services import Services
from schemas.codec import encode_json

A = TypeVar("A", bound=msgspec.Struct)
Row = Any
Computed = Callable[[Services, Row], object]

_SCALARS = (
    msgspec.inspect.StrType,
    msgspec.inspect.IntType,
    msgspec.inspect.FloatType,
    msgspec.inspect.BoolType,
    msgspec.inspect.NoneType,
    msgspec.inspect.LiteralType,
)


class Fields(Generic[A]):
    """Converts rows of a table to answers, and the fields of a request to values of columns.

    A field is stored in the column of its name; `*_at` in the seconds of `*_at_s`, what is no scalar as JSON. `columns` names the columns
    of other fields, `computed` the functions of fields without a column.

    Raises:
        DeclarationError: a field of the answer has neither column nor function.
    """

    def __init__(self, table: sa.Table, answer: type[A], columns: Mapping[str, str], computed: Mapping[str, Computed]) -> None:
        self._answer = answer
        self._table = table
        self._columns = columns
        fields = [field for field in msgspec.structs.fields(answer) if field.name not in computed]
        self._decoders = {field.name: msgspec.json.Decoder(field.type).decode for field in fields if not _is_scalar(field.type)}
        self._readers: dict[str, Computed] = {**{field.name: self._reader(field) for field in fields}, **computed}

    def answer_of(self, services: Services, row: Row) -> A:
        """Return the answer of a row."""
        return self._answer(**self.values_of(services, row))

    def values_of(self, services: Services, row: Row) -> dict[str, Any]:
        """Return the fields of the answer of a row."""
        return {name: read(services, row) for name, read in self._readers.items()}

    def columns_of(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return the values of columns for the fields of a request."""
        return {self._column(name).name: encode_json(value).decode() if name in self._decoders else value for name, value in given.items()}

    def check(self, names: Iterable[str]) -> None:
        """Check that every field of a request has a column.

        Raises:
            DeclarationError: one has none.
        """
        for name in names:
            self._column(name)

    def _column(self, field: str) -> "sa.Column[Any]":
        try:
            return column_of(self._table, self._columns.get(field, field))
        except KeyError as error:
            raise DeclarationError(f"{self._table.name}: the field {field} has neither a column nor a function") from error

    def _reader(self, field: msgspec.structs.FieldInfo) -> Computed:
        column = self._column(field.name).name
        if field.name in self._decoders:
            decode = self._decoders[field.name]
            return lambda _, row: decode(getattr(row, column))
        if column == f"{field.name}_s":
            return lambda _, row: None if getattr(row, column) is None else timestamp_of(getattr(row, column))
        return lambda _, row: getattr(row, column)


def _is_scalar(kind: Any) -> bool:
    return all(isinstance(each, _SCALARS) for each in alternatives(msgspec.inspect.type_info(kind)))
