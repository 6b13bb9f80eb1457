"""Rate limits by the generic cell rate algorithm: one timestamp per caller, which the daemon writes to the store in the background.

A caller may send `limit` requests at once and regains one every 60/`limit` seconds. The timestamp kept is the time at which the whole
limit is available again: monotonic, so that setting the clock changes no limit; stored and sent to clients as wall-clock time.
"""

import math
import time
from collections.abc import Callable, Mapping

from dartd.auth.principal import Principal
from schemas.base import Value

WINDOW_S = 60.0
MAX_CALLERS = 20_000  # if exceeded, callers whose limit is fully available are dropped first, then those that have used the least


class RateLimitState(Value, frozen=True, kw_only=True):
    """The limit of a caller after a request; it is fully available in `full_in_s`. `retry_after_s` > 0: the request was rejected."""

    limit: int
    remaining: int
    full_in_s: float
    retry_after_s: float = 0.0

    def headers(self, at_s: float) -> dict[str, str]:
        """Return the `X-RateLimit-*` headers and the `RateLimit` fields of the IETF draft; `at_s` is the current wall-clock time."""
        wait_s = math.ceil(self.full_in_s)
        fields = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(at_s + self.full_in_s)),
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW_S:.0f}',
            "RateLimit": f'"default";r={self.remaining};t={wait_s}',
        }
        return fields | ({"Retry-After": str(max(1, math.ceil(self.retry_after_s)))} if self.retry_after_s else {})


class RateLimiter:
    """Counts requests per caller; `classes` maps each rate class to its requests per minute. `now` is monotonic, `wall` is not."""

    def __init__(
        self,
        classes: Mapping[str, int],
        *,
        admin_factor: int = 10,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.classes = dict(classes)
        self.admin_factor = admin_factor
        self.wall = wall
        self._now = now
        self._full_at_s: dict[str, float] = {}
        self._changed: set[str] = set()

    def change(self, classes: Mapping[str, int], *, admin_factor: int) -> None:
        """Change the limits from the next request on; what callers have used counts on."""
        self.classes, self.admin_factor = dict(classes), admin_factor

    def limit_of(self, rate: str, principal: Principal | None) -> int:
        """Return the requests per minute of a caller in a rate class; None: a caller whose token is not valid."""
        limit = self.classes[rate]
        if principal is None:
            return limit
        if rate == "default" and principal.rate_limit is not None:
            return principal.rate_limit
        return limit * self.admin_factor if principal.role == "admin" else limit

    def acquire(self, caller: str, limit: int) -> RateLimitState:
        """Count one request of a caller unless its limit is used up."""
        now_s = self._now()
        step_s = WINDOW_S / limit
        full_at_s = max(self._full_at_s.get(caller, now_s), now_s)
        after_s = full_at_s + step_s
        if after_s - now_s > WINDOW_S + 1e-6:
            return RateLimitState(limit=limit, remaining=0, full_in_s=full_at_s - now_s, retry_after_s=after_s - now_s - WINDOW_S)
        self._full_at_s[caller] = after_s
        self._changed.add(caller)
        if len(self._full_at_s) > MAX_CALLERS:
            self._forget(now_s)
        return RateLimitState(limit=limit, remaining=int((WINDOW_S - (after_s - now_s)) / step_s + 1e-6), full_in_s=after_s - now_s)

    def take_over(self, stored: Mapping[str, float]) -> None:
        """Take over the usage from before a restart: when each limit is full again, in wall-clock time."""
        now_s, wall_s = self._now(), self.wall()
        self._full_at_s |= {caller: now_s + min(full_at_s - wall_s, WINDOW_S) for caller, full_at_s in stored.items()}

    def changed(self) -> dict[str, float]:
        """Return the usage that has changed since the last call, to be stored: when each limit is full again, in wall-clock time."""
        offset_s = self.wall() - self._now()
        changed = {caller: self._full_at_s[caller] + offset_s for caller in self._changed if caller in self._full_at_s}
        self._changed.clear()
        return changed

    def _forget(self, now_s: float) -> None:
        kept = sorted(((full_at_s, caller) for caller, full_at_s in self._full_at_s.items() if full_at_s > now_s), reverse=True)
        self._full_at_s = {caller: full_at_s for full_at_s, caller in kept[: MAX_CALLERS // 2]}
