"""When a delivery is sent, and when it is sent again; pure: time and randomness are arguments."""

from collections import deque
from collections.abc import Iterable

from schemas.api.webhooks import RetryPolicy

JITTER = 0.2  # the share of a delay that is random, so that the receivers of many webhooks are not asked at the same time
HOURLY_LIMIT = 1000  # deliveries of one webhook (row N7 of the requirements)
HOUR_S = 3600.0


def delay_s(policy: RetryPolicy, attempts: int, random_unit: float, retry_after_s: float | None = None) -> float:
    """Return the seconds to wait after `attempts` requests that failed; at least what the receiver asked for, up to `max_backoff`."""
    # A power of a base of 60 would overflow after 173 retries, and no delay is that long.
    wanted_s = min(policy.max_backoff, policy.backoff_base ** min(attempts, 64))
    asked_s = 0.0 if retry_after_s is None else min(retry_after_s, policy.max_backoff)
    return max(asked_s, wanted_s * (1 - JITTER * random_unit))


class HourlyLimit:
    """At most `HOURLY_LIMIT` deliveries within any hour."""

    def __init__(self, times_s: Iterable[float] = ()) -> None:
        """Take over the times of earlier deliveries, in order."""
        self._times_s = deque(times_s, maxlen=HOURLY_LIMIT)

    def wait_s(self, now_s: float) -> float:
        """Return the seconds until the next delivery is allowed; 0 if it is now."""
        if len(self._times_s) < HOURLY_LIMIT:
            return 0.0
        return max(0.0, min(HOUR_S, self._times_s[0] + HOUR_S - now_s))

    def add(self, now_s: float) -> None:
        """Count a delivery."""
        self._times_s.append(now_s)
