"""Embedded uvicorn: the daemon owns sockets, signals and the task group; the server is one of its tasks."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import anyio
import anyio.abc
import uvicorn
from starlette.types import ASGIApp

from dartd.web.head import HeadProtocol
from dartd.web.streams.transport import ClientTransportProtocol

_GRACE_S = 0.4
_BACKLOG = 2048
_PING_S = 20.0


class _Server(uvicorn.Server):
    """uvicorn's server without signal handlers and with a bounded shutdown time."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the daemon."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections and set `accepting`."""
        await super().startup(sockets)
        self.accepting.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close WebSockets with 1012 and finish open responses; abort the remaining connections after `_GRACE_S`."""
        force = asyncio.get_running_loop().call_later(_GRACE_S, self._drop_all)
        try:
            await super().shutdown(sockets)
        finally:
            force.cancel()

    def _drop_all(self) -> None:
        for connection in tuple(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()


async def serve(
    app: ASGIApp,
    sockets: Sequence[socket.socket],
    *,
    max_message_bytes: int = 65_536,
    tls: tuple[str, str] | None = None,
    task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Serve on these bound sockets until cancelled; then stop within a second. Calls `started()` once connections are accepted.

    `tls`: the paths of certificate and key; None: plain HTTP.
    """
    for each in sockets:
        # asyncio disables Nagle's algorithm only on sockets that name their protocol; accepted sockets inherit the option from here.
        if each.family in {socket.AF_INET, socket.AF_INET6}:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = _Server(
        uvicorn.Config(
            app,
            http=HeadProtocol,
            ws=ClientTransportProtocol,
            ws_max_size=max_message_bytes,
            ws_per_message_deflate=False,
            ws_ping_interval=_PING_S,
            ws_ping_timeout=_PING_S,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
            lifespan="off",
            # uvicorn logs query strings at INFO and headers at DEBUG, and both may contain tokens.
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            backlog=_BACKLOG,
        )
    )

    async def run() -> None:
        # On `should_exit` the server stops by itself in less than a second; a cancellation would skip the close frames.
        with anyio.CancelScope(shield=True):
            await server.serve(sockets=list(sockets))
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        try:
            await server.accepting.wait()
            task_status.started()
            await anyio.sleep_forever()
        finally:
            server.should_exit = True
