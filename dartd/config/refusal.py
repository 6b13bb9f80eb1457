"""Words for what is wrong with a value: where, what was expected, what was found and a way out."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from dartd.config.keys import fields_of, key_at, kind_of, words_of
from dartd.config.redaction import redact_url
from dartd.errors import ConfigError


def refusal(message: str, values: dict[str, Any], origins: Mapping[str, str]) -> ConfigError:
    """Say in our words what msgspec found wrong."""
    reason, _, where = message.rpartition(" - at `")
    where = where.rstrip("`") if reason else "$"
    reason = reason or message
    kind, field, found = key_at(where, values)
    named = re.search(r"(unknown|required) field `(.*)`$", reason, flags=re.DOTALL)
    if named and named[1] == "unknown":
        text = f"unknown key, {suggestion(named[2], [each.name for each in fields_of(kind)])}"
        return ConfigError(f"{where}.{named[2]}: {text}", path=f"{where}.{named[2]}")
    if named:
        missing = next(each for each in fields_of(kind) if each.name == named[2])
        return ConfigError(f"{where}.{named[2]}: missing, add {named[2]} = … ({words_of(missing.type)})", path=f"{where}.{named[2]}")
    secret = field is not None and field.name == "token"
    notes = [] if field is None else [words_of(field.type), _default(field), f"from {origins[where]}" if where in origins else ""]
    note = ", ".join(each for each in notes if each)
    text = f"expected {_expected(kind, found)}, got {shown(found, secret=secret)}"
    return ConfigError(f"{where}: {text}{f' ({note})' if note else ''}", path=where)


def _expected(kind: inspect.Type, found: object) -> str:
    """Say what a key wants: only the bounds when the value is of the right type, else its type too."""
    match kind:
        case inspect.IntType() | inspect.FloatType():
            name = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
            right = isinstance(found, int if isinstance(kind, inspect.IntType) else int | float) and not isinstance(found, bool)
            bounds = f"more than {kind.gt:g} up to {kind.le:g}" if kind.gt is not None else f"{kind.ge:.10g}–{kind.le:.10g}"
            return bounds if right else f"{name} {bounds}"
        case inspect.LiteralType():
            return "one of " + ", ".join(str(value) for value in kind.values)
        case inspect.BoolType():
            return "true or false"
        case inspect.VarTupleType():
            return "a list of tables, each headed [[cameras]]" if fields_of(kind_of(kind.item_type)[0]) else "a list of texts"
        case inspect.StructType():
            return "a table"
        case inspect.StrType() if isinstance(found, str):
            return "another text"
        case _:
            return "text in quotes"


def shown(found: object, *, secret: bool) -> str:
    """Show a value in an error without showing a secret in it."""
    match found:
        case str() if secret:
            return f"{len(found)} characters"
        case str():
            bare = redact_url(found)
            return f'"{bare[:60]}{"…" if len(bare) > 60 else ""}"'
        case bool():
            return str(found).lower()
        case int() | float():
            return str(found)
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return f"a {type(found).__name__}"


def _default(field: inspect.Field) -> str:
    if isinstance(field.default, (str, int, float)):
        return f"the default is {shown(field.default, secret=False)}"
    return ""


def suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}"
