"""The services of a relay that is not connected."""

from typing import Any

from dartd.auth.rate_limits import RateLimiter
from dartd.config import AuthConfig, Config
from dartd.relay.boards import Boards
from dartd.relay.feed import Feed
from dartd.relay.history import StreamHistory
from dartd.relay.services import RelayServices
from dartd.reload import rate_classes
from dartd.web.connections.clients import Clients


def relay_services(**auth: Any) -> RelayServices:
    """Return services without a connection and without boards."""
    config = Config(auth=AuthConfig(**auth))
    clients, history = Clients(10), StreamHistory("DARTD", "main")
    boards = Boards(history, clients, 16, lambda: 0.0)
    return RelayServices(
        config=config,
        version="0.0",
        boards=boards,
        history=history,
        feed=Feed(config.nats, boards, history),
        clients=clients,
        limits=RateLimiter(rate_classes(config)),
        started_at_s=0.0,
        now=lambda: 0.0,
    )
