"""uvicorn's WebSocket protocol with bounds on what a client may send, with access to its transport, and a small kernel send buffer.

What a client sends is parsed in slices. Each slice counts against the frames and bytes that the connection may send (`TokenBucket`), and
against those that all connections may send in one iteration of the event loop (`FrameBudget`). A client that exceeds its own limit is
closed with 1008; one that exceeds the common one waits, and is not read from meanwhile.
"""

import asyncio
import contextlib
import socket
from typing import Any

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import OPEN

from dartd.web.connections.connection_limit import ConnectionLease
from dartd.web.connections.frame_budget import TokenBucket
from dartd.web.connections.server_options import ServerOptions
from dartd.web.streams.session_start import retry_ms
from dartd.web.streams.transport import EXTENSION, ClientTransport

_NOTSENT_LOWAT_BYTES = 16 * 1024
_WRITE_HIGH_BYTES = 32 * 1024
_WRITE_LOW_BYTES = 8 * 1024
_CLOSE_GRACE_S = 1.0
_RESTART = 1012
_POLICY = 1008

_SLICE_BYTES = 512  # at most 85 frames, of 6 bytes at least
_FRAMES_PER_MESSAGE = 20  # that a client may send on average, with pings and pongs; clients that exist send one or two
_HANDSHAKE_BYTES = 128 * 1024  # more than a request head
_MAX_FRAGMENTS = 1024  # of one message
_MAX_HELD_BYTES = 1 << 20  # of a client that is not read from; one read returns at most a quarter of it


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


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """The protocol of one WebSocket connection."""

    client_transport: ClientTransport | None = None
    lease: ConnectionLease | None = None
    _closing_since_s: float | None = None

    def __init__(self, config: ServerOptions, *arguments: Any, **named: Any) -> None:
        super().__init__(config, *arguments, **named)
        self.queue = ReceiveQueue()  # type: ignore[assignment]  # the subset of Queue that uvicorn uses
        limits = config.limits
        per_s, at_once = limits.messages_per_s, limits.messages_at_once
        self._frames_left = TokenBucket(per_s * _FRAMES_PER_MESSAGE, at_once * _FRAMES_PER_MESSAGE)
        self._bytes_left = TokenBucket(per_s * limits.max_message_bytes, at_once * limits.max_message_bytes + _HANDSHAKE_BYTES)
        self._budget = config.frame_budget
        self._input_timeout_s = limits.input_timeout_s
        self._held = b""  # received, but not parsed yet
        self._waits_for_budget = False
        self._is_discarding = False
        self._unsent_pong: bytes | None = None

    # Receiving

    def data_received(self, data: bytes) -> None:
        """Parse the data in slices as far as the limits permit, and keep the rest."""
        if self._is_discarding:
            return
        if not self._bytes_left.take(self.loop.time(), len(data)) or len(self._held) + len(data) > _MAX_HELD_BYTES:
            self._fail("too many bytes")
            return
        self._held += data
        if not self._waits_for_budget:
            self._feed(force=False)

    def _feed(self, *, force: bool = True) -> None:
        """Parse slices while the application has received all messages and this iteration has frames left; `force`: at least one."""
        self._waits_for_budget = False
        data, position = memoryview(self._held), 0
        while position < len(data) and self._may_parse():
            if not force and not self._budget.is_free:
                self._waits_for_budget = True
                self._budget.wait(self._feed)
                break
            force = False
            self._parse(bytes(data[position : position + _SLICE_BYTES]))
            position += _SLICE_BYTES
        self._held = b"" if self._is_discarding else bytes(data[position:])
        self._update_reading()

    def _may_parse(self) -> bool:
        """Return whether more may be parsed: after the application has closed the connection, only the client's close frame matters."""
        return not self._is_discarding and (self.close_sent or self.queue.empty())

    def _parse(self, piece: bytes) -> None:
        self.conn.receive_data(piece)
        frames = len(self.conn.events)
        self._budget.spend(1 + frames)
        if self.conn.parser_exc is not None:
            self.handle_parser_exception()
        elif self.conn.handshake_exc is not None:  # it reads no request: no answer would follow
            self.transport.close()
        elif frames and not self._frames_left.take(self.loop.time(), frames):
            self.conn.events.clear()
            self._fail("too many frames")
        else:
            self.handle_events()

    def _update_reading(self) -> None:
        """Read from the client only if everything received so far has been parsed and received by the application."""
        wanted = not self._held and (self.close_sent or self.queue.empty())
        if wanted != self.read_paused or self.transport.is_closing():
            return
        self.read_paused = not wanted
        (self.transport.resume_reading if wanted else self.transport.pause_reading)()

    async def receive(self) -> ASGIReceiveEvent:
        """Return the next message to the application, and continue with what the client has sent since."""
        message: ASGIReceiveEvent = await self.queue.get()
        if self.queue.empty() and not self._waits_for_budget and not self.disconnected:
            self._feed(force=False)
        return message

    def _fail(self, reason: str) -> None:
        """Close with 1008. What the client still sends is discarded, so that the close frame reaches it before the connection is reset."""
        self._is_discarding, self._held = True, b""
        if self.conn.state is not OPEN or self.close_sent:
            self.transport.abort()
            return
        self._stop_writing()
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": _POLICY, "reason": reason})
        self.conn.writes.clear()  # pongs
        self.conn.send_close(_POLICY, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(_CLOSE_GRACE_S, self.transport.abort)

    # Frames

    def handle_cont(self, event: Frame) -> None:
        """Collect a fragment."""
        super().handle_cont(event)
        if len(self.frames) > _MAX_FRAGMENTS and not self._is_discarding:
            self._fail("too many fragments")

    def handle_ping(self) -> None:
        """Respond to pings; while the client does not read, only to the most recent one, as RFC 6455 permits."""
        frames = self.conn.data_to_send()
        if self.close_sent:
            return
        if self.writable.is_set() or self.conn.state is not OPEN:
            self.transport.write(b"".join(frames))
        elif frames:
            self._unsent_pong = bytes(frames[-1])

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

    def handle_close(self, event: Frame) -> None:
        """Respond to a close frame of the client."""
        self._stop_writing()
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        """Close because the client violated the protocol."""
        self._stop_writing()
        super().handle_parser_exception()

    # The connection

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
        if self.close_sent and self._held and not self._waits_for_budget:
            self._feed(force=False)

    def pause_writing(self) -> None:
        """Stop direct writes: the write buffer is full."""
        super().pause_writing()
        if self.client_transport is not None:
            self.client_transport.notify_full()

    def resume_writing(self) -> None:
        """Send the pong that had to wait, and let the application write."""
        if self._unsent_pong is not None and not self.close_sent:
            self.transport.write(self._unsent_pong)
        self._unsent_pong = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop direct writes: the connection is lost."""
        self._stop_writing()
        if self.lease is not None:
            self.lease.release()
        self._held = b""
        super().connection_lost(exc)

    def check(self, now_s: float) -> None:
        """Abort a connection that has been closing for too long: `close` waits for a buffer that may never drain."""
        if not (self.transport.is_closing() or self.close_sent):
            return
        if self._closing_since_s is None:
            self._closing_since_s = now_s
        elif now_s - self._closing_since_s > self._input_timeout_s:
            self.transport.abort()

    def shutdown(self) -> None:
        """Close because the server stops; the reason contains the delay before reconnecting."""
        self._stop_writing()
        if self.handshake_complete and not self.close_sent:
            self.stop_keepalive()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": _RESTART})
            if self.conn.state is OPEN:  # else a close frame of the client is not handled yet
                self.conn.send_close(_RESTART, f"dartd stops, retry in {retry_ms(len(self.connections))} ms")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
        else:
            super().shutdown()

    def _stop_writing(self) -> None:
        if self.client_transport is not None:
            self.client_transport.stop_writing()

    def keepalive_timeout(self) -> None:
        """Close a connection whose peer does not respond to pings; abort it after `_CLOSE_GRACE_S`."""
        self._stop_writing()
        super().keepalive_timeout()
        self.loop.call_later(_CLOSE_GRACE_S, self.transport.abort)
