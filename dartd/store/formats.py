"""Formats: rules and legs with a name. Those that are built in are rows as well, written when the store is opened."""

import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dartd.errors import ConflictError
from dartd.game.formats import BUILTIN
from dartd.store.entity import Entity, Row
from dartd.store.tables import formats
from schemas.codec import encode_json

BUILTIN_IDS: Final = frozenset(each.format_id for each in BUILTIN)

_SEEDED: Final = ("name", "description", "tags", "rules", "format", "sides")


def _check_not_builtin(_: sa.Connection, before: Row, after: Row) -> None:  # noqa: ARG001 - the hook of an entity
    """Refuse to change or delete a format that is built in.

    Raises:
        ConflictError: as said.
    """
    if before is not None and before.format_id in BUILTIN_IDS:
        raise ConflictError("this format is built in: copy it, and change the copy", format_id=before.format_id)


def _is_builtin(wanted: Any) -> sa.ColumnElement[bool]:
    return formats.c.format_id.in_(sorted(BUILTIN_IDS)) if wanted else formats.c.format_id.not_in(sorted(BUILTIN_IDS))


FORMATS = Entity(
    "format",
    formats,
    sorts=("name", "created_at", "updated_at"),
    filters={
        "game": lambda game: formats.c.rules.contains(f'"game":{encode_json(game).decode()}', autoescape=True),
        "builtin": _is_builtin,
        "tag": lambda tag: formats.c.tags.contains(encode_json(tag).decode(), autoescape=True),
    },
    after_write=_check_not_builtin,
)


def containing(query: str) -> Sequence[sa.ColumnElement[bool]]:
    """Return the conditions that every word of a query stands in name, description, tags, game or start score."""
    return [_has_word(word) for word in query.split()]


def _has_word(word: str) -> sa.ColumnElement[bool]:
    texts = (formats.c.name, formats.c.description, formats.c.tags)
    found = [column.icontains(word, autoescape=True) for column in texts]
    found.append(formats.c.rules.icontains(f'"game":"{word}', autoescape=True))
    if word.isdecimal():
        found.append(formats.c.rules.contains(f'"start":{word}', autoescape=True))
    return sa.or_(*found)


def store_builtin(connection: sa.Connection, *, at_s: float | None = None) -> None:
    """Write the formats that are built in, and those that another version had otherwise; `at_s` is now when it is None."""
    at_s = time.time() if at_s is None else at_s
    stored: dict[str, Any] = {row.format_id: row for row in connection.execute(sa.select(formats).where(_is_builtin(wanted=True)))}
    new = []
    for each in BUILTIN:
        plain = msgspec.to_builtins(each)
        values = {name: plain[name] if isinstance(plain[name], str) else encode_json(plain[name]).decode() for name in _SEEDED}
        row = stored.get(each.format_id)
        if row is None:
            new.append({"format_id": each.format_id, "version": 1, "created_at_s": at_s, "updated_at_s": at_s, **values})
        elif any(getattr(row, name) != value for name, value in values.items()):
            changed = sa.update(formats).where(formats.c.format_id == each.format_id)
            connection.execute(changed.values(version=row.version + 1, updated_at_s=at_s, **values))
    if new:
        connection.execute(sa.insert(formats), new)
