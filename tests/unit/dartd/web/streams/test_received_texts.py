"""Messages of a WebSocket client within their rate."""

from collections.abc import Iterator
from typing import Any

import msgspec
from starlette.websockets import WebSocket

from dartd.web.connections.frame_budget import TokenBucket
from dartd.web.streams.received_texts import received_texts
from dartd.web.streams.transport import MessageSender
from schemas.base import Event

CONNECT: dict[str, Any] = {"type": "websocket.connect"}
TEXT: dict[str, Any] = {"type": "websocket.receive", "text": "{}"}


async def _received(messages: Iterator[dict[str, Any]], rate: TokenBucket) -> tuple[list[str], list[Event], list[dict[str, Any]]]:
    """Return the texts that are handled, the answers, and what is sent to a client that sends `messages`."""
    sent, answers = list[Any](), list[Event]()

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    async def answer(event: Event) -> None:
        answers.append(event)

    websocket = WebSocket({"type": "websocket", "path": "/ws", "headers": [], "extensions": {}}, receive, send)
    await websocket.accept()
    texts = [text async for text in received_texts(websocket, MessageSender(websocket, 1.0), rate, lambda: 0.0, answer)]
    return texts, answers, sent[1:]


async def test_too_many_are_answered_and_then_end_the_connection() -> None:
    """With the limit and when to come again; a client that does not listen is disconnected."""
    messages = iter([CONNECT, *(TEXT for _ in range(1100))])
    texts, answers, sent = await _received(messages, TokenBucket(5, 2))

    assert len(texts) == 2
    assert msgspec.to_builtins(answers[0])["details"] == {"limit": 5, "window": 1, "retry_after": 1}
    assert [(each["type"], each["code"]) for each in sent] == [("websocket.close", 1008)]


async def test_binary_messages_end_the_connection() -> None:
    """A text before them is handled."""
    messages = iter([CONNECT, TEXT, {"type": "websocket.receive", "bytes": b"\0"}])
    texts, answers, sent = await _received(messages, TokenBucket(5, 2))

    assert (texts, answers, sent[0]["code"]) == (["{}"], [], 1003)
