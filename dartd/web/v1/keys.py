"""`/api/v1/auth/api-keys`: keys for programs."""

import secrets
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.auth.permissions import ROLES, expand
from dartd.auth.tokens import hash_of, new_key
from dartd.store.keys import KEYS as STORED
from dartd.store.keys import Key, get_key, insert_key, key_of, made_with, owned_by
from dartd.web.http.endpoint import Answer, Call
from dartd.web.http.entity_resource import EntityResource, Own, Rights
from dartd.web.http.fields import Row
from dartd.web.http.paging import moment, seconds_of
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from schemas.api.accounts import KeyAnswer, KeysQuery, MadeKey, NewKey


def permissions_of(_services: Services, row: Row) -> tuple[str, ...]:
    """Return the permissions that a key has now."""
    key = key_of(row)
    rights = ROLES.get(key.role, frozenset())
    return tuple(sorted(rights if key.permissions is None else rights & expand(key.permissions)))


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
    expires_at_s = await expiry_of(call, asked, now_s)
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
        made_by=principal.key_id,
    )

    def make(connection: Any) -> Answer:
        insert_key(connection, key)
        answer = KEYS.fields.answer_of(call.services, STORED.get(connection, key.key_id))
        value = MadeKey(api_key=secret, **msgspec.structs.asdict(answer))
        return Answer(value=value, payload=answer, entity_id=key.key_id, location=f"/api/v1/auth/api-keys/{key.key_id}")

    return await KEYS.commit(call, make, key.key_id)


async def expiry_of(call: Call, asked: NewKey, now_s: float) -> float | None:
    """Return when the new key expires: not later than the key it is made with.

    Raises:
        Problem: 422 for another time.
    """
    key_id = call.principal.key_id
    maker: Key | None = None if key_id is None else await call.read(lambda connection: get_key(connection, key_id))
    latest_s = None if maker is None else maker.expires_at_s
    if asked.expires_at is None:
        return latest_s
    expires_at_s = seconds_of(asked.expires_at, "$.expires_at")
    if expires_at_s <= now_s:
        raise Problem(422, "VALIDATION_ERROR", "expires_at is in the past", details={"field": "$.expires_at"})
    if latest_s is not None and expires_at_s > latest_s:
        message = f"a key cannot outlive the one it is made with, until {moment(latest_s)}"
        raise Problem(422, "VALIDATION_ERROR", message, details={"field": "$.expires_at"})
    return expires_at_s


def _is_own(call: Call, _key_id: str, row: Row) -> bool:
    """Return whether a key is the caller's own: of the same user, or without a user made with the caller's key."""
    principal = call.principal
    if row is None or (principal.user_id is None and principal.key_id is None):
        return False
    return bool(row.made_by == principal.key_id if principal.user_id is None else row.user_id == principal.user_id)


def _own(call: Call) -> sa.ColumnElement[bool]:
    principal = call.principal
    return made_with(principal.key_id or "") if principal.user_id is None else owned_by(principal.user_id)


KEYS: EntityResource[NewKey, KeyAnswer] = EntityResource(
    entity=STORED,
    path="/api/v1/auth/api-keys",
    tag="accounts",
    rights=Rights("keys:admin", "keys:admin", "keys:admin"),
    query=KeysQuery,
    new=NewKey,
    change=None,
    answer=KeyAnswer,
    examples=(NewKey(name="display"), None),
    id_prefix="k_",
    computed={"permissions": permissions_of},
    written=lambda call: call.services.accounts.clear_cache(),
    own=Own(
        permission="keys:own",
        owns=_is_own,
        listed=_own,
        methods=frozenset({"POST", "DELETE"}),
    ),
    summaries={
        "list": "API keys: one's own, or all for an admin",
        "create": "Create an API key; it is shown only once",
        "read": "One API key",
        "delete": "Revoke an API key",
    },
)

_LIST, _CREATE, _READ, _DELETE = KEYS.endpoints(create=post_key)

ENDPOINTS = [_LIST, replace(_CREATE, answer=MadeKey, secret=True), _READ, _DELETE]
