"""Random values of any of our types, for tests that must hold for all of them."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from msgspec import inspect

T = TypeVar("T")

_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_PLAIN: dict[type[inspect.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    inspect.NoneType: lambda _: st.none(),
    inspect.BoolType: lambda _: st.booleans(),
    inspect.IntType: lambda kind: st.integers(kind.ge if kind.ge is not None else -(2**53), kind.le if kind.le is not None else 2**53),
    inspect.FloatType: lambda kind: st.floats(kind.ge, kind.le, allow_nan=False, allow_infinity=False, width=64),
    inspect.StrType: lambda _: _TEXT,
    inspect.BytesType: lambda _: st.binary(max_size=40),
    inspect.AnyType: lambda _: st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXT,
    inspect.LiteralType: lambda kind: st.sampled_from(kind.values),
    inspect.VarTupleType: lambda kind: st.lists(_of(kind.item_type), max_size=3).map(tuple),
    inspect.TupleType: lambda kind: st.tuples(*map(_of, kind.item_types)),
    inspect.ListType: lambda kind: st.lists(_of(kind.item_type), max_size=3),
    inspect.DictType: lambda kind: st.dictionaries(_of(kind.key_type), _of(kind.value_type), max_size=3),
    inspect.UnionType: lambda kind: st.one_of(*map(_of, kind.types)),
    inspect.Metadata: lambda kind: _complete(_of(kind.type), (kind.extra_json_schema or {}).get("required", ())),
    inspect.StructType: lambda kind: st.builds(kind.cls, **{field.name: _of(field.type) for field in kind.fields}),
}


def values_of(kind: type[T]) -> st.SearchStrategy[T]:
    """Build random values of a type: every field of it, and of what it holds, filled by chance."""
    hashable: Any = kind  # which mypy does not know of every type
    return _values_of(hashable)


@functools.cache  # tests ask within each example, and a new strategy takes longer than the value that it makes
def _values_of(kind: Any) -> st.SearchStrategy[Any]:
    return _of(inspect.type_info(kind))


def _complete(values: st.SearchStrategy[Any], required: Sequence[str]) -> st.SearchStrategy[Any]:
    """Return objects that have the texts which their schema requires."""
    return values.map(lambda value: value | dict.fromkeys(required, "text")) if required else values


def _of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    return _PLAIN[type(kind)](kind)
