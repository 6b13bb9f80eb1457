"""The limits of the server, and their way to the protocols of its connections."""

from typing import Any

import uvicorn

from dartd.config import Config
from dartd.web.connections.frame_budget import FrameBudget
from schemas.base import Value

_MORE_THAN_CLIENTS = 1000  # connections for requests, in addition to those of clients that stay


class ServerLimits(Value, frozen=True, kw_only=True):
    """What connections may use. `input_timeout_s`: in which a request, its body, and the first byte of a connection must arrive."""

    max_connections: int = 11_000
    max_per_address: int = 1_000_000
    max_message_bytes: int = 65_536
    messages_per_s: int = 20
    messages_at_once: int = 100
    input_timeout_s: float = 20.0
    stall_timeout_s: float = 30.0
    trusted_proxies: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: Config) -> "ServerLimits":
        """Return the configured limits."""
        server, ws = config.server, config.ws
        return cls(
            max_connections=ws.max_clients + _MORE_THAN_CLIENTS,
            max_per_address=server.max_connections_per_address,
            max_message_bytes=ws.max_message_bytes,
            messages_per_s=ws.messages_per_s,
            messages_at_once=ws.messages_at_once,
            stall_timeout_s=ws.stall_timeout_s,
            trusted_proxies=server.trusted_proxies,
        )


class ServerOptions(uvicorn.Config):
    """uvicorn's configuration with the limits; every protocol gets it as `config`."""

    def __init__(self, *arguments: Any, limits: ServerLimits, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.limits = limits
        self.frame_budget = FrameBudget()
