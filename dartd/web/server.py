"""Embedded uvicorn: the daemon owns sockets, signals and the task group; the server is one of its tasks."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator, Sequence

import anyio
import anyio.abc
import uvicorn
from starlette.types import ASGIApp

from dartd.web.connections.acceptor import Acceptor
from dartd.web.connections.address import TrustedProxies
from dartd.web.connections.connection_limit import ConnectionLease, ConnectionLimit
from dartd.web.connections.server_options import ServerLimits, ServerOptions
from dartd.web.head import HeadProtocol
from dartd.web.streams.protocol import WebSocketProtocol

_GRACE_S = 0.4
_BACKLOG = 2048
_PING_S = 20.0
_TICKS_PER_S = 10


class _Server(uvicorn.Server):
    """uvicorn's server without signal handlers, with a bounded number of connections and a bounded shutdown time."""

    def __init__(self, options: ServerOptions, tls: ssl.SSLContext | None) -> None:
        super().__init__(options)
        self._tls = tls
        self.accepting = asyncio.Event()
        self._stopping = asyncio.Event()
        self._options = options

    def stop(self) -> None:
        """Stop serving, now and not at the next tick."""
        self.should_exit = True
        self._stopping.set()

    async def main_loop(self) -> None:
        """Check connections until `stop`; uvicorn's own notices it up to a tick later."""
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1 / _TICKS_PER_S):
                    await self._stopping.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the daemon."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections and set `accepting`."""
        options, limits = self._options, self._options.limits
        limit = ConnectionLimit(
            max_connections=limits.max_connections,
            max_per_address=limits.max_per_address,
            trusted=TrustedProxies(limits.trusted_proxies),
        )
        self.servers = []
        self._acceptor = Acceptor(sockets or (), limit, self._make_protocol, tls=self._tls, handshake_timeout_s=limits.input_timeout_s)
        self._acceptor.start(options.backlog)
        self.started = True
        self.accepting.set()

    async def on_tick(self, counter: int) -> bool:
        """Check each connection once per second; return whether to stop."""
        if counter % _TICKS_PER_S == 0:
            now_s = asyncio.get_running_loop().time()
            for connection in tuple(self.server_state.connections):
                if isinstance(connection, HeadProtocol | WebSocketProtocol):
                    connection.check(now_s)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close WebSockets with 1012 and finish open responses; abort the remaining connections after `_GRACE_S`."""
        self._acceptor.stop()
        if not self.server_state.connections:  # uvicorn would wait for them all the same
            for each in sockets or ():
                each.close()
            return
        force = asyncio.get_running_loop().call_later(_GRACE_S, self._drop_all)
        try:
            await super().shutdown(sockets)
        finally:
            force.cancel()

    def _drop_all(self) -> None:
        for connection in tuple(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()

    def _make_protocol(self, lease: ConnectionLease) -> HeadProtocol:
        protocol = HeadProtocol(self._options, self.server_state, self.lifespan.state)
        protocol.lease = lease
        return protocol


def _options(app: ASGIApp, limits: ServerLimits) -> ServerOptions:
    return ServerOptions(
        app,
        limits=limits,
        http=HeadProtocol,
        ws=WebSocketProtocol,
        ws_max_size=limits.max_message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_PING_S,
        lifespan="off",
        proxy_headers=False,  # see ForwardedHeaders
        # uvicorn logs query strings at INFO and headers at DEBUG, and both may contain tokens.
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        backlog=_BACKLOG,
    )


async def serve(
    app: ASGIApp,
    sockets: Sequence[socket.socket],
    *,
    limits: ServerLimits = ServerLimits(),  # noqa: B008  frozen
    tls: ssl.SSLContext | None = None,
    task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Serve on these bound sockets until cancelled; then stop within a second. Calls `started()` once connections are accepted.

    `tls`: the context with the certificate; None: plain HTTP.
    """
    for each in sockets:
        # asyncio disables Nagle's algorithm only on sockets that name their protocol; accepted sockets inherit the option from here.
        if each.family in {socket.AF_INET, socket.AF_INET6}:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = _Server(_options(app, limits), tls)

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
            server.stop()
