"""Keys and JWTs of NATS as `nsc` makes them: an operator, an account with JetStream, and a user with a .creds file."""

import base64
import json
import os
import time
from typing import Any, Final, NamedTuple

import nkeys  # type: ignore[import-untyped]  # without annotations

_UNLIMITED: Final = dict.fromkeys(
    ("subs", "data", "payload", "imports", "exports", "conn", "leaf", "mem_storage", "disk_storage", "streams", "consumer"), -1
)


class Key(NamedTuple):
    """A key pair: its seed, and the public part that others know."""

    seed: str
    public: str


class Accounts(NamedTuple):
    """What a server needs to know (`server`, for its configuration), and the .creds file of a user."""

    server: str
    creds: str


def new_key(prefix: int = nkeys.PREFIX_BYTE_USER) -> Key:
    """Return a new key pair."""
    seed: str = nkeys.encode_seed(os.urandom(32), prefix).decode()
    return Key(seed, nkeys.from_seed(bytearray(seed.encode())).public_key.decode())


def new_accounts() -> Accounts:
    """Return a new operator with one account and one user."""
    operator, system, account = (new_key(prefix) for prefix in (nkeys.PREFIX_BYTE_OPERATOR, *[nkeys.PREFIX_BYTE_ACCOUNT] * 2))
    user = new_key()
    of_operator = _jwt(operator, operator, "operator", "o", system_account=system.public)
    limited = {
        name: _jwt(operator, key, "account", name, limits=limits)
        for name, key, limits in (("sys", system, {}), ("venue", account, _UNLIMITED))
    }
    preload = f'{system.public}: "{limited["sys"]}", {account.public}: "{limited["venue"]}"'
    server = f'operator: "{of_operator}"\nsystem_account: {system.public}\nresolver: MEMORY\nresolver_preload: {{ {preload} }}\n'
    token = _jwt(account, user, "user", "board", subs=-1, data=-1, payload=-1)
    parts = (("NATS USER JWT", token), ("USER NKEY SEED", user.seed))
    creds = "\n".join(f"-----BEGIN {name}-----\n{text}\n------END {name}------\n" for name, text in parts)
    return Accounts(server, creds)


def _jwt(issuer: Key, subject: Key, kind: str, name: str, **claims: Any) -> str:
    body = {"jti": name, "iat": int(time.time()), "iss": issuer.public, "name": name, "sub": subject.public}
    parts = ({"typ": "JWT", "alg": "ed25519-nkey"}, {**body, "nats": {**claims, "type": kind, "version": 2}})
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_encoded(nkeys.from_seed(bytearray(issuer.seed.encode())).sign(signed.encode()))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
