"""Configuration keys as described by the structs: type, fields, description."""

import re
from typing import NamedTuple

from msgspec import inspect

from dartd.config.sections import Config


class ConfigKey(NamedTuple):
    """A key: its type, description, field and the value found in the configuration."""

    kind: inspect.Type
    description: str
    field: inspect.Field | None
    found: object


def kind_of(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """Return the type without its annotations, and whether None is allowed."""
    if isinstance(kind, inspect.Metadata):
        return kind_of(kind.type)
    if isinstance(kind, inspect.UnionType):
        return kind_of(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))[0], True
    return kind, False


def fields_of(kind: inspect.Type) -> tuple[inspect.Field, ...]:
    """Return the keys of a table; none for other types."""
    return kind.fields if isinstance(kind, inspect.StructType) else ()


def description_of(kind: inspect.Type) -> str:
    """Return the description of a key."""
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", ""))
    if isinstance(kind, inspect.UnionType):
        return next((descriptions for descriptions in map(description_of, kind.types) if descriptions), "")
    return ""


def key_at(path: str, values: object, root: type = Config) -> ConfigKey:
    """Return the key at a path such as `$.cameras[1].fps`."""
    key = ConfigKey(inspect.type_info(root), "", None, values)
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        key = _item(key, int(index)) if index else _member(key, name)
    return key


def _member(key: ConfigKey, name: str) -> ConfigKey:
    field = next(each for each in fields_of(key.kind) if each.name == name)
    found = key.found.get(name) if isinstance(key.found, dict) else None
    return ConfigKey(kind_of(field.type)[0], description_of(field.type), field, found)


def _item(key: ConfigKey, index: int) -> ConfigKey:
    item = key.kind.item_type if isinstance(key.kind, inspect.VarTupleType) else key.kind
    found = key.found[index] if isinstance(key.found, list) else None
    return ConfigKey(kind_of(item)[0], description_of(item), None, found)
