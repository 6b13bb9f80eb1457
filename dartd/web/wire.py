"""The WebSocket below the application: many events in one write, and a socket that takes nothing can be let go.

uvicorn's sans-I/O protocol does the talking; here it lends its transport to the application as the ASGI extension `dartd.wire`.
Any other server does without: see `Line` in `ws.py`.
"""

import asyncio
import contextlib
import socket
from collections.abc import Sequence

from starlette.websockets import WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "dartd.wire"

_NOTSENT_LOWAT_BYTES = 16 * 1024
_WRITE_HIGH_BYTES = 64 * 1024
_WRITE_LOW_BYTES = 16 * 1024
_LAST_WORDS_S = 1.0
_TEXT = 0x81  # FIN and opcode 1 of RFC 6455, 5.2


class StalledError(Exception):
    """A client has taken nothing for as long as anybody waits."""


class Wire:
    """One client's socket, as the application may use it."""

    def __init__(self, protocol: "WireProtocol") -> None:
        self._protocol = protocol

    async def send(self, messages: Sequence[bytes], stall_timeout_s: float) -> None:
        """Send text messages in one write, waiting first while the client does not keep up.

        Raises:
            StalledError: it took nothing at all for `stall_timeout_s`.
            WebSocketDisconnect: it is gone.
        """
        protocol = self._protocol
        while not protocol.writable.is_set():
            before = protocol.transport.get_write_buffer_size()
            try:
                async with asyncio.timeout(stall_timeout_s):
                    await protocol.writable.wait()
            except TimeoutError:
                if protocol.transport.get_write_buffer_size() >= before:
                    raise StalledError from None
        if protocol.disconnected or protocol.close_sent or protocol.transport.is_closing():
            raise WebSocketDisconnect(1006)
        protocol.transport.write(b"".join(part for message in messages for part in (text_header(len(message)), message)))

    def abort(self) -> None:
        """Drop the connection at once, with all that waits to be sent: a close would wait for a buffer that never drains."""
        self._protocol.transport.abort()


class WireProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol that lends out its transport, and lets the kernel hide no more than a few events."""

    def handle_connect(self, event: Request) -> None:
        """Open the connection; the application finds the wire among its scope's extensions."""
        self.transport.set_write_buffer_limits(_WRITE_HIGH_BYTES, _WRITE_LOW_BYTES)
        raw = self.transport.get_extra_info("socket")
        if raw is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with contextlib.suppress(OSError):  # a UNIX socket has no such option
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _NOTSENT_LOWAT_BYTES)
        super().handle_connect(event)
        if hasattr(self, "scope"):  # not when the handshake was refused
            self.scope["extensions"][EXTENSION] = Wire(self)  # type: ignore[assignment]  # ASGI types extensions as dicts; ours is an object

    def keepalive_timeout(self) -> None:
        """Close a connection whose peer does not answer pings, soon with force."""
        super().keepalive_timeout()
        self.loop.call_later(_LAST_WORDS_S, self.transport.abort)


def text_header(length: int) -> bytes:
    """Give the frame header of an unmasked, unfragmented text message, as a server sends it (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((_TEXT, length))
    if length < 1 << 16:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
