"""What is usual: the mean of a figure, learnt over time."""

from typing import Final

import msgspec

READY: Final = 40  # values: with fewer, nothing is compared with a baseline


class Baseline(msgspec.Struct):
    """An exponentially weighted mean; the first values are averaged."""

    mean: float = 0.0
    count: int = 0

    def learn(self, value: float, weight: float) -> None:
        """Take another value in, with at least this weight."""
        self.count += 1
        self.mean += max(weight, 1 / self.count) * (value - self.mean)

    @property
    def usual(self) -> float | None:
        """Return the usual value, None before enough was learnt."""
        return self.mean if self.count >= READY else None
