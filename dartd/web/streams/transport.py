"""Direct access of the application to the transport of a WebSocket: many frames in one write, and abort of stalled connections.

`WebSocketProtocol` implements the WebSocket; it passes its transport to the application as the ASGI extension `dartd.transport`.
Other servers do not have the extension: see `MessageSender`.
"""

import asyncio
from collections.abc import Callable, Sequence

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dartd.runtime.hub.frame import text_frame

EXTENSION = "dartd.transport"

_SLOW = 4008


class StalledError(Exception):
    """A client has not read anything for the stall timeout."""


class ClientTransport:
    """The transport of one client: frames are written as they are.

    `on_full` is called when the write buffer is full or the connection is closing; then it is not ready until the client has read.
    """

    def __init__(self, protocol: WebSocketsSansIOProtocol) -> None:
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
