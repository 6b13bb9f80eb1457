"""Who is connected, and whether there is a seat for one more."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from dartd.runtime.hub.subscription import Subscription
from dartd.web.connections.admission import Pace
from dartd.web.connections.presence import Presences


@dataclass(slots=True)
class Listener:
    """One client: who it is, since when (a wall timestamp) and how it listens (`websocket` or `events`)."""

    client_id: str
    name: str
    address: str
    transport: Literal["websocket", "events"]
    connected_at: str
    subscription: Subscription


class Clients:
    """Counts connections against `max_clients`; one more than that is told to come back later."""

    def __init__(self, max_clients: int) -> None:
        self.max_clients = max_clients
        self.connected = 0
        self.refused = 0
        self.served = 0
        self.stalled = 0
        self.listeners: dict[str, Listener] = {}
        self.presence = Presences()
        self.pace = Pace()
        self._numbers = itertools.count(1)

    @contextmanager
    def seat(self) -> Iterator[bool]:
        """Take a seat while the block runs; False when all are taken."""
        if self.connected >= self.max_clients:
            self.refused += 1
            yield False
            return
        self.connected += 1
        self.served += 1
        try:
            yield True
        finally:
            self.connected -= 1

    def next_id(self) -> str:
        """Name a client, as nobody was named since the start."""
        return f"c{next(self._numbers)}"

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Know a client while the block runs."""
        self.listeners[listener.client_id] = listener
        try:
            yield
        finally:
            del self.listeners[listener.client_id]
            self.presence.leave(listener.client_id)
