"""The outlets that follow the journal to servers elsewhere, such as brokers: whether each is connected, and how far it is.

An outlet declares itself once with `OutletStates.add` and reports to what it gets. Metrics, `/health` and the alert `outlet_down` follow.
"""

from collections.abc import Callable

from dartd.config import redact_url
from dartd.figures import OutletFigures
from dartd.runtime.hub.hub import GapError


class OutletState:
    """One outlet. It is away until it is connected for the first time; `now` is in monotonic seconds."""

    def __init__(self, name: str, where: str, now: Callable[[], float]) -> None:
        self._name = name
        self._where = redact_url(where)
        self._now = now
        self._away_since_s: float | None = now()
        self._problem = ""
        self._position: int | None = None
        self._published = 0
        self._dropped = 0

    def connected(self) -> None:
        """Note that the server takes events."""
        self._away_since_s, self._problem = None, ""

    def lost(self, problem: object = "") -> None:
        """Note that the server is away, and why."""
        if self._away_since_s is None:
            self._away_since_s = self._now()
        self._problem = str(problem)

    def moved(self, position: int, published: int = 0) -> None:
        """Note the seq up to which nothing waits, and how many events the server has taken since the last call."""
        self._position = position
        self._published += published

    def dropped(self, gap: GapError) -> int:
        """Count the events that were deleted by age before the server took them; return the seq behind which it goes on."""
        seq = max(gap.requested, gap.oldest - 1)
        self._dropped += seq - gap.requested
        self._position = seq
        return seq

    def refused(self) -> None:
        """Count an event that the server cannot take."""
        self._dropped += 1

    def figures(self, last_seq: int) -> OutletFigures:
        """Return the figures of now; `last_seq` is that of the last event."""
        away_s = 0.0 if self._away_since_s is None else max(0.001, self._now() - self._away_since_s)
        return OutletFigures(
            name=self._name,
            where=self._where,
            away_s=away_s,
            waiting=0 if self._position is None else max(0, last_seq - self._position),
            published=self._published,
            dropped=self._dropped,
            problem=self._problem,
        )


class OutletStates:
    """All outlets of a daemon; `last_seq` returns the seq of the last event, `now` monotonic seconds."""

    def __init__(self, last_seq: Callable[[], int], now: Callable[[], float]) -> None:
        self._last_seq = last_seq
        self._now = now
        self._states: dict[str, OutletState] = {}

    def add(self, name: str, where: str) -> OutletState:
        """Declare an outlet by its name (`mqtt`), which is a label of metrics, and the address of its server."""
        self._states[name] = OutletState(name, where, self._now)
        return self._states[name]

    def figures(self) -> tuple[OutletFigures, ...]:
        """Return the figures of each outlet."""
        last_seq = self._last_seq()
        return tuple(state.figures(last_seq) for state in self._states.values())
