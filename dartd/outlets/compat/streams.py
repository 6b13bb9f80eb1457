"""What the routes of the interfaces have in common: WebSockets that send a feed, JSON answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from dartd.outlets.compat.feed import Feed, Listener
from schemas.codec import encode_json

F = TypeVar("F")

STALL_S: Final = 30.0  # a client that takes nothing for this long is disconnected
RETRY_S: Final = 10
_TRY_AGAIN_LATER: Final = 1013


def json_answer(value: object, status: int = 200) -> Response:
    """Return a value as an uncached JSON response."""
    return Response(encode_json(value), status, {"Cache-Control": "no-store"}, "application/json")


def endless(request: Request, body: AsyncIterator[bytes], media_type: str) -> Response:
    """Return a response that goes on until the client leaves; to HEAD its headers alone, since what never ends cannot be left out."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media_type)
    return StreamingResponse(body, headers=headers, media_type=media_type)


def too_many() -> Response:
    """Return the refusal of a client that is one too many."""
    answer = json_answer({"error": "too many clients"}, 503)
    answer.headers["Retry-After"] = str(RETRY_S)
    return answer


async def serve_feed(websocket: WebSocket, feed: Feed[F], wants: Callable[[F], bool] = lambda _: True) -> None:
    """Send the messages of a feed that the client wants, and ignore what it sends."""
    with feed.listen() as listener, contextlib.suppress(WebSocketDisconnect, WebSocketDisconnected):
        await websocket.accept()
        if listener is None:
            await websocket.close(_TRY_AGAIN_LATER, "too many clients")
            return
        writing = asyncio.ensure_future(_write(websocket, listener, wants))
        reading = asyncio.ensure_future(_read(websocket))
        try:
            await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, reading):
                task.cancel()
            await asyncio.gather(writing, reading, return_exceptions=True)


async def _write(websocket: WebSocket, listener: Listener[F], wants: Callable[[F], bool]) -> None:
    while (encoded := await listener.get()) is not None:
        frame, text = encoded
        if wants(frame):
            async with asyncio.timeout(STALL_S):
                await websocket.send_text(text)
    await websocket.close(_TRY_AGAIN_LATER, "connect again")


async def _read(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
