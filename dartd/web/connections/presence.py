"""Presence: who lets others see which topic he watches. Told a moment after somebody came or went, the many changes of it at once."""

import asyncio
from collections.abc import Callable

from schemas.events import Presence, Watcher

MAX_TOPICS = 8  # that one client may be seen at
MAX_TOLD = 100  # watchers named in one message; the count has all
COALESCE_S = 0.5

Tell = Callable[[Presence], None]


class Presences:
    """Who is seen where. Nobody is, unless he asks for it."""

    def __init__(self) -> None:
        self._watchers: dict[str, dict[str, str]] = {}
        self._seen: dict[str, set[str]] = {}
        self._changed: set[str] = set()
        self._tell: Tell | None = None

    def watching(self, watched: str) -> Presence:
        """Say who watches a topic."""
        names = self._watchers.get(watched, {})
        told = tuple(Watcher(client_id=client_id, name=name) for client_id, name in list(names.items())[:MAX_TOLD])
        return Presence(watched=watched, count=len(names), watchers=told)

    def appear(self, client_id: str, watched: str, name: str, tell: Tell) -> bool:
        """Let a client be seen watching a topic; False when it is seen at too many already."""
        self._tell = tell
        topics = self._seen.setdefault(client_id, set())
        if watched not in topics and len(topics) >= MAX_TOPICS:
            return False
        topics.add(watched)
        self._watchers.setdefault(watched, {})[client_id] = name
        self._note(watched)
        return True

    def disappear(self, client_id: str, watched: str) -> None:
        """Let a client be seen there no more."""
        topics = self._seen.get(client_id, set())
        topics.discard(watched)
        if not topics:
            self._seen.pop(client_id, None)
        watchers = self._watchers.get(watched, {})
        if watchers.pop(client_id, None) is not None:
            self._note(watched)
        if not watchers:
            self._watchers.pop(watched, None)

    def leave(self, client_id: str) -> None:
        """Forget a client that is gone."""
        for watched in tuple(self._seen.get(client_id, ())):
            self.disappear(client_id, watched)

    def _note(self, watched: str) -> None:
        if not self._changed:
            asyncio.get_running_loop().call_later(COALESCE_S, self._tell_all)
        self._changed.add(watched)

    def _tell_all(self) -> None:
        changed, self._changed = self._changed, set()
        for watched in sorted(changed):
            if self._tell is not None:
                self._tell(self.watching(watched))
