"""`/api/v1/auth/pairings`: a screen shows a code, a user who may control the board enters it, and the screen gets a key of its own."""

import secrets
from typing import Any

from dartd.auth.pairings import LIFETIME_S
from dartd.auth.permissions import ROLES
from dartd.auth.tokens import hash_of, new_key
from dartd.store.audit import append_entry
from dartd.store.keys import KEYS as STORED
from dartd.store.keys import Key, insert_key
from dartd.web.http.caller import address_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.problems import Problem
from dartd.web.v1.keys import KEYS, expiry_of
from schemas.api.accounts import BegunPairing, ClaimPairing, ConfirmPairing, KeyAnswer, NewKey, PairingState
from schemas.api.play import NoParameters

ROLE = "scorer"


async def post_pairing(call: Call) -> Answer:
    """Return a code for a screen to show, and the secret with which the screen asks for its key."""
    made = call.services.accounts.pairings.begin(address_of(call.request))
    if made is None:
        raise Problem(503, "TOO_MANY_CLIENTS", "too many screens wait to be paired; try again later", headers={"Retry-After": "60"})
    code, secret = made
    await call.change(lambda _: None)
    return Answer(value=BegunPairing(code=code, secret=secret, expires_in=int(LIFETIME_S)))


async def confirm_pairing(call: Call) -> Answer:
    """Create the key of the screen that shows a code; the screen fetches it.

    Raises:
        Problem: 404 if no screen shows this code; the attempt is recorded in the audit log.
    """
    asked: ConfirmPairing = call.body
    pairing = call.services.accounts.pairings.take(asked.code)
    if pairing is None:
        entry = call.audit_entry(outcome="refused")
        await call.services.database.change(lambda connection: append_entry(connection, entry))
        raise Problem(404, "RESOURCE_NOT_FOUND", "no screen shows this code, or it has expired", details={"field": "$.code"})
    try:
        secret, answer = await _make_key(call, asked.name)
    except BaseException:
        pairing.is_taken = False
        raise
    pairing.api_key = secret
    return answer


async def _make_key(call: Call, name: str) -> tuple[str, Answer]:
    """Create a key for a screen, with no more rights than the caller has; return its secret, and the answer to the caller."""
    accounts, principal = call.services.accounts, call.principal
    secret, prefix = new_key()
    key = Key(
        key_id=f"k_{secrets.token_hex(6)}",
        key_hash=hash_of(secret),
        prefix=prefix,
        name=name,
        user_id=principal.user_id,
        role=ROLE,
        permissions=tuple(sorted(ROLES[ROLE] & principal.permissions)),
        rate_limit=principal.rate_limit,
        created_at_s=accounts.now(),
        expires_at_s=await expiry_of(call, NewKey(name=name), accounts.now()),
        made_by=principal.key_id,
    )

    def make(connection: Any) -> Answer:
        insert_key(connection, key)
        answer = KEYS.fields.answer_of(call.services, STORED.get(connection, key.key_id))
        return Answer(value=answer, payload=answer, entity_id=key.key_id, location=f"/api/v1/auth/api-keys/{key.key_id}")

    return secret, await KEYS.commit(call, make, key.key_id)


async def claim_pairing(call: Call) -> Answer:
    """Return whether the code was entered, and once the key of the screen."""
    asked: ClaimPairing = call.body
    found = call.services.accounts.pairings.claim(asked.secret)
    if found is None:
        raise Problem(404, "RESOURCE_NOT_FOUND", "this pairing has ended; begin another one")
    return Answer(value=PairingState(status="waiting" if found.api_key is None else "paired", api_key=found.api_key))


_PUBLIC: dict[str, Any] = {"method": "POST", "permission": None, "tag": "accounts", "entity": "pairing", "secret": True}

ENDPOINTS = [
    Endpoint(
        path="/api/v1/auth/pairings",
        handler=post_pairing,
        rate="login",
        summary="A code for this screen to show; who may control the board enters it",
        body=NoParameters,
        body_required=False,
        answer=BegunPairing,
        status=201,
        statuses=(503,),
        no_event_reason="a screen that waits is no entity",
        **_PUBLIC,
    ),
    Endpoint(
        path="/api/v1/auth/pairings/claim",
        handler=claim_pairing,
        rate="default",
        summary="Whether the code of this screen was entered, and once its key",
        body=ClaimPairing,
        body_links={"post_api_v1_auth_pairings": {"secret": "$response.body#/secret"}},
        answer=PairingState,
        statuses=(404,),
        no_event_reason="the key was published when it was made",
        **_PUBLIC,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/auth/pairings/confirm",
        handler=confirm_pairing,
        permission="board:control",
        rate="login",
        summary="Pair the screen that shows a code: it gets a key with the role scorer",
        tag="accounts",
        body=ConfirmPairing,
        body_links={"post_api_v1_auth_pairings": {"code": "$response.body#/code", "name": "screen"}},
        answer=KeyAnswer,
        status=201,
        statuses=(404,),
        entity="key",
        publishes=True,
    ),
]
