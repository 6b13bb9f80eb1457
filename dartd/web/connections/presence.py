"""Presence: which clients watch which topic, for clients that opt in. Changes are coalesced before they are published."""

import asyncio
from collections.abc import Callable

from schemas.events import Presence, Watcher

MAX_TOPICS = 8  # per client
MAX_NAMED = 100  # watchers listed in one message; the count includes all
COALESCE_S = 0.5

Publish = Callable[[Presence], None]


class PresenceRegistry:
    """The watchers of each topic; only clients that opt in are listed."""

    def __init__(self) -> None:
        self._watchers: dict[str, dict[str, str]] = {}
        self._topics_of: dict[str, set[str]] = {}
        self._changed: set[str] = set()
        self._publish: Publish | None = None

    def watching(self, watched: str) -> Presence:
        """Return the watchers of a topic."""
        names = self._watchers.get(watched, {})
        named = tuple(Watcher(client_id=client_id, name=name) for client_id, name in list(names.items())[:MAX_NAMED])
        return Presence(watched=watched, count=len(names), watchers=named)

    def add(self, client_id: str, watched: str, name: str, publish: Publish) -> bool:
        """List a client as watcher of a topic; return False if it watches MAX_TOPICS already."""
        self._publish = publish
        topics = self._topics_of.setdefault(client_id, set())
        if watched not in topics and len(topics) >= MAX_TOPICS:
            return False
        topics.add(watched)
        self._watchers.setdefault(watched, {})[client_id] = name
        self._mark_changed(watched)
        return True

    def remove(self, client_id: str, watched: str) -> None:
        """Remove a client from the watchers of a topic."""
        topics = self._topics_of.get(client_id, set())
        topics.discard(watched)
        if not topics:
            self._topics_of.pop(client_id, None)
        watchers = self._watchers.get(watched, {})
        if watchers.pop(client_id, None) is not None:
            self._mark_changed(watched)
        if not watchers:
            self._watchers.pop(watched, None)

    def remove_client(self, client_id: str) -> None:
        """Remove a client from all topics."""
        for watched in tuple(self._topics_of.get(client_id, ())):
            self.remove(client_id, watched)

    def _mark_changed(self, watched: str) -> None:
        if not self._changed:
            asyncio.get_running_loop().call_later(COALESCE_S, self._publish_all)
        self._changed.add(watched)

    def _publish_all(self) -> None:
        changed, self._changed = self._changed, set()
        for watched in sorted(changed):
            if self._publish is not None:
                self._publish(self.watching(watched))
