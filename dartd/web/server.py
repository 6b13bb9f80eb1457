"""uvicorn, embedded: the daemon owns the sockets, the signals and the task group; the server is one task of it."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import anyio
import anyio.abc
import uvicorn
from starlette.types import ASGIApp

from dartd.web.head import HeadProtocol
from dartd.web.streams.transport import WireProtocol

_GRACE_S = 0.4
_BACKLOG = 2048
_PING_S = 20.0


class _Server(uvicorn.Server):
    """uvicorn's server without its hand on the signals, and with an end that no client can delay."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the daemon."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the doors, and say so."""
        await super().startup(sockets)
        self.accepting.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close WebSockets with 1012 and answer what is under way; soon drop whoever does not take it."""
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
    """Serve on these bound sockets until cancelled; then stop within a second. `started()` once connections are accepted.

    `tls` are the files of certificate and key; without them HTTP is plain.
    """
    for each in sockets:
        # asyncio switches Nagle's algorithm off only where the socket names its protocol; accepted sockets inherit it from here.
        if each.family in {socket.AF_INET, socket.AF_INET6}:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = _Server(
        uvicorn.Config(
            app,
            http=HeadProtocol,
            ws=WireProtocol,
            ws_max_size=max_message_bytes,
            ws_per_message_deflate=False,
            ws_ping_interval=_PING_S,
            ws_ping_timeout=_PING_S,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
            lifespan="off",
            # uvicorn logs paths with their query at INFO and headers at DEBUG: tokens. Only what is wrong is wanted of it.
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            backlog=_BACKLOG,
        )
    )

    async def run() -> None:
        # The server ends in its own time (below a second), when it is told to; a cancellation would leave clients without a word.
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
