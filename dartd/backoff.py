"""How long to wait before trying again, and how often something was tried of late. Time and chance arrive as arguments."""

from collections import deque


class Backoff:
    """Waits that grow by a factor from the first to the longest, each spread by chance so that many do not try at once."""

    def __init__(self, first_s: float, factor: float = 2.0, max_s: float = 60.0, jitter: float = 0.2) -> None:
        """Set the waits up.

        Args:
            first_s: the first wait, more than 0.
            factor: how much longer each wait is than the one before, at least 1.
            max_s: no wait is longer, at least `first_s`.
            jitter: the share of a wait that chance takes away, 0 to 1.

        Raises:
            ValueError: an argument is out of its bounds.
        """
        if not (0 < first_s <= max_s and factor >= 1 and 0 <= jitter <= 1):
            raise ValueError(f"no backoff goes from {first_s} s by {factor} to {max_s} s with jitter {jitter}")
        self._first_s = first_s
        self._factor = factor
        self._max_s = max_s
        self._jitter = jitter
        self._wait_s = first_s

    def next(self, random_unit: float) -> float:
        """Give the next wait in seconds; `random_unit` is chance from 0 to 1 and takes up to the jitter's share away."""
        wait_s = self._wait_s
        self._wait_s = min(wait_s * self._factor, self._max_s)
        return wait_s * (1 - self._jitter * random_unit)

    def reset(self) -> None:
        """Start over with the first wait: it worked."""
        self._wait_s = self._first_s


class RestartWindow:
    """Counts what happened within the last seconds, and says when it was too often."""

    def __init__(self, limit: int, window_s: float) -> None:
        """Allow `limit` times within any `window_s` seconds.

        Raises:
            ValueError: the limit or the window is not more than 0.
        """
        if limit < 1 or window_s <= 0:
            raise ValueError(f"no window allows {limit} times in {window_s} s")
        self._window_s = window_s
        self._limit = limit
        self._times: deque[float] = deque(maxlen=limit + 1)

    def add(self, now: float) -> bool:
        """Note that it happened now; True while it is within the limit."""
        self._times.append(now)
        return not self.is_exceeded(now)

    def count(self, now: float) -> int:
        """Count how often it happened within the window that ends now, up to one more than the limit."""
        return sum(time > now - self._window_s for time in self._times)

    def is_exceeded(self, now: float) -> bool:
        """Say whether it happened more often than allowed."""
        return self.count(now) > self._limit
