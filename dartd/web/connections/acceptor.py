"""Accepting connections: a few per iteration of the event loop, none beyond the limit, and with a deadline for the TLS handshake."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Sequence

from dartd.web.connections.connection_limit import ConnectionLease, ConnectionLimit

_log = logging.getLogger(__name__)

_PER_ITERATION = 8  # each takes about 0.1 ms
_PAUSE_S = 0.5  # after the system refused a connection

MakeProtocol = Callable[[ConnectionLease], asyncio.BaseProtocol]


class Acceptor:
    """Accepts connections on listening sockets. Those beyond the limit are closed at once."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        limit: ConnectionLimit,
        make_protocol: MakeProtocol,
        *,
        tls: ssl.SSLContext | None,
        handshake_timeout_s: float,
    ) -> None:
        self._listeners = tuple(listeners)
        self._limit = limit
        self._make_protocol = make_protocol
        self._tls = tls
        self._handshake_timeout_s = handshake_timeout_s if tls is not None else None
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        self._paused: dict[socket.socket, asyncio.TimerHandle] = {}

    def start(self, backlog: int) -> None:
        """Listen and accept."""
        for each in self._listeners:
            each.setblocking(False)
            each.listen(backlog)
            self._loop.add_reader(each, self._accept, each)

    def stop(self) -> None:
        """Accept no more connections; the sockets stay open."""
        for each in self._listeners:
            self._loop.remove_reader(each)
        for timer in self._paused.values():
            timer.cancel()
        for task in self._opening:
            task.cancel()

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(_PER_ITERATION):
            try:
                connection, peer = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(listener, error)
                return
            connection.setblocking(False)
            address = peer[0] if isinstance(peer, tuple) else None
            lease = self._limit.acquire(address, connection.fileno())
            if lease is None:
                connection.close()
                continue
            task = self._loop.create_task(self._open(connection, lease))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, connection: socket.socket, lease: ConnectionLease) -> None:
        timeout_s = self._handshake_timeout_s
        try:
            await self._loop.connect_accepted_socket(
                lambda: self._make_protocol(lease), connection, ssl=self._tls, ssl_handshake_timeout=timeout_s
            )
        except OSError as error:  # also TimeoutError and ssl.SSLError
            _log.debug("a connection was not opened: %s", error)
            lease.release()
            connection.close()
        except BaseException:
            lease.release()
            connection.close()
            raise

    def _pause(self, listener: socket.socket, error: OSError) -> None:
        """Wait after an error of the system such as EMFILE: the listener stays readable, and accepting at once would spin."""
        _log.warning("no connection can be accepted: %s", error.strerror)
        self._loop.remove_reader(listener)
        self._paused[listener] = self._loop.call_later(_PAUSE_S, self._resume, listener)

    def _resume(self, listener: socket.socket) -> None:
        del self._paused[listener]
        self._loop.add_reader(listener, self._accept, listener)
