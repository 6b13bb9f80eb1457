"""Error responses for values that do not match their type: which field, what is expected, and which values are allowed."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect

from dartd.config.keys import description_of, fields_of, kind_of
from dartd.web.http.problems import Problem

_NAMED = re.compile(r"(?:unknown|required) field `(.*)`$", re.DOTALL)

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON escapes it; it allows no other form


def check_text(values: Iterable[tuple[str, object]]) -> None:
    """Refuse parameters with the character U+0000, which PostgreSQL stores in no text.

    Raises:
        Problem: 422, with the name of the parameter.
    """
    for name, value in values:
        if isinstance(value, str) and "\0" in value:
            raise Problem(422, "VALIDATION_ERROR", f"{name}: expected text without the character U+0000", details={"field": name})


def check_json(raw: bytes) -> None:
    """Refuse JSON that has the character U+0000 in a text.

    Raises:
        Problem: 422.
    """
    if _NUL.search(raw):
        raise Problem(422, "VALIDATION_ERROR", "expected text without the character U+0000", details={"field": "$"})


def field_of(error: msgspec.ValidationError) -> tuple[str, str]:
    """Return the message of an error and the path of its field, such as `$.name`: also of an unknown or missing one."""
    message, _, path = str(error).partition(" - at `")
    named = _NAMED.search(message)
    return message, (path.rstrip("`") or "$") + (f".{named[1][:64]}" if named else "")


def validation_problem(error: msgspec.ValidationError, kind: Any, *, is_query: bool = False) -> Problem:
    """Return the 422 response to a value that is not of this type; parameters of a query have no `$.` before their name."""
    message, path = field_of(error)
    field = path.removeprefix("$.") if is_query else path
    details: dict[str, Any] = {"field": field}
    found = _type_at(inspect.type_info(kind), path)
    if found is not None and message.startswith("Invalid enum value"):
        details["allowed"] = list(_values(found))
        message = f"expected one of {', '.join(map(str, details['allowed']))}"
    elif found is not None and "matching regex" in message and (description := description_of(found)):
        message = f"expected {description}"
    return Problem(422, "VALIDATION_ERROR", f"{field.removeprefix('$.')}: {message}" if field != "$" else message, details=details)


def _type_at(kind: inspect.Type, path: str) -> inspect.Type | None:
    """Return the type at a path such as `$.boards.preferred[0]`, with its annotations; None if it cannot be said."""
    for name, index in re.findall(r"\.(\w+)|(\[)", path):
        plain, _ = kind_of(kind)
        if index:
            item = getattr(plain, "item_type", None)
        else:
            item = next((each.type for each in fields_of(plain) if each.encode_name == name), None)
        if item is None:
            return None
        kind = item
    return kind


def _values(kind: inspect.Type) -> tuple[object, ...]:
    plain, _ = kind_of(kind)
    return tuple(plain.values) if isinstance(plain, inspect.LiteralType) else ()
