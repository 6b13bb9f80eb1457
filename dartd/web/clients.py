"""How many WebSocket clients are connected, and whether there is a seat for one more."""

from collections.abc import Iterator
from contextlib import contextmanager


class Clients:
    """Counts connections against `max_clients`; one more than that is told to come back later."""

    def __init__(self, max_clients: int) -> None:
        self.max_clients = max_clients
        self.connected = 0
        self.refused = 0
        self.served = 0
        self.stalled = 0

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
