"""People of every role with their tokens, made without a login, so that many tests can afford them."""

import secrets
from typing import Any

import cv2
import jwt
import numpy as np
import sqlalchemy as sa

from dartd.auth.accounts import new_user
from dartd.auth.passwords import hash_password
from dartd.auth.tokens import Signer, hash_of, new_key
from dartd.store.families import open_family
from dartd.store.keys import Key, insert_key
from dartd.store.photos import Photo, put_photo
from dartd.store.players import PLAYERS
from dartd.store.users import User, insert_user
from tests.support.station import SIGNING_KEY, Station

PASSWORD = "correct horse battery"  # noqa: S105  a test's
PNG = cv2.imencode(".png", np.full((2, 2, 3), 200, np.uint8))[1].tobytes()
_HASH = hash_password(PASSWORD)


async def make_user(station: Station, role: str, **given: Any) -> User:
    """Make an account with PASSWORD."""
    username = given.pop("username", f"{role}-{secrets.token_hex(4)}")
    user = new_user(username, username.title(), role, _HASH, station.services.accounts.now(), **given)
    await station.services.database.change(lambda connection: insert_user(connection, user))
    return user


async def make_player(station: Station, **given: Any) -> str:
    """Make a player."""
    player_id = str(given.pop("player_id", f"p-{secrets.token_hex(4)}"))
    plain = {"name": player_id, "badge_id": None, "group_name": None, "skill_level": None, "boards": "{}", "active": True, "shared": False}
    values = {**plain, "player_id": player_id, "created_at_s": 1.0, "updated_at_s": 1.0, **given}
    await station.services.database.change(lambda connection: _ignore(PLAYERS.insert(connection, values)))
    return player_id


async def make_photo(station: Station, player_id: str) -> None:
    """Give a player a photo."""
    photo = Photo(media_type="image/png", body=PNG)
    await station.services.database.change(lambda connection: _ignore(put_photo(connection, player_id, photo, at_s=1.0)))


async def make_key(station: Station, role: str, permissions: tuple[str, ...] | None = None, user_id: str | None = None) -> tuple[str, str]:
    """Make an API key; return its id and itself."""
    secret, prefix = new_key()
    key_id = f"k-{secrets.token_hex(4)}"
    fields = {"key_id": key_id, "key_hash": hash_of(secret), "prefix": prefix, "name": key_id, "user_id": user_id, "role": role}
    key = Key(**fields, permissions=permissions, created_at_s=1.0)  # type: ignore[arg-type]
    await station.services.database.change(lambda connection: insert_key(connection, key))
    return key_id, secret


async def log_in(station: Station, user: User) -> dict[str, str]:
    """Return the headers of a user who has just logged in."""
    family_id, now_s = secrets.token_hex(8), station.services.accounts.now()

    def begin(connection: sa.Connection) -> None:
        open_family(connection, family_id, user.user_id, at_s=now_s, expires_at_s=now_s + 3600)

    await station.services.database.change(begin)
    return bearer(Signer(SIGNING_KEY).access_token(user.user_id, family_id, now_s=now_s, ttl_s=3600))


async def log_in_as(station: Station, role: str, **given: Any) -> dict[str, str]:
    """Make an account and give its headers."""
    return await log_in(station, await make_user(station, role, **given))


def forged(user: User, how: str) -> str:
    """Make a token that must not be believed: `expired`, `signature` or `none`."""
    signer = Signer(SIGNING_KEY if how == "expired" else "another key that signs")
    if how == "none":
        claims = {"sub": user.user_id, "fam": "f", "iat": 1, "exp": 2**33, "jti": "j"}
        return jwt.encode(claims, None, algorithm="none")
    return signer.access_token(user.user_id, "f", now_s=1.0 if how == "expired" else 2.0**32, ttl_s=60)


def bearer(token: str) -> dict[str, str]:
    """Write a token as a header."""
    return {"Authorization": f"Bearer {token}"}


def _ignore(_: object) -> None:
    """Do nothing: rows stay on their thread."""


def begin_pairing(station: Station, action: str) -> dict[str, str]:
    """Begin the pairing of a new screen; return the body of the request that claims or confirms it."""
    made = station.services.accounts.pairings.begin(f"ip:{secrets.token_hex(4)}")
    assert made is not None
    return {"secret": made[1]} if action == "claim" else {"code": made[0], "name": "screen"}
