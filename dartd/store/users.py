"""People who may log in."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from dartd.errors import AlreadyExistsError, ConflictError
from dartd.store.listing import Listing, Page, PageRequest
from dartd.store.tables import users
from schemas.base import Value

USERS = Listing(users, users.c.user_id, {"username": users.c.username, "created_at": users.c.created_at_s}, default="username")


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


def insert_user(connection: sa.Connection, user: User) -> None:
    """Keep a new account.

    Raises:
        AlreadyExistsError: the user name is taken.
    """
    try:
        connection.execute(sa.insert(users).values({field: getattr(user, field) for field in User.__struct_fields__}))
    except IntegrityError as error:
        raise AlreadyExistsError(f"there is a user {user.username!r} already", username=user.username) from error


def get_user(connection: sa.Connection, user_id: str) -> User | None:
    """Read an account."""
    row = connection.execute(sa.select(users).where(users.c.user_id == user_id)).first()
    return None if row is None else user_of(row)


def find_user(connection: sa.Connection, username: str) -> User | None:
    """Read the account of a user name."""
    row = connection.execute(sa.select(users).where(users.c.username == username)).first()
    return None if row is None else user_of(row)


def list_users(connection: sa.Connection, ask: PageRequest, *, role: str | None = None, active: bool | None = None) -> Page:
    """Read a page of accounts."""
    where = [users.c.role == role] if role is not None else []
    where += [users.c.active == active] if active is not None else []
    return USERS.page(connection, ask, where)


def count_users(connection: sa.Connection) -> int:
    """Count the accounts."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(users)).scalar_one())


def update_user(connection: sa.Connection, user_id: str, changes: dict[str, object], *, version: int | None = None) -> User | None:
    """Change an account and give it as it is then; None when there is none.

    Raises:
        ConflictError: it is not of this version any more, or nobody could administer dartd then.
    """
    before = get_user(connection, user_id)
    if before is None:
        return None
    if version not in {None, before.version}:
        raise ConflictError("it was changed meanwhile; read it again", code="PRECONDITION_FAILED", version=before.version)
    loses = changes.get("role", before.role) != "admin" or changes.get("active", before.active) is False
    if loses:
        _keep_an_admin(connection, before)
    connection.execute(sa.update(users).where(users.c.user_id == user_id).values(version=before.version + 1, **changes))
    return get_user(connection, user_id)


def touch_login(connection: sa.Connection, user_id: str, at_s: float) -> None:
    """Note that somebody logged in; that is no change of the account."""
    connection.execute(sa.update(users).where(users.c.user_id == user_id).values(last_login_at_s=at_s))


def delete_user(connection: sa.Connection, user_id: str) -> bool:
    """Forget an account; False when there is none.

    Raises:
        ConflictError: nobody could administer dartd then.
    """
    before = get_user(connection, user_id)
    if before is None:
        return False
    _keep_an_admin(connection, before)
    return bool(connection.execute(sa.delete(users).where(users.c.user_id == user_id)).rowcount)


def _keep_an_admin(connection: sa.Connection, user: User) -> None:
    if user.role != "admin" or not user.active:
        return
    others = sa.select(users.c.user_id).where(users.c.role == "admin", users.c.active.is_(True), users.c.user_id != user.user_id)
    if connection.execute(others.limit(1)).first() is None:
        raise ConflictError("this is the only admin; make another one first", user_id=user.user_id)
