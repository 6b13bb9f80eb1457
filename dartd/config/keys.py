"""What the structs of the sections say about a key: its type without wrappers, its fields, its words."""

import re
from typing import NamedTuple

from msgspec import inspect

from dartd.config.sections import Config


class Key(NamedTuple):
    """A place in the configuration: what it wants, the words that explain it, the field it belongs to, and what was found there."""

    kind: inspect.Type
    words: str
    field: inspect.Field | None
    found: object


def kind_of(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """Take off what wraps a type: its description, and `| None` (told as the second value)."""
    if isinstance(kind, inspect.Metadata):
        return kind_of(kind.type)
    if isinstance(kind, inspect.UnionType):
        return kind_of(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))[0], True
    return kind, False


def fields_of(kind: inspect.Type) -> tuple[inspect.Field, ...]:
    """List the keys of a table; there are none in anything else."""
    return kind.fields if isinstance(kind, inspect.StructType) else ()


def words_of(kind: inspect.Type) -> str:
    """Find the words that stand beside a key's bounds."""
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", ""))
    if isinstance(kind, inspect.UnionType):
        return next((words for words in map(words_of, kind.types) if words), "")
    return ""


def key_at(path: str, values: object, root: type = Config) -> Key:
    """Follow a path such as `$.cameras[1].fps` through the types and through what was read."""
    key = Key(inspect.type_info(root), "", None, values)
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        key = _item(key, int(index)) if index else _member(key, name)
    return key


def _member(key: Key, name: str) -> Key:
    field = next(each for each in fields_of(key.kind) if each.name == name)
    found = key.found.get(name) if isinstance(key.found, dict) else None
    return Key(kind_of(field.type)[0], words_of(field.type), field, found)


def _item(key: Key, index: int) -> Key:
    item = key.kind.item_type if isinstance(key.kind, inspect.VarTupleType) else key.kind
    found = key.found[index] if isinstance(key.found, list) else None
    return Key(kind_of(item)[0], words_of(item), None, found)
