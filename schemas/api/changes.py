"""Requests that change an entity, made from those that create one."""

from collections.abc import Collection
from typing import Union

import msgspec
from msgspec import UNSET, UnsetType

from schemas.base import Value


def changes_of(new: type[msgspec.Struct], name: str, *, fixed: Collection[str]) -> type[msgspec.Struct]:
    """Return the type of a change: the fields of a creation, all optional, without those that are fixed."""
    fields = [
        (field.name, Union[field.type, UnsetType], UNSET)  # noqa: UP007 - the type is a value here
        for field in msgspec.structs.fields(new)
        if field.name not in fixed
    ]
    made = msgspec.defstruct(name, fields, bases=(Value,), module=new.__module__, frozen=True, kw_only=True, forbid_unknown_fields=True)
    made.__doc__ = f"The changes that {name} may make: what is left out keeps its value."
    return made
