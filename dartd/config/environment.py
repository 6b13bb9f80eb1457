"""Environment variables override the file: `server.port` is `DARTD_SERVER_PORT`, `state_dir` `DARTD_STATE_DIR`; comma-separated lists."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import inspect

from dartd.config.keys import fields_of, kind_of
from dartd.config.refusal import suggestion
from dartd.config.sections import Config
from dartd.errors import ConfigError

_PREFIX = "DARTD_"
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def overlay(values: dict[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Write the variables into `values`; return the variable that each path came from."""
    known = {name: (section, field) for name, section, field in variables()}
    origins = {}
    for name in sorted(name for name in environ if name.startswith(_PREFIX) and name != "DARTD_CONFIG"):
        if name not in known:
            raise ConfigError(f"{name}: unknown environment variable, {_suggest(name, list(known))}", path=name)
        section, field = known[name]
        table = values if section is None else values.setdefault(section, {})
        if not isinstance(table, dict):
            continue
        kind, optional = kind_of(field.type)
        if optional and environ[name] == "":
            table.pop(field.name, None)
        else:
            table[field.name] = _parse(environ[name], inspect.BoolType() if _is_switch(field.type, environ[name]) else kind)
        origins[f"$.{section}.{field.name}" if section else f"$.{field.name}"] = name
    return origins


def _suggest(name: str, known: list[str]) -> str:
    """Suggest a variable; the common prefix is not compared."""
    return suggestion(name.removeprefix(_PREFIX), [each.removeprefix(_PREFIX) for each in known]).replace(
        "did you mean ", f"did you mean {_PREFIX}"
    )


def variables() -> Iterator[tuple[str, str | None, inspect.Field]]:
    """Yield each key that the environment can set: variable, section and field."""
    for field in fields_of(inspect.type_info(Config)):
        inner, _ = kind_of(field.type)
        if isinstance(inner, inspect.StructType):
            yield from ((f"{_PREFIX}{field.name}_{key.name}".upper(), field.name, key) for key in fields_of(inner))
        elif field.name != "cameras":
            yield f"{_PREFIX}{field.name}".upper(), None, field


def _is_switch(kind: inspect.Type, text: str) -> bool:
    """Return whether a text is true or false, of a key that has other values as well."""
    return (
        isinstance(kind, inspect.UnionType)
        and inspect.BoolType() in kind.types
        and text.lower() in {"true", "false", "yes", "no", "on", "off"}
    )


def _parse(text: str, kind: inspect.Type) -> object:
    """Parse the text of a variable by the type of its key; text that cannot be parsed is kept and rejected with its path."""
    if isinstance(kind, inspect.VarTupleType):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(kind, inspect.BoolType):
        return _BOOLEANS.get(text.lower(), text)
    if isinstance(kind, inspect.IntType) and re.fullmatch(r"[+-]?\d{1,18}", text):
        return int(text)
    if isinstance(kind, inspect.FloatType) and re.fullmatch(r"[+-]?\d{1,18}(\.\d{0,18})?", text):
        return float(text)
    return text
