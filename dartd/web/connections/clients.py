"""The connected clients and the limit of connections."""

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from dartd.runtime.hub.subscription import Subscription
from dartd.web.connections.admission import AdmissionLimiter
from dartd.web.connections.presence import PresenceRegistry

_SHARE = 0.75  # of all slots, the most that one caller (a user, a key, or an address without either) gets


@dataclass(slots=True)
class ConnectedClient:
    """One connected client: identity, connection time (a wall-clock timestamp) and transport (`websocket` or `events`)."""

    client_id: str
    name: str
    address: str
    transport: Literal["websocket", "events"]
    connected_at: str
    subscription: Subscription


class Clients:
    """Counts connections against `max_clients` and registers connected clients."""

    def __init__(self, max_clients: int) -> None:
        self.max_clients = max_clients
        self.connected = 0
        self.refused = 0
        self.served = 0
        self.stalled = 0
        self.by_id: dict[str, ConnectedClient] = {}
        self.presence = PresenceRegistry()
        self.admission = AdmissionLimiter()
        self._numbers = itertools.count(1)
        self._by_caller: Counter[str] = Counter()
        self._max_per_caller = math.ceil(_SHARE * max_clients)

    @contextmanager
    def slot(self, caller: str) -> Iterator[bool]:
        """Reserve a connection slot while the block runs; yield False if all, or all of the caller's share, are in use."""
        if self.connected >= self.max_clients or self._by_caller[caller] >= self._max_per_caller:
            self.refused += 1
            yield False
            return
        self.connected += 1
        self.served += 1
        self._by_caller[caller] += 1
        try:
            yield True
        finally:
            self.connected -= 1
            self._by_caller[caller] -= 1
            if not self._by_caller[caller]:
                del self._by_caller[caller]

    def next_id(self) -> str:
        """Return a client id that is unique since the start."""
        return f"c{next(self._numbers)}"

    @contextmanager
    def registered(self, listener: ConnectedClient) -> Iterator[None]:
        """Register a client while the block runs."""
        self.by_id[listener.client_id] = listener
        try:
            yield
        finally:
            del self.by_id[listener.client_id]
            self.presence.remove_client(listener.client_id)
