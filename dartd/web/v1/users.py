"""`/api/v1/users`: user accounts."""

from typing import Any

import msgspec
from msgspec import UNSET

from dartd.auth.accounts import new_user
from dartd.store.families import revoke_families_of
from dartd.store.keys import delete_keys_of
from dartd.store.timestamps import timestamp_of
from dartd.store.users import User, delete_user, get_user, insert_user, list_users, update_user
from dartd.web.http.endpoint import Answer, Call
from dartd.web.http.paging import listed, missing, moment, page_request
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from schemas.api.accounts import OwnChange, Register, UserAnswer, UserChange, UsersQuery
from schemas.api.answers import Listed


def user_answer(user: Any) -> UserAnswer:
    """Return an account from a User or its row."""
    return UserAnswer(
        user_id=user.user_id,
        username=user.username,
        name=user.name,
        role=user.role,
        player_id=user.player_id,
        active=user.active,
        rate_limit=user.rate_limit,
        created_at=timestamp_of(user.created_at_s),
        last_login_at=moment(user.last_login_at_s),
    )


async def get_users(call: Call) -> Listed[UserAnswer]:
    """Return a page of accounts."""
    asked: UsersQuery = call.query
    page = await call.read(lambda c: list_users(c, page_request(asked), role=asked.role, active=asked.active))
    return listed(page, asked, user_answer)


async def post_user(call: Call) -> Answer:
    """Create an account."""
    asked: Register = call.body
    accounts = call.services.accounts
    given = {"player_id": asked.player_id, "rate_limit": asked.rate_limit}
    password_hash = await accounts.passwords.hash(asked.password)
    user = new_user(asked.username, asked.name or asked.username, asked.role, password_hash, accounts.now(), **given)

    def make(connection: Any) -> Answer:
        insert_user(connection, user)
        return Answer(value=user_answer(user), entity_id=user.user_id, version=1, location=f"/api/v1/users/{user.user_id}")

    made: Answer = await call.change(make, user.user_id)
    return made


async def get_one_user(call: Call) -> Answer:
    """Return an account."""
    user_id = call.path("user_id")
    return await _answer(call, user_id)


async def get_me(call: Call) -> Answer:
    """Return the caller's own account."""
    return await _answer(call, _own(call))


async def put_user(call: Call) -> Answer:
    """Change an account; fields that are left out keep their value. A new password, role or lock ends its logins."""
    asked: UserChange = call.body
    return await _change(call, call.path("user_id"), _given(asked))


async def put_me(call: Call) -> Answer:
    """Change the caller's own account."""
    asked: OwnChange = call.body
    user_id, given = _own(call), _given(asked)
    if asked.password is not UNSET:
        user: User | None = await call.read(lambda c: get_user(c, user_id))
        old = given.pop("old_password", "")
        if user is None or not await call.services.accounts.passwords.verify(old, user.password_hash):
            raise Problem(403, "AUTH_INVALID_PASSWORD", "old_password is wrong", details={"field": "$.old_password"})
    given.pop("old_password", None)
    return await _change(call, user_id, given)


async def remove_user(call: Call) -> Answer:
    """Delete an account and its keys; its tokens become invalid immediately."""
    user_id = call.path("user_id")

    def remove(connection: Any) -> Answer:
        if not delete_user(connection, user_id):
            raise missing("user", user_id)
        delete_keys_of(connection, user_id)
        revoke_families_of(connection, user_id)
        return Answer(entity_id=user_id)

    removed: Answer = await call.change(remove, user_id)
    call.services.accounts.clear_cache()
    return removed


async def _answer(call: Call, user_id: str) -> Answer:
    user = await call.read(lambda c: get_user(c, user_id))
    if user is None:
        raise missing("user", user_id)
    return Answer(value=user_answer(user), version=user.version)


async def _change(call: Call, user_id: str, given: dict[str, Any]) -> Answer:
    if "password" in given:
        given["password_hash"] = await call.services.accounts.passwords.hash(given.pop("password"))

    def change(connection: Any) -> Answer:
        user = update_user(connection, user_id, given, version=call.if_version)
        if user is None:
            raise missing("user", user_id)
        if {"password_hash", "role"} & set(given) or not user.active:
            revoke_families_of(connection, user_id)
        return Answer(value=user_answer(user), entity_id=user_id, version=user.version)

    changed: Answer = await call.change(change, user_id)
    call.services.accounts.clear_cache()
    return changed


def _own(call: Call) -> str:
    if call.principal.user_id is None:
        raise call.forbidden("this key does not belong to a user")
    return call.principal.user_id


def _given(asked: msgspec.Struct) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not UNSET}


USERS = Resource(path="/api/v1/users", one="/api/v1/users/{user_id}", tag="accounts", entity="user", answer=UserAnswer)
ME = Resource(path="/api/v1/users/me", one="/api/v1/users/me", tag="accounts", entity="user", answer=UserAnswer)

ENDPOINTS = [
    USERS.list(get_users, "Accounts, by user name", "users:admin", UsersQuery),
    USERS.create(post_user, "Add an account", "users:admin", Register),
    ME.read(get_me, "One's own account", "profile:own", versioned=True),
    ME.update(put_me, "Change one's own account", "profile:own", OwnChange),
    USERS.read(get_one_user, "One account", "users:admin", versioned=True),
    USERS.update(put_user, "Change an account; a new password, role or lock ends its logins", "users:admin", UserChange),
    USERS.delete(remove_user, "Delete an account with its keys", "users:admin", statuses=(409,)),
]
