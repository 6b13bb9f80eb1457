"""Delays of logins: wrong passwords slow down further attempts on the account, except from addresses that it was used from.

Nothing is denied here: wrong passwords of others must not lock the owner of an account out. The number of attempts of one address has its
own limit.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

STEP_S = 0.5  # more delay for each wrong password beyond the limit
MAX_DELAY_S = 5.0
_KEPT = 4096  # accounts with wrong passwords, and pairs of account and address that logged in; the oldest are dropped first


class LoginThrottle:
    """Counts wrong passwords per account; `per_minute` of them are free, and are forgotten at this rate."""

    def __init__(self, per_minute: int = 10, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._wrong: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def delay_s(self, account: str, address: str) -> float:
        """Return how long to wait before a password is verified."""
        if (account, address) in self._known:
            return 0.0
        beyond = self._count(account) - self._per_minute + 1
        return min(MAX_DELAY_S, max(0.0, beyond) * STEP_S)

    def failed(self, account: str, address: str) -> None:
        """Count a wrong password; those of addresses that the account was used from do not delay others."""
        if (account, address) not in self._known:
            _keep(self._wrong, account, (self._count(account) + 1, self._now()))

    def succeeded(self, account: str, address: str) -> None:
        """Remember that the account was used from this address."""
        _keep(self._known, (account, address), None)

    def _count(self, account: str) -> float:
        count, at_s = self._wrong.get(account, (0.0, 0.0))
        return max(0.0, count - (self._now() - at_s) * self._per_minute / 60)


def _keep(kept: "OrderedDict[K, V]", key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
