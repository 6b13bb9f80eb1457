"""Words for what is wrong with a value: where, what was expected, what was found and a way out."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from dartd.config.keys import Key, fields_of, key_at, kind_of, words_of
from dartd.config.redaction import redact_url
from dartd.config.sections import Config
from dartd.errors import ConfigError

_PLENTY = 16  # more names than this are no help in an error


def refusal(message: str, values: dict[str, Any], origins: Mapping[str, str], root: type = Config) -> ConfigError:
    """Say in our words what msgspec found wrong in a `root`; `origins` tells which paths came from which environment variable."""
    reason, _, where = message.removesuffix("`").rpartition(" - at `")
    reason, where = (reason, where) if reason else (message, "$")
    key = key_at(where, values, root)
    named = re.search(r"(unknown|required) field `(.*)`$", reason, flags=re.DOTALL)
    if named is None:
        return ConfigError(f"{where}: {_wrong(key, origins.get(where.partition('[')[0]))}", path=where)
    name = redact_url(named[2])
    path = f"{where}.{name}"
    if named[1] == "unknown":
        return ConfigError(f"{path}: unknown key, {suggestion(name, [each.name for each in fields_of(key.kind)])}", path=path)
    words = next(words_of(each.type) for each in fields_of(key.kind) if each.name == name)
    return ConfigError(f"{path}: missing, add {name} = … ({words})", path=path)


def _wrong(key: Key, origin: str | None) -> str:
    expected = _expected(key)
    default = key.field.default if key.field else None
    notes = [
        "" if key.words in expected else key.words,
        f"the default is {shown(default)}" if isinstance(default, (str, int, float)) else "",
        f"from {origin}" if origin else "",
    ]
    note = ", ".join(each for each in notes if each)
    secret = key.field is not None and key.field.name == "token"
    found = f"{len(str(key.found))} characters" if secret else shown(key.found)
    return f"expected {expected}, got {found}" + (f" ({note})" if note else "")


def _expected(key: Key) -> str:
    """Say what a key wants: only the bounds when the value is of the right type, else its type too."""
    match key.kind:
        case inspect.IntType() | inspect.FloatType() as number:
            return _expected_number(number, key.found)
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(str(value) for value in values)
        case inspect.VarTupleType(item_type=item):
            name = key.field.name if key.field else ""
            return f"a list of tables, each headed [[{name}]]" if fields_of(kind_of(item)[0]) else "a list of texts"
        case inspect.StrType() if isinstance(key.found, str):
            return key.words
        case kind:
            return {inspect.BoolType: "true or false", inspect.StructType: "a table"}.get(type(kind), "text in quotes")


def _expected_number(kind: inspect.IntType | inspect.FloatType, found: object) -> str:
    whole = isinstance(kind, inspect.IntType)
    bounds = f"{kind.ge:.10g}–{kind.le:.10g}" if kind.ge is not None else f"more than {kind.gt:g} up to {kind.le:g}"
    if isinstance(found, int if whole else (int, float)) and not isinstance(found, bool):
        return bounds
    return f"{'a whole number' if whole else 'a number'} {bounds}"


def shown(found: object) -> str:
    """Show a value in an error as TOML writes it, without a secret that may be in it."""
    match found:
        case str():
            bare = redact_url(found)
            return f'"{bare[:60]}{"…" if len(bare) > 60 else ""}"'
        case bool():
            return str(found).lower()
        case int() | float():
            return str(found)
        case _:
            return "a list" if isinstance(found, list) else "a table" if isinstance(found, dict) else f"a {type(found).__name__}"


def suggestion(name: str, known: list[str]) -> str:
    """Guess what was meant, or tell what there is."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(sorted(known))}" if len(known) <= _PLENTY else "config/dartd.toml names every key"
