"""The tokens of a login: signed, never stored. A refresh token is its family and generation, so only one of our making can end a family."""

import base64
import hashlib
import hmac
import secrets
from typing import Any

import jwt

from schemas.base import Value

ALGORITHM = "HS256"
KEY_PREFIX = "dk_live_"
_REFRESH_PREFIX = "dr_"
_PREFIX_SHOWN = 4


class AccessClaims(Value, frozen=True, kw_only=True):
    """What an access token says; `exp` is seconds since 1970."""

    sub: str
    fam: str
    exp: float


class Signer:
    """Makes and reads tokens with one key, which each purpose derives its own from."""

    def __init__(self, secret: str) -> None:
        self._access, self._refresh, self._csrf = (
            hmac.digest(secret.encode(), purpose, "sha256") for purpose in (b"access", b"refresh", b"csrf")
        )

    def access_token(self, user_id: str, family_id: str, *, now_s: float, ttl_s: float) -> str:
        """Make an access token."""
        claims = {"sub": user_id, "fam": family_id, "iat": int(now_s), "exp": int(now_s + ttl_s), "jti": secrets.token_hex(8)}
        return jwt.encode(claims, self._access, algorithm=ALGORITHM)

    def read_access(self, token: str) -> AccessClaims | None:
        """Read an access token; None when it is expired, of another key, unsigned or no token at all."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._access, algorithms=[ALGORITHM], options={"require": ["exp", "iat", "sub", "fam", "jti"]}
            )
        except (jwt.PyJWTError, ValueError):
            return None
        if not isinstance(claims["fam"], str):
            return None
        return AccessClaims(sub=claims["sub"], fam=claims["fam"], exp=float(claims["exp"]))

    def refresh_token(self, family_id: str, generation: int) -> str:
        """Make a refresh token."""
        return f"{_REFRESH_PREFIX}{family_id}.{generation}.{self._seal(family_id, generation)}"

    def read_refresh(self, token: str) -> tuple[str, int] | None:
        """Read family and generation of a refresh token; None when it is not of our making."""
        family_id, _, rest = token.removeprefix(_REFRESH_PREFIX).partition(".")
        number, _, seal = rest.partition(".")
        if not (token.startswith(_REFRESH_PREFIX) and number.isascii() and number.isdecimal() and len(number) < 10):
            return None
        good = hmac.compare_digest(seal.encode(errors="replace"), self._seal(family_id, int(number)).encode())
        return (family_id, int(number)) if good else None

    def csrf_token(self, family_id: str) -> str:
        """Make the token that a page shows beside its cookie; it stays the same as long as the login is refreshed."""
        return _text(hmac.digest(self._csrf, family_id.encode(errors="replace"), "sha256"))

    def is_csrf(self, token: str, family_id: str) -> bool:
        """Say whether a page has shown the right token."""
        return hmac.compare_digest(token.encode(errors="replace"), self.csrf_token(family_id).encode())

    def _seal(self, family_id: str, generation: int) -> str:
        return _text(hmac.digest(self._refresh, f"{family_id}.{generation}".encode(errors="replace"), "sha256"))


def new_key() -> tuple[str, str]:
    """Make an API key: itself, and the letters by which people tell it from others."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    return key, key[: len(KEY_PREFIX) + _PREFIX_SHOWN]


def hash_of(token: str) -> str:
    """Give what is kept of a key."""
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
