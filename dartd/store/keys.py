"""API keys. A key itself is never kept: only its SHA-256, which is enough for 256 random bits, and its first letters."""

from typing import Any

import sqlalchemy as sa

from dartd.store.entity import Bound, Entity, Row
from dartd.store.tables import keys
from schemas.base import Value


def _end_made(connection: sa.Connection, before: Row, after: Row) -> None:
    """Delete the keys that were made with a deleted one, and those made with these."""
    ended = [before.key_id] if after is None and before is not None else []
    while ended:
        ended = list(connection.scalars(sa.select(keys.c.key_id).where(keys.c.made_by.in_(ended))))
        connection.execute(sa.delete(keys).where(keys.c.key_id.in_(ended)))


_AT_MOST = 1000  # of one user, or of the board: programs and screens have one each, and what makes keys in a loop is refused

KEYS = Entity(
    "key", keys, sorts=("created_at", "name"), default_sort="-created_at", after_write=_end_made, bound=Bound(_AT_MOST, per=keys.c.user_id)
)


class Key(Value, frozen=True, kw_only=True):
    """One key. `user_id` None: it belongs to no user and has its role's rights. `permissions` None: all that its role or owner has.

    `made_by` is the key that it was made with: it ends with that one.
    """

    key_id: str
    key_hash: str
    prefix: str
    name: str
    user_id: str | None
    role: str
    permissions: tuple[str, ...] | None
    rate_limit: int | None = None
    created_at_s: float
    expires_at_s: float | None = None
    last_used_at_s: float | None = None
    made_by: str | None = None


def key_of(row: Any) -> Key:
    """Make a row a key."""
    fields = {field: getattr(row, field) for field in Key.__struct_fields__}
    return Key(**{**fields, "permissions": None if row.permissions is None else tuple(row.permissions.split())})


def insert_key(connection: sa.Connection, key: Key) -> None:
    """Keep a new key, in place of one of the same id, which ends with all keys that were made with it.

    Raises:
        ConflictError: its owner has as many as there may be.
    """
    KEYS.delete(connection, key.key_id)
    KEYS.check_number(connection, {"user_id": key.user_id})
    fields = {field: getattr(key, field) for field in Key.__struct_fields__}
    permissions = None if key.permissions is None else " ".join(key.permissions)
    connection.execute(sa.insert(keys).values({**fields, "permissions": permissions}))


def find_key(connection: sa.Connection, key_hash: str) -> Key | None:
    """Read the key of a hash."""
    row = connection.execute(sa.select(keys).where(keys.c.key_hash == key_hash)).first()
    return None if row is None else key_of(row)


def get_key(connection: sa.Connection, key_id: str) -> Key | None:
    """Read a key."""
    row = KEYS.get(connection, key_id)
    return None if row is None else key_of(row)


def owned_by(user_id: str) -> sa.ColumnElement[bool]:
    """Return the condition for the keys of a user."""
    return keys.c.user_id == user_id


def made_with(key_id: str) -> sa.ColumnElement[bool]:
    """Return the condition for the keys that were made with a key."""
    return keys.c.made_by == key_id


def delete_keys_of(connection: sa.Connection, user_id: str) -> None:
    """Forget all keys of a user."""
    connection.execute(sa.delete(keys).where(keys.c.user_id == user_id))


def note_use(connection: sa.Connection, uses: dict[str, float]) -> None:
    """Note when keys were used last."""
    for key_id, at_s in uses.items():
        connection.execute(sa.update(keys).where(keys.c.key_id == key_id).values(last_used_at_s=at_s))
