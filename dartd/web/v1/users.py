"""`/api/v1/users`: user accounts."""

from typing import Any

from msgspec import UNSET

from dartd.store.users import USERS as STORED
from dartd.store.users import User, get_user
from dartd.web.http.caller import address_of
from dartd.web.http.endpoint import Answer, Call
from dartd.web.http.entity_resource import EntityResource, Rights, given_fields
from dartd.web.http.paging import missing
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from dartd.web.http.route import check_rate_limit
from schemas.api.accounts import OwnChange, Register, UserAnswer, UserChange, UsersQuery


async def hash_password(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Replace the password by its hash; a new account is active, and its user name is its name unless another is given."""
    if "username" in given:
        given = {**given, "name": given["name"] or given["username"], "active": True}
    if "password" not in given:
        return given
    password = given.pop("password")
    return {**given, "password_hash": await call.services.accounts.passwords.hash(password)}


USERS: EntityResource[Register, UserAnswer] = EntityResource(
    entity=STORED,
    path="/api/v1/users",
    tag="accounts",
    rights=Rights("users:admin", "users:admin", "users:admin"),
    query=UsersQuery,
    new=Register,
    change=UserChange,
    answer=UserAnswer,
    examples=(Register(username="ann", password="correct horse battery"), UserChange(name="Ann")),  # noqa: S106 - an example
    id_prefix="u_",
    prepared=frozenset({"password"}),
    prepare=hash_password,
    written=lambda call: call.services.accounts.clear_cache(),
    summaries={
        "list": "Accounts, by user name",
        "create": "Add an account",
        "read": "One account",
        "update": "Change an account; a new password, role or lock ends its logins",
        "delete": "Delete an account with its keys",
    },
    statuses=(409,),
)


async def get_me(call: Call) -> Answer:
    """Return the caller's own account."""
    user_id = _own(call)
    user = await call.read(lambda c: STORED.get(c, user_id))
    if user is None:
        raise missing("user", user_id)
    return Answer(value=USERS.fields.answer_of(call.services, user), version=user.version)


async def put_me(call: Call) -> Answer:
    """Change the caller's own account."""
    asked: OwnChange = call.body
    user_id, given = _own(call), given_fields(asked)
    old = given.pop("old_password", "")
    if asked.password is not UNSET:
        address = address_of(call.request)
        check_rate_limit(call.request, call.services, address, "login", None)  # a guess counts as a login
        user: User | None = await call.read(lambda c: get_user(c, user_id))
        if user is None or await call.services.accounts.check_password(user.username, old, address) is None:
            raise Problem(403, "AUTH_INVALID_PASSWORD", "old_password is wrong", details={"field": "$.old_password"})
    return await USERS.change_fields(call, user_id, given)


def _own(call: Call) -> str:
    if call.principal.user_id is None:
        raise call.forbidden("this key does not belong to a user")
    return call.principal.user_id


ME = Resource(path="/api/v1/users/me", one="/api/v1/users/me", tag="accounts", entity="user", answer=UserAnswer)

ENDPOINTS = [
    *USERS.endpoints(),
    ME.read(get_me, "One's own account", "profile:own", versioned=True),
    ME.update(put_me, "Change one's own account", "profile:own", OwnChange),
]
