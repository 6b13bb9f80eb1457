"""Times at which something happens to a match by itself."""


class Timers:
    """One time for each match that waits, in media time: `delay_s` after it began to wait."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._due_s: dict[str, float] = {}

    @property
    def deadline(self) -> float | None:
        """Return the earliest time, None when no match waits."""
        return min(self._due_s.values(), default=None)

    def watch(self, match_id: str, now: float, *, waits: bool) -> None:
        """Note whether a match waits; one that did already keeps its time."""
        if not waits:
            self._due_s.pop(match_id, None)
        else:
            self._due_s.setdefault(match_id, now + self._delay_s)

    def take_due(self, now: float) -> list[str]:
        """Return the matches whose time has come, the earliest first; they wait no more."""
        due = sorted((at_s, match_id) for match_id, at_s in self._due_s.items() if at_s <= now)
        for _, match_id in due:
            del self._due_s[match_id]
        return [match_id for _, match_id in due]

    def clear(self) -> None:
        """Forget every time."""
        self._due_s.clear()
