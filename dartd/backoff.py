"""Backoff of retries and a limit of restarts; pure: time and randomness are arguments."""

from collections import deque


class Backoff:
    """Delays that grow by a factor up to a maximum, with random jitter so that many clients do not retry at once."""

    def __init__(self, first_s: float, factor: float = 2.0, max_s: float = 60.0, jitter: float = 0.2) -> None:
        """Set up the delays.

        Args:
            first_s: the first delay, > 0.
            factor: ratio of consecutive delays, >= 1.
            max_s: the longest delay, >= `first_s`.
            jitter: the share of a delay that is random, 0 to 1.

        Raises:
            ValueError: an argument is out of its bounds.
        """
        if not (0 < first_s <= max_s and factor >= 1 and 0 <= jitter <= 1):
            raise ValueError(f"invalid backoff: first_s {first_s}, factor {factor}, max_s {max_s}, jitter {jitter}")
        self._first_s = first_s
        self._factor = factor
        self._max_s = max_s
        self._jitter = jitter
        self._wait_s = first_s

    def next(self, random_unit: float) -> float:
        """Return the next delay in seconds; `random_unit` from 0 to 1 shortens it by up to the jitter."""
        wait_s = self._wait_s
        self._wait_s = min(wait_s * self._factor, self._max_s)
        return wait_s * (1 - self._jitter * random_unit)

    def reset(self) -> None:
        """Start again with the first delay."""
        self._wait_s = self._first_s


class RestartWindow:
    """Counts occurrences within a sliding window and checks a limit."""

    def __init__(self, limit: int, window_s: float) -> None:
        """Allow `limit` times within any `window_s` seconds.

        Raises:
            ValueError: the limit or the window is not positive.
        """
        if limit < 1 or window_s <= 0:
            raise ValueError(f"invalid window: limit {limit}, window_s {window_s}")
        self._window_s = window_s
        self._limit = limit
        self._times: deque[float] = deque(maxlen=limit + 1)

    def add(self, now: float) -> bool:
        """Record an occurrence; return True while the limit is not exceeded."""
        self._times.append(now)
        return not self.is_exceeded(now)

    def count(self, now: float) -> int:
        """Return the number of occurrences within the window that ends now, at most limit + 1."""
        return sum(time > now - self._window_s for time in self._times)

    def is_exceeded(self, now: float) -> bool:
        """Return whether the limit is exceeded."""
        return self.count(now) > self._limit
