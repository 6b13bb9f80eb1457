"""`/api/v1/auth/api-keys`: keys for programs."""

import secrets
from typing import Any

import msgspec

from dartd.auth.permissions import ROLES, expand
from dartd.auth.tokens import hash_of, new_key
from dartd.store.keys import Key, delete_key, get_key, insert_key, key_of, list_keys
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Answer, Call
from dartd.web.http.paging import listed, missing, moment, page_request, seconds_of
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from schemas.api.accounts import KeyAnswer, KeysQuery, MadeKey, NewKey
from schemas.api.answers import Listed


def key_answer(key: Key) -> KeyAnswer:
    """Return a key without its secret."""
    rights = ROLES.get(key.role, frozenset())
    held = rights if key.permissions is None else rights & expand(key.permissions)
    return KeyAnswer(
        key_id=key.key_id,
        name=key.name,
        prefix=key.prefix,
        user_id=key.user_id,
        role=key.role,
        permissions=tuple(sorted(held)),
        rate_limit=key.rate_limit,
        created_at=timestamp_of(key.created_at_s),
        expires_at=moment(key.expires_at_s),
        last_used_at=moment(key.last_used_at_s),
    )


async def get_keys(call: Call) -> Listed[KeyAnswer]:
    """Return a page of keys: all of them for an admin, else the caller's own."""
    asked: KeysQuery = call.query
    user_id = (call.principal.user_id or "") if call.own_only else None
    page = await call.read(lambda c: list_keys(c, page_request(asked), user_id=user_id))
    return listed(page, asked, lambda row: key_answer(key_of(row)))


async def post_key(call: Call) -> Answer:
    """Create a key with the permissions of the caller or fewer."""
    asked: NewKey = call.body
    principal, now_s = call.principal, call.services.accounts.now()
    wanted = principal.permissions if asked.permissions is None else expand(asked.permissions)
    if beyond := sorted(wanted - principal.permissions):
        raise Problem(403, "AUTH_INSUFFICIENT_PERMISSIONS", "a key cannot have more permissions than you", details={"permissions": beyond})
    if unknown := [each for each in asked.permissions or () if not expand([each])]:
        details = {"field": "$.permissions", "permissions": unknown}
        raise Problem(422, "VALIDATION_ERROR", f"{unknown[0]} is not a permission", details=details)
    expires_at_s = None if asked.expires_at is None else seconds_of(asked.expires_at, "$.expires_at")
    if expires_at_s is not None and expires_at_s <= now_s:
        raise Problem(422, "VALIDATION_ERROR", "expires_at is in the past", details={"field": "$.expires_at"})
    secret, prefix = new_key()
    restricted = asked.permissions is not None or principal.kind == "key"
    key = Key(
        key_id=f"k_{secrets.token_hex(6)}",
        key_hash=hash_of(secret),
        prefix=prefix,
        name=asked.name,
        user_id=principal.user_id,
        role=principal.role,
        permissions=tuple(sorted(wanted)) if restricted else None,
        rate_limit=asked.rate_limit if principal.may("keys:admin") else principal.rate_limit,
        created_at_s=now_s,
        expires_at_s=expires_at_s,
    )

    def make(connection: Any) -> Answer:
        insert_key(connection, key)
        answer = key_answer(key)
        value = MadeKey(key=secret, **msgspec.structs.asdict(answer))
        return Answer(value=value, payload=answer, entity_id=key.key_id, location=f"/api/v1/auth/api-keys/{key.key_id}")

    made: Answer = await call.change(make, key.key_id)
    return made


async def get_one_key(call: Call) -> KeyAnswer:
    """Return a key."""
    return key_answer(await _mine(call))


async def remove_key(call: Call) -> Answer:
    """Revoke a key immediately."""
    key = await _mine(call)

    def remove(connection: Any) -> Answer:
        delete_key(connection, key.key_id)
        return Answer(entity_id=key.key_id)

    removed: Answer = await call.change(remove, key.key_id)
    call.services.accounts.clear_cache()
    return removed


async def _mine(call: Call) -> Key:
    key_id = call.path("key_id")
    key: Key | None = await call.read(lambda c: get_key(c, key_id))
    if call.own_only and (key is None or key.user_id is None or key.user_id != call.principal.user_id):
        raise call.forbidden()
    if key is None:
        raise missing("key", key_id)
    return key


KEYS = Resource(
    path="/api/v1/auth/api-keys", one="/api/v1/auth/api-keys/{key_id}", tag="accounts", entity="key", answer=KeyAnswer, own="keys:own"
)

ENDPOINTS = [
    KEYS.list(get_keys, "API keys: one's own, or all for an admin", "keys:admin", KeysQuery),
    KEYS.create(post_key, "Create an API key; it is shown only once", "keys:admin", NewKey, own=True, secret=MadeKey),
    KEYS.read(get_one_key, "One API key", "keys:admin"),
    KEYS.delete(remove_key, "Revoke an API key", "keys:admin", own=True),
]
