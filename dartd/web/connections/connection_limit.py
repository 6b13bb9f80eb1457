"""The limit of open connections: in all, by the file descriptors that are left, and per address."""

import logging
import resource
from collections import Counter

from dartd.web.connections.address import TrustedProxies, client_group

_log = logging.getLogger(__name__)

# Descriptors that no connection gets, so that files, pipes of cameras and the database can always be opened: an eighth of all, within these
# bounds. A daemon with three cameras has 35 open (ls /proc/PID/fd); restarting a camera takes 8 more for a moment.
_RESERVED_MIN = 16
_RESERVED_MAX = 64
_SHARE = 0.75  # of all connections, the most that one address gets: others must always find some


def raise_descriptor_limit() -> None:
    """Raise the limit of open files to the hard limit: each client needs one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError) as error:
            _log.warning("the limit of open files stays at %s: %s", soft, error)


class ConnectionLease:
    """One open connection that is counted until it is released."""

    __slots__ = ("_group", "_limit")

    def __init__(self, limit: "ConnectionLimit", group: str | None) -> None:
        self._limit: ConnectionLimit | None = limit
        self._group = group

    def release(self) -> None:
        """Count the connection no longer; any further call has no effect."""
        if self._limit is not None:
            self._limit.release(self._group)
            self._limit = None


class ConnectionLimit:
    """Counts open connections. Those of trusted proxies and UNIX sockets are limited only in all."""

    def __init__(self, *, max_connections: int, max_per_address: int, trusted: TrustedProxies, max_descriptors: int | None = None) -> None:
        limit = max_descriptors or resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._max_descriptor = limit - min(_RESERVED_MAX, max(_RESERVED_MIN, limit // 8))
        self._max_connections = max_connections
        self._max_per_address = max(1, min(max_per_address, int(_SHARE * min(max_connections, self._max_descriptor))))
        self._trusted = trusted
        self._by_group: Counter[str] = Counter()
        self.open = 0
        self.refused = 0

    def acquire(self, address: str | None, descriptor: int) -> ConnectionLease | None:
        """Count a connection; None if it must be closed. A new descriptor is the lowest free one, so it shows how many are in use."""
        group = None if address is None or address in self._trusted else client_group(address)
        if self.open >= self._max_connections or descriptor >= self._max_descriptor:
            self._refuse("too many connections: %s are open", self.open)
            return None
        if group is not None and self._by_group[group] >= self._max_per_address:
            self._refuse("too many connections from %s", group)
            return None
        self.open += 1
        if group is not None:
            self._by_group[group] += 1
        return ConnectionLease(self, group)

    def release(self, group: str | None) -> None:
        """Forget a connection."""
        self.open -= 1
        if group is not None:
            self._by_group[group] -= 1
            if self._by_group[group] <= 0:
                del self._by_group[group]

    def _refuse(self, message: str, value: object) -> None:
        self.refused += 1
        _log.warning(message, value)  # repeated lines are limited by the log
