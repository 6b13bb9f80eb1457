"""People who may log in."""

import unicodedata
from typing import Any

import sqlalchemy as sa

from dartd.errors import AlreadyExistsError, ConflictError, DartdError
from dartd.store.entity import Entity, Row
from dartd.store.families import revoke_families_of
from dartd.store.keys import delete_keys_of
from dartd.store.tables import players, users
from schemas.base import Value


class UnknownPlayerError(DartdError):
    """An account names a player that does not exist."""

    code = "VALIDATION_ERROR"


class User(Value, frozen=True, kw_only=True):
    """One account, as the store keeps it. Times are seconds since 1970."""

    user_id: str
    username: str
    name: str
    role: str
    player_id: str | None
    active: bool
    password_hash: str
    rate_limit: int | None
    version: int
    created_at_s: float
    last_login_at_s: float | None


def user_of(row: Any) -> User:
    """Make a row an account."""
    return User(**{field: getattr(row, field) for field in User.__struct_fields__})


def _end_logins(connection: sa.Connection, before: Row, after: Row) -> None:
    """End the logins of an account that is deleted, locked, or has another password or role; its keys go with it.

    Raises:
        ConflictError: there would be no admin.
        UnknownPlayerError, AlreadyExistsError: there is no such player, or another account has it.
    """
    if after is not None and after.player_id is not None and (before is None or before.player_id != after.player_id):
        _check_player(connection, after)
    if before is None:
        return
    was_admin = before.role == "admin" and before.active
    if was_admin and (after is None or after.role != "admin" or not after.active) and not _has_admin(connection):
        raise ConflictError("this is the only admin; make another one first", user_id=before.user_id)
    if after is None:
        delete_keys_of(connection, before.user_id)
    if after is None or not after.active or (before.password_hash, before.role) != (after.password_hash, after.role):
        revoke_families_of(connection, before.user_id)


def has_name(connection: sa.Connection, name: str, *, except_user_id: str | None) -> bool:
    """Return whether another account has this name or user name, in whatever case or form of its letters."""
    wanted = _folded(name)
    rows = connection.execute(sa.select(users.c.user_id, users.c.name, users.c.username))
    return any(wanted in {_folded(row.name), _folded(row.username)} for row in rows if row.user_id != except_user_id)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _check_player(connection: sa.Connection, row: Row) -> None:
    if connection.execute(sa.select(players.c.player_id).where(players.c.player_id == row.player_id)).first() is None:
        raise UnknownPlayerError(f"there is no player {row.player_id!r}", field="$.player_id", player_id=row.player_id)
    taken = sa.select(users.c.user_id).where(users.c.player_id == row.player_id, users.c.user_id != row.user_id)
    if connection.execute(taken).first() is not None:
        raise AlreadyExistsError(f"player {row.player_id!r} has an account already", field="$.player_id", player_id=row.player_id)


def _has_admin(connection: sa.Connection) -> bool:
    admins = sa.select(users.c.user_id).where(users.c.role == "admin", users.c.active.is_(True))
    return connection.execute(admins.limit(1)).first() is not None


USERS = Entity("user", users, sorts=("username", "created_at"), after_write=_end_logins)


def insert_user(connection: sa.Connection, user: User) -> None:
    """Insert an account.

    Raises:
        AlreadyExistsError: the user name is taken.
    """
    USERS.insert(connection, {field: getattr(user, field) for field in User.__struct_fields__})


def get_user(connection: sa.Connection, user_id: str) -> User | None:
    """Read an account."""
    row = connection.execute(sa.select(users).where(users.c.user_id == user_id)).first()
    return None if row is None else user_of(row)


def find_user(connection: sa.Connection, username: str) -> User | None:
    """Read the account of a user name."""
    row = connection.execute(sa.select(users).where(users.c.username == username)).first()
    return None if row is None else user_of(row)


def count_users(connection: sa.Connection) -> int:
    """Count the accounts."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(users)).scalar_one())


def touch_login(connection: sa.Connection, user_id: str, at_s: float) -> None:
    """Record a login of a user; that is no change of the account."""
    connection.execute(sa.update(users).where(users.c.user_id == user_id).values(last_login_at_s=at_s))
