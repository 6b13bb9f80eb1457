"""Screens that ask to be paired: each shows a code of six digits until a user enters it. They are kept in memory only."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from dartd.auth.tokens import hash_of

LIFETIME_S = 300.0  # as long as it takes to walk from a screen to a phone and log in
MAX_OPEN = 64  # codes of all screens at one time: of a million codes, a guess finds one in 15 000
MAX_OPEN_PER_ADDRESS = 8  # all screens behind one reverse proxy or router share an address
_CODES = 1_000_000


@dataclass(kw_only=True)
class OpenPairing:
    """A screen that waits. `api_key` is its key as soon as a user has confirmed it, until the screen has fetched it.

    `is_taken` while its key is made, so that two users who enter the code at once make one key.
    """

    code: str
    address: str
    until_s: float
    is_taken: bool = False
    api_key: str | None = None


class Pairings:
    """The screens that wait, by the hash of the secret that only the screen knows."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open: dict[str, OpenPairing] = {}

    def begin(self, address: str) -> tuple[str, str] | None:
        """Return the code and the secret of a new pairing, None if too many are open."""
        self._expire()
        ours = sum(each.address == address for each in self._open.values())
        if len(self._open) >= MAX_OPEN or ours >= MAX_OPEN_PER_ADDRESS:
            return None
        used = {each.code for each in self._open.values()}
        code = next(code for code in iter(_new_code, "") if code not in used)
        secret = secrets.token_urlsafe(24)
        self._open[hash_of(secret)] = OpenPairing(code=code, address=address, until_s=self._now() + LIFETIME_S)
        return code, secret

    def take(self, code: str) -> OpenPairing | None:
        """Return the pairing of a code, to the first who enters it; clear `is_taken` if no key could be made."""
        self._expire()
        found = next((each for each in self._open.values() if each.code == code and not each.is_taken), None)
        if found is not None:
            found.is_taken = True
        return found

    def claim(self, secret: str) -> OpenPairing | None:
        """Return the pairing of a secret, None if there is none; one that is confirmed ends with this."""
        self._expire()
        digest = hash_of(secret)
        found = self._open.get(digest)
        if found is not None and found.api_key is not None:
            del self._open[digest]
        return found

    def _expire(self) -> None:
        now_s = self._now()
        self._open = {digest: each for digest, each in self._open.items() if each.until_s > now_s}


def _new_code() -> str:
    return f"{secrets.randbelow(_CODES):06}"
