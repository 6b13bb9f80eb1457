"""The messages that a WebSocket client sends, within their rate: of the daemon and of a relay alike."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.websockets import WebSocket

from dartd.web.connections.frame_budget import TokenBucket
from dartd.web.streams.transport import MessageSender
from schemas.base import Event
from schemas.events import ErrorMessage

_UNSUPPORTED: Final = 1003
_POLICY: Final = 1008
_MAX_REFUSED: Final = 1000


async def received_texts(
    websocket: WebSocket, sender: MessageSender, rate: TokenBucket, now: Callable[[], float], answer: Callable[[Event], Awaitable[None]]
) -> AsyncIterator[str]:
    """Yield text messages until the client disconnects; too many are answered with an error, binary ones and far too many end it."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        if text is None:
            await sender.close(_UNSUPPORTED, "binary messages are not supported: send JSON as text")
            return
        if rate.take(now()):
            yield text
        elif rate.refused > _MAX_REFUSED:
            await sender.close(_POLICY, "too many messages")
            return
        else:
            limit = {"limit": rate.per_s, "window": 1, "retry_after": 1}
            await answer(ErrorMessage(code="RATE_LIMIT_EXCEEDED", message="too many messages: send fewer", details=limit))
