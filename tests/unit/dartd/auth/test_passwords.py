"""Passwords."""

import asyncio

from dartd.auth import passwords as module
from dartd.auth.passwords import Passwords


async def test_only_the_right_password_is_right() -> None:
    """Another one, a broken hash, or no such user are not; the loop turns meanwhile."""
    passwords = Passwords()
    hashed = await passwords.hash("swordfish")
    tried: list[bool] = list(
        await asyncio.gather(
            passwords.verify("swordfish", hashed),
            passwords.verify("Swordfish", hashed),
            passwords.verify("unknown", None),
            passwords.verify("x", "no hash"),
        )
    )

    assert tried == [True, False, False, False]
    assert hashed.startswith("$argon2id$")


def test_no_such_user_takes_as_long_as_one() -> None:
    """The hash that is verified for an unknown user must have the parameters of new hashes, and be a hash."""
    assert not module._HASHER.check_needs_rehash(module._UNKNOWN_USER_HASH)
    assert module._HASHER.verify(module._UNKNOWN_USER_HASH, "unknown user")
