"""The WebSocket below the application: many events in one write, and a socket that takes nothing can be let go.

uvicorn's sans-I/O protocol does the talking; here it lends its transport to the application as the ASGI extension `dartd.wire`.
Any other server does without: see `Line` in `ws.py`.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import Any

from starlette.websockets import WebSocketDisconnect
from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from dartd.web.streams.greeting import retry_ms

EXTENSION = "dartd.wire"

_NOTSENT_LOWAT_BYTES = 16 * 1024
_WRITE_HIGH_BYTES = 32 * 1024
_WRITE_LOW_BYTES = 8 * 1024
_LAST_WORDS_S = 1.0
_RESTART = 1012


class StalledError(Exception):
    """A client has taken nothing for as long as anybody waits."""


class Wire:
    """One client's socket, as the application may use it: frames go out as they are.

    `on_full` is called as soon as it can take no more, or is closing; from then on it is not ready until its client has read.
    """

    def __init__(self, protocol: "WireProtocol") -> None:
        self._protocol = protocol
        self._is_sealed = False
        self.on_full: Callable[[], None] | None = None
        self.write = protocol.transport.write

    @property
    def is_ready(self) -> bool:
        """Say whether more can be written without keeping it in memory."""
        return self._protocol.writable.is_set() and not self._is_closing

    @property
    def _is_closing(self) -> bool:
        protocol = self._protocol
        return self._is_sealed or protocol.disconnected or protocol.close_sent or protocol.transport.is_closing()

    async def send(self, frames: Sequence[bytes], stall_timeout_s: float) -> None:
        """Send frames in one write, waiting first while the client does not keep up.

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
        if self._is_closing:
            raise WebSocketDisconnect(1006)
        if frames:
            self.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def is_full(self) -> None:
        """Say so to whoever writes."""
        if self.on_full is not None:
            self.on_full()

    def seal(self) -> None:
        """Let nothing more be written: no frame may follow a close frame."""
        self._is_sealed = True
        self.is_full()

    def abort(self) -> None:
        """Drop the connection at once, with all that waits to be sent: a close would wait for a buffer that never drains."""
        self._protocol.transport.abort()


class Letterbox:
    """What the server has for the application: asyncio's queue as far as it is used here, at a tenth of its memory.

    It holds a message or two: the server reads nothing more from a client before its last message is taken.
    """

    __slots__ = ("_messages", "_reader")

    def __init__(self) -> None:
        self._messages: list[ASGIReceiveEvent] = []
        self._reader: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        """Say whether nothing is there."""
        return not self._messages

    def put_nowait(self, message: ASGIReceiveEvent) -> None:
        """Put a message in."""
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> ASGIReceiveEvent:
        """Take the oldest message, waiting for one."""
        while not self._messages:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._messages.pop(0)


class WireProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol that lends out its transport, and lets the kernel hide no more than a few events."""

    wire: Wire | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.queue = Letterbox()  # type: ignore[assignment]  # all that is used of a queue

    def handle_connect(self, event: Request) -> None:
        """Open the connection; the application finds the wire among its scope's extensions."""
        self.transport.set_write_buffer_limits(_WRITE_HIGH_BYTES, _WRITE_LOW_BYTES)
        raw = self.transport.get_extra_info("socket")
        if raw is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with contextlib.suppress(OSError):  # a UNIX socket has no such option
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _NOTSENT_LOWAT_BYTES)
        super().handle_connect(event)
        if hasattr(self, "scope"):  # not when the handshake was refused
            self.wire = Wire(self)
            self.scope["extensions"][EXTENSION] = self.wire  # type: ignore[assignment]  # ASGI types extensions as dicts; ours is an object

    async def send(self, message: ASGISendEvent) -> None:
        """Send as ASGI asks; once the handshake is through, its headers are forgotten: thousands of clients only listen."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True  # it was refused and told why; the server would complain that nobody answered
        if self.handshake_complete:
            self.request = self.response = None  # type: ignore[assignment]  # nobody asks for them again

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message on; text that is no UTF-8 ends the connection, as RFC 6455 wants it, and is no error of ours."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(1007, "the text is no UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def pause_writing(self) -> None:
        """Have nothing more written: the client does not keep up."""
        super().pause_writing()
        if self.wire is not None:
            self.wire.is_full()

    def connection_lost(self, exc: Exception | None) -> None:
        """Have nothing more written: the client is gone."""
        self._seal()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close because the server ends, and say when to come back."""
        self._seal()
        if self.handshake_complete and not self.close_sent:
            self.stop_keepalive()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": _RESTART})
            self.conn.send_close(_RESTART, f"dartd stops, retry in {retry_ms(len(self.connections))} ms")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
        else:
            super().shutdown()

    def handle_close(self, event: Frame) -> None:
        """Answer the client's close frame."""
        self._seal()
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        """Close because the client broke the protocol."""
        self._seal()
        super().handle_parser_exception()

    def _seal(self) -> None:
        if self.wire is not None:
            self.wire.seal()

    def keepalive_timeout(self) -> None:
        """Close a connection whose peer does not answer pings, soon with force."""
        self._seal()
        super().keepalive_timeout()
        self.loop.call_later(_LAST_WORDS_S, self.transport.abort)
