"""The dependencies of the routes of a relay."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from dartd.auth.permissions import ANONYMOUS
from dartd.auth.principal import Principal
from dartd.auth.rate_limits import RateLimiter
from dartd.config import Config
from dartd.relay.boards import Boards
from dartd.relay.feed import Feed
from dartd.relay.history import StreamHistory
from dartd.web.clock import wall_timestamp
from dartd.web.connections.clients import Clients
from schemas.base import Event
from schemas.codec import encode_wire

_READER = Principal(permissions=ANONYMOUS)
_STRANGER = Principal(permissions=frozenset())
READER_KINDS = _READER.kinds  # one set for all viewers: a thousand copies are two megabytes


@dataclass(frozen=True, kw_only=True)
class RelayServices:
    """All of them. `started_at_s` and `now` are monotonic seconds."""

    config: Config
    version: str
    boards: Boards
    history: StreamHistory
    feed: Feed
    clients: Clients
    limits: RateLimiter
    started_at_s: float
    now: Callable[[], float]
    timestamp: Callable[[], str] = field(default=wall_timestamp)

    def viewer(self, token: str | None) -> Principal:
        """Return what a caller may read: what anyone may read of a board, if that is allowed or the token is `auth.token`.

        The tokens of boards are known to the boards alone: they are checked where a command is executed.
        """
        auth = self.config.auth
        is_known = auth.token is not None and token is not None and hmac.compare_digest(auth.token.encode(), token.encode())
        return _READER if auth.anonymous_reads or is_known else _STRANGER

    def encode(self, event: Event) -> bytes:
        """Encode an event that is not journalled."""
        return encode_wire(event, {"timestamp": self.timestamp()})
