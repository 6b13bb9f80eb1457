"""Access, refresh and CSRF tokens, signed and never stored. Refresh tokens carry family and generation; forged ones revoke nothing."""

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
_VISIBLE_CHARS = 4


class AccessClaims(Value, frozen=True, kw_only=True):
    """The claims of an access token; `exp` is in seconds since the epoch."""

    sub: str
    fam: str
    exp: float


class Signer:
    """Signs and verifies tokens; a separate key for each purpose is derived from one secret."""

    def __init__(self, secret: str) -> None:
        self._access, self._refresh, self._csrf = (
            hmac.digest(secret.encode(), purpose, "sha256") for purpose in (b"access", b"refresh", b"csrf")
        )

    def access_token(self, user_id: str, family_id: str, *, now_s: float, ttl_s: float) -> str:
        """Return a signed access token."""
        claims = {"sub": user_id, "fam": family_id, "iat": int(now_s), "exp": int(now_s + ttl_s), "jti": secrets.token_hex(8)}
        return jwt.encode(claims, self._access, algorithm=ALGORITHM)

    def read_access(self, token: str) -> AccessClaims | None:
        """Return the claims of an access token; None if it is expired, unsigned, signed with another key or malformed."""
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
        """Return a signed refresh token."""
        return f"{_REFRESH_PREFIX}{family_id}.{generation}.{self._signature(family_id, generation)}"

    def read_refresh(self, token: str) -> tuple[str, int] | None:
        """Return family and generation of a refresh token; None if its signature is not valid."""
        family_id, _, rest = token.removeprefix(_REFRESH_PREFIX).partition(".")
        number, _, signature = rest.partition(".")
        if not (token.startswith(_REFRESH_PREFIX) and number.isascii() and number.isdecimal() and len(number) < 10):
            return None
        good = hmac.compare_digest(signature.encode(errors="replace"), self._signature(family_id, int(number)).encode())
        return (family_id, int(number)) if good else None

    def csrf_token(self, family_id: str) -> str:
        """Return the CSRF token that a page sends along with its cookie; it does not change when the login is refreshed."""
        return _text(hmac.digest(self._csrf, family_id.encode(errors="replace"), "sha256"))

    def is_valid_csrf_token(self, token: str, family_id: str) -> bool:
        """Return whether a CSRF token is valid for a login."""
        return hmac.compare_digest(token.encode(errors="replace"), self.csrf_token(family_id).encode())

    def _signature(self, family_id: str, generation: int) -> str:
        return _text(hmac.digest(self._refresh, f"{family_id}.{generation}".encode(errors="replace"), "sha256"))


def new_key() -> tuple[str, str]:
    """Return a new API key and the visible prefix that identifies it."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    return key, key[: len(KEY_PREFIX) + _VISIBLE_CHARS]


def hash_of(token: str) -> str:
    """Return the hash under which a key is stored."""
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
