"""Validity of each value by itself: msgspec stops at the first invalid value, a person wants to know all of them."""

import typing
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def invalid_values(value: object, kind: Any, path: str = "$") -> Iterator[str]:
    """Yield the message of msgspec for each invalid value below a value of type `kind`, each with its full path."""
    if _is_struct(kind) and isinstance(value, dict):
        yield from _invalid_fields(value, kind, path)
    elif (item := _struct_of_list(kind)) is not None and isinstance(value, list):
        for index, each in enumerate(value):
            yield from invalid_values(each, item, f"{path}[{index}]")
    elif (message := _problem(value, kind, path)) is not None:
        yield message


def valid_part(value: dict[str, Any], kind: type[S]) -> S:
    """Return what is valid of a table: invalid fields have their defaults, invalid items of lists of tables are left out."""
    valid: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        found = value.get(field.name)
        item = _struct_of_list(field.type)
        if _is_struct(field.type) and isinstance(found, dict):
            valid[field.name] = valid_part(found, field.type)
        elif item is not None and isinstance(found, list):
            valid[field.name] = tuple(msgspec.convert(each, item) for each in found if not any(invalid_values(each, item)))
        elif field.name in value and _problem(found, field.type, "$") is None:
            valid[field.name] = msgspec.convert(found, field.type)
    return kind(**valid)


def _invalid_fields(table: dict[str, Any], kind: type[msgspec.Struct], path: str) -> Iterator[str]:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for name, value in table.items():
        if name in fields:
            yield from invalid_values(value, fields[name].type, f"{path}.{name}")
        else:
            yield f"Object contains unknown field `{name}` - at `{path}`"
    for name, field in fields.items():
        if field.required and name not in table:
            yield f"Object missing required field `{name}` - at `{path}`"


def _problem(value: object, kind: Any, path: str) -> str | None:
    """Return the message of msgspec about one value, None when it is valid."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, separator, where = str(error).removesuffix("`").rpartition(" - at `$")
        return f"{reason} - at `{path}{where}`" if separator else f"{error} - at `{path}`"
    return None


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _struct_of_list(kind: Any) -> type[msgspec.Struct] | None:
    """Return the type of the tables in a list of tables, None for other types."""
    arguments = typing.get_args(kind)
    return arguments[0] if typing.get_origin(kind) is tuple and arguments and _is_struct(arguments[0]) else None
