"""Direct access of the application to the transport of a WebSocket: many frames in one write, and abort of stalled connections.

uvicorn's sans-I/O protocol implements the WebSocket; it passes its transport to the application as the ASGI extension `dartd.transport`.
Other servers do not have the extension: see `MessageSender`.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from dartd.runtime.hub.frame import text_frame
from dartd.web.streams.session_start import retry_ms

EXTENSION = "dartd.transport"

_NOTSENT_LOWAT_BYTES = 16 * 1024
_WRITE_HIGH_BYTES = 32 * 1024
_WRITE_LOW_BYTES = 8 * 1024
_CLOSE_GRACE_S = 1.0
_RESTART = 1012
_SLOW = 4008


class StalledError(Exception):
    """A client has not read anything for the stall timeout."""


class ClientTransport:
    """The transport of one client: frames are written as they are.

    `on_full` is called when the write buffer is full or the connection is closing; then it is not ready until the client has read.
    """

    def __init__(self, protocol: "ClientTransportProtocol") -> None:
        self._protocol = protocol
        self._is_stopped = False
        self.on_full: Callable[[], None] | None = None
        self.write = protocol.transport.write

    @property
    def is_ready(self) -> bool:
        """Return whether more can be written without buffering it in memory."""
        return self._protocol.writable.is_set() and not self._is_closing

    @property
    def _is_closing(self) -> bool:
        protocol = self._protocol
        return self._is_stopped or protocol.disconnected or protocol.close_sent or protocol.transport.is_closing()

    async def send(self, frames: Sequence[bytes], stall_timeout_s: float) -> None:
        """Send frames in one write; wait first until the client has read enough.

        Raises:
            StalledError: the client read nothing for `stall_timeout_s`.
            WebSocketDisconnect: the connection is closed.
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
        if self._is_closing:
            raise WebSocketDisconnect(1006)
        if frames:
            self.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def notify_full(self) -> None:
        """Call `on_full`."""
        if self.on_full is not None:
            self.on_full()

    def stop_writing(self) -> None:
        """Allow no more writes: no frame may follow a close frame."""
        self._is_stopped = True
        self.notify_full()

    def abort(self) -> None:
        """Drop the connection at once with all buffered data: `close` would wait for a buffer that never drains."""
        self._protocol.transport.abort()


class ReceiveQueue:
    """Messages from the server to the application: the subset of asyncio.Queue that uvicorn uses, with a tenth of its memory.

    It holds one or two messages: the server reads no more from a client before the last message was received.
    """

    __slots__ = ("_messages", "_reader")

    def __init__(self) -> None:
        self._messages: list[ASGIReceiveEvent] = []
        self._reader: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        """Return whether the queue is empty."""
        return not self._messages

    def put_nowait(self, message: ASGIReceiveEvent) -> None:
        """Append a message."""
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> ASGIReceiveEvent:
        """Return the oldest message; wait for one if necessary."""
        while not self._messages:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._messages.pop(0)


class ClientTransportProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol with access to its transport and a small kernel send buffer."""

    client_transport: ClientTransport | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.queue = ReceiveQueue()  # type: ignore[assignment]  # the subset of Queue that uvicorn uses

    def handle_connect(self, event: Request) -> None:
        """Open the connection and add the transport to the extensions of the scope."""
        self.transport.set_write_buffer_limits(_WRITE_HIGH_BYTES, _WRITE_LOW_BYTES)
        raw = self.transport.get_extra_info("socket")
        if raw is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with contextlib.suppress(OSError):  # UNIX sockets do not have the option
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _NOTSENT_LOWAT_BYTES)
        super().handle_connect(event)
        if hasattr(self, "scope"):  # missing if the handshake was rejected
            self.client_transport = ClientTransport(self)
            self.scope["extensions"][EXTENSION] = self.client_transport  # type: ignore[assignment]  # typed as dict

    async def send(self, message: ASGISendEvent) -> None:
        """Send an ASGI message; after the handshake release its headers, to save memory with thousands of clients."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True  # rejected with a response; else uvicorn logs an error
        if self.handshake_complete:
            self.request = self.response = None  # type: ignore[assignment]  # not used after the handshake

    def send_receive_event_to_app(self) -> None:
        """Pass a complete message to the application; close the connection if text is not UTF-8, as RFC 6455 requires."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(1007, "the text is not UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def pause_writing(self) -> None:
        """Stop direct writes: the write buffer is full."""
        super().pause_writing()
        if self.client_transport is not None:
            self.client_transport.notify_full()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop direct writes: the connection is lost."""
        self._stop_writing()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close because the server stops; the reason contains the delay before reconnecting."""
        self._stop_writing()
        if self.handshake_complete and not self.close_sent:
            self.stop_keepalive()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": _RESTART})
            self.conn.send_close(_RESTART, f"dartd stops, retry in {retry_ms(len(self.connections))} ms")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
        else:
            super().shutdown()

    def handle_close(self, event: Frame) -> None:
        """Respond to a close frame of the client."""
        self._stop_writing()
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        """Close because the client violated the protocol."""
        self._stop_writing()
        super().handle_parser_exception()

    def _stop_writing(self) -> None:
        if self.client_transport is not None:
            self.client_transport.stop_writing()

    def keepalive_timeout(self) -> None:
        """Close a connection whose peer does not respond to pings; abort it after `_CLOSE_GRACE_S`."""
        self._stop_writing()
        super().keepalive_timeout()
        self.loop.call_later(_CLOSE_GRACE_S, self.transport.abort)


class MessageSender:
    """Sends messages: through the client's transport if the server provides it, else one ASGI message each."""

    def __init__(self, websocket: WebSocket, stall_timeout_s: float) -> None:
        self._websocket = websocket
        self._transport: ClientTransport | None = websocket.scope.get("extensions", {}).get(EXTENSION)
        self._stall_timeout_s = stall_timeout_s

    @property
    def transport(self) -> ClientTransport | None:
        """Return the transport that the hub may write to directly."""
        return self._transport

    async def send(self, messages: Sequence[bytes]) -> None:
        """Send messages in order.

        Raises:
            StalledError: the client reads nothing.
            WebSocketDisconnect: the connection is closed.
        """
        await self.send_batch([text_frame(message) for message in messages] if self._transport is not None else messages)

    async def send_batch(self, batch: Sequence[bytes]) -> None:
        """Send a batch of a subscription: frames if there is a transport, else messages.

        Raises:
            StalledError: the client reads nothing.
            WebSocketDisconnect: the connection is closed.
        """
        if self._transport is not None:
            await self._transport.send(batch, self._stall_timeout_s)
            return
        for message in batch:
            try:
                async with asyncio.timeout(self._stall_timeout_s):
                    await self._websocket.send_text(message.decode())
            except TimeoutError:
                raise StalledError from None

    async def close(self, code: int, reason: str) -> None:
        """Send a close frame; nothing is sent after it."""
        if self._transport is not None:
            self._transport.stop_writing()
        await self._websocket.close(code, reason)

    async def abort(self) -> None:
        """Drop the connection of a client that reads nothing."""
        if self._transport is not None:
            self._transport.abort()
        else:
            await self._websocket.close(_SLOW, "too slow")
