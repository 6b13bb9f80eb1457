"""Password hashing with argon2id, on a bounded number of threads, so that it neither blocks the event loop nor exhausts the memory."""

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# The smallest parameters that OWASP recommends: 19 MiB and about 25 ms, affordable on a small board computer while cameras run.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = 2

# Verified against if there is no such user, so that the response takes as long as with one. Computing it takes 25 ms, which no start
# needs. After a change of the parameters make it again with `_HASHER.hash("unknown user")`; a test fails until then.
_UNKNOWN_USER_HASH = "$argon2id$v=19$m=19456,t=2,p=1$7IAzfREgJ3r6Y0xwkCVKSw$IQfQkUAVo4lKTaEH9cDEi5LEhQOeHiIollpw9913nHA"


def hash_password(password: str) -> str:
    """Return the hash of a password; blocks."""
    return _HASHER.hash(password)


class Passwords:
    """Hashes and verifies passwords, at most `_AT_ONCE` concurrently."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        return await anyio.to_thread.run_sync(hash_password, password, limiter=self._limiter)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether a password matches a hash; False for no hash, after the same time."""
        found = await anyio.to_thread.run_sync(_verify, password_hash or _UNKNOWN_USER_HASH, password, limiter=self._limiter)
        return found and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
