"""Passwords: argon2id, on a few threads, so that neither the event loop nor the memory fills with them."""

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smallest: 19 MiB and 25 ms, which a small board computer bears while cameras run.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = 2

# Checked when there is no such user, so that the answer takes as long as with one.
_NOBODY = _HASHER.hash("nobody")


def hash_password(password: str) -> str:
    """Hash a password; blocks."""
    return _HASHER.hash(password)


class Passwords:
    """Hashes and checks passwords, a bounded number at once."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Hash a password."""
        return await anyio.to_thread.run_sync(hash_password, password, limiter=self._limiter)

    async def is_right(self, password: str, password_hash: str | None) -> bool:
        """Say whether a password is that of the hash; without a hash it is not, and takes as long."""
        found = await anyio.to_thread.run_sync(_verify, password_hash or _NOBODY, password, limiter=self._limiter)
        return found and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
