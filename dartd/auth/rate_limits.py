"""How often each caller may ask: the generic cell rate algorithm, one moment for each caller, written to the store behind the answers.

A caller may ask `limit` times at once, and gets one more turn every 60/`limit` seconds. The moment kept is the one at which the whole
limit is free again.
"""

import math
import time
from collections.abc import Callable, Mapping

from dartd.store.database import Database
from dartd.store.limits import keep_limits, load_limits
from schemas.base import Value

WINDOW_S = 60.0
MAX_CALLERS = 20_000  # full: those whose limit is free again are forgotten, then the ones that have used least


class Verdict(Value, frozen=True, kw_only=True):
    """What a caller has left. `retry_after_s` above 0: not now."""

    limit: int
    remaining: int
    full_at_s: float
    retry_after_s: float = 0.0

    def headers(self, now_s: float) -> dict[str, str]:
        """Tell it as headers: those everybody knows, and those of the IETF draft."""
        wait_s = max(0, math.ceil(self.full_at_s - now_s))
        told = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(self.full_at_s)),
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW_S:.0f}',
            "RateLimit": f'"default";r={self.remaining};t={wait_s}',
        }
        return told | ({"Retry-After": str(max(1, math.ceil(self.retry_after_s)))} if self.retry_after_s else {})


class Limits:
    """Everybody's use of the limits; `classes` gives the requests a minute of each rate class."""

    def __init__(self, classes: Mapping[str, int], *, admin_factor: int = 10, now: Callable[[], float] = time.time) -> None:
        self.classes = dict(classes)
        self.admin_factor = admin_factor
        self.now = now
        self._full_at_s: dict[str, float] = {}
        self._changed: set[str] = set()

    def take(self, caller: str, limit: int) -> Verdict:
        """Count one request of a caller, unless he has to wait."""
        now_s = self.now()
        step_s = WINDOW_S / limit
        full_at_s = min(max(self._full_at_s.get(caller, now_s), now_s), now_s + WINDOW_S)  # also when the clock was set back
        after_s = full_at_s + step_s
        if after_s - now_s > WINDOW_S + 1e-6:
            return Verdict(limit=limit, remaining=0, full_at_s=full_at_s, retry_after_s=after_s - now_s - WINDOW_S)
        self._full_at_s[caller] = after_s
        self._changed.add(caller)
        if len(self._full_at_s) > MAX_CALLERS:
            self._forget(now_s)
        return Verdict(limit=limit, remaining=int((WINDOW_S - (after_s - now_s)) / step_s + 1e-6), full_at_s=after_s)

    async def load(self, database: Database) -> None:
        """Remember what was used before a restart."""
        now_s = self.now()
        self._full_at_s.update(await database.query(lambda connection: load_limits(connection, now_s)))

    async def flush(self, database: Database) -> None:
        """Write what was used since the last time."""
        changed = {caller: self._full_at_s[caller] for caller in self._changed if caller in self._full_at_s}
        self._changed.clear()
        if changed:
            now_s = self.now()
            await database.change(lambda connection: keep_limits(connection, changed, now_s))

    def _forget(self, now_s: float) -> None:
        kept = sorted(((full_at_s, caller) for caller, full_at_s in self._full_at_s.items() if full_at_s > now_s), reverse=True)
        self._full_at_s = {caller: full_at_s for full_at_s, caller in kept[: MAX_CALLERS // 2]}
