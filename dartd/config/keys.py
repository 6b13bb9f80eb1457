"""What the structs of the sections say about a key: its type without wrappers, its fields, its words."""

import re

from msgspec import inspect

from dartd.config.sections import Config


def kind_of(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """Take off what wraps a type: its description, and `| None` (told as the second value)."""
    if isinstance(kind, inspect.Metadata):
        return kind_of(kind.type)
    if isinstance(kind, inspect.UnionType):
        return kind_of(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))[0], True
    return kind, False


def fields_of(kind: inspect.Type) -> tuple[inspect.Field, ...]:
    return kind.fields if isinstance(kind, inspect.StructType) else ()


def words_of(kind: inspect.Type) -> str:
    """Find the words that stand beside a key's bounds."""
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", ""))
    if isinstance(kind, inspect.UnionType):
        return next((words for words in map(words_of, kind.types) if words), "")
    return ""


def key_at(path: str, values: object) -> tuple[inspect.Type, inspect.Field | None, object]:
    """Follow a path such as `$.cameras[1].fps`: the type there, the field, and the value that was found."""
    kind: inspect.Type = inspect.type_info(Config)
    field = None
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        if index:
            kind = kind.item_type if isinstance(kind, inspect.VarTupleType) else kind
            values = values[int(index)] if isinstance(values, list) else None
        else:
            field = next(each for each in fields_of(kind) if each.name == key)
            kind = field.type
            values = values.get(key) if isinstance(values, dict) else None
        kind = kind if words_of(kind) else kind_of(kind)[0]
        kind = kind_of(kind)[0]
    return kind, field, values
