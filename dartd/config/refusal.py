"""Error messages for invalid values: path, what was expected, what was found and a remedy."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from dartd.config.keys import ConfigKey, description_of, fields_of, key_at, kind_of
from dartd.config.redaction import redact_url
from dartd.config.sections import Config
from dartd.errors import ConfigError

_PLENTY = 16  # longer lists of names are not shown in errors


def refusal(message: str, values: dict[str, Any], origins: Mapping[str, str], root: type = Config) -> ConfigError:
    """Return the error for a message of msgspec about a `root`; `origins` maps paths to environment variables."""
    reason, _, where = message.removesuffix("`").rpartition(" - at `")
    reason, where = (reason, where) if reason else (message, "$")
    key = key_at(where, values, root)
    named = re.search(r"(unknown|required) field `(.*)`$", reason, flags=re.DOTALL)
    if named is None:
        return ConfigError(f"{where}: {_problem(key, origins.get(where.partition('[')[0]))}", path=where)
    name = redact_url(named[2])
    path = f"{where}.{name}"
    if named[1] == "unknown":
        return ConfigError(f"{path}: unknown key, {suggestion(name, [each.name for each in fields_of(key.kind)])}", path=path)
    description = next(description_of(each.type) for each in fields_of(key.kind) if each.name == name)
    return ConfigError(f"{path}: missing, add {name} = … ({description})", path=path)


def _problem(key: ConfigKey, origin: str | None) -> str:
    expected = _expected(key)
    default = key.field.default if key.field else None
    notes = [
        "" if key.description in expected else key.description,
        f"the default is {format_value(default)}" if isinstance(default, (str, int, float)) else "",
        f"from {origin}" if origin else "",
    ]
    note = ", ".join(each for each in notes if each)
    secret = key.field is not None and key.field.name == "token"
    found = f"{len(str(key.found))} characters" if secret else format_value(key.found)
    return f"expected {expected}, got {found}" + (f" ({note})" if note else "")


def _expected(key: ConfigKey) -> str:
    """Return what a key expects: only the bounds if the value has the right type, else the type as well."""
    match key.kind:
        case inspect.IntType() | inspect.FloatType() as number:
            return _expected_number(number, key.found)
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(str(value) for value in values)
        case inspect.VarTupleType(item_type=item):
            name = key.field.name if key.field else ""
            return f"a list of tables, each headed [[{name}]]" if fields_of(kind_of(item)[0]) else "a list of texts"
        case inspect.StrType() if isinstance(key.found, str):
            return key.description
        case kind:
            return {inspect.BoolType: "true or false", inspect.StructType: "a table"}.get(type(kind), "text in quotes")


def _expected_number(kind: inspect.IntType | inspect.FloatType, found: object) -> str:
    integral = isinstance(kind, inspect.IntType)
    bounds = f"{kind.ge:.10g}–{kind.le:.10g}" if kind.ge is not None else f"more than {kind.gt:g} up to {kind.le:g}"
    if isinstance(found, int if integral else (int, float)) and not isinstance(found, bool):
        return bounds
    return f"{'a whole number' if integral else 'a number'} {bounds}"


def format_value(found: object) -> str:
    """Return a value as TOML writes it, shortened and without secrets, for an error message."""
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
    """Suggest a similar name, or list the known ones."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"expected one of {', '.join(sorted(known))}" if len(known) <= _PLENTY else "`dartd init` writes a file that names every key"
