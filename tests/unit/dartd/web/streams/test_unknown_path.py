"""WebSockets that are refused; test_handshake.py has the paths that are served."""

from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from dartd.web.http.problems import Problem
from dartd.web.streams.unknown_path import deny


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_refusal_is_a_response(is_there: bool) -> None:  # noqa: FBT001  a case
    """A client that is there must get the problem, and one that has left cause no error."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        if not is_there:
            raise WebSocketDisconnect(1006)
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/x", "headers": [], "extensions": {"websocket.http.response": {}}}
    await deny(WebSocket(scope, receive, send), Problem(404, "RESOURCE_NOT_FOUND", "none"))

    assert [message["status"] for message in sent if "status" in message] == [404] * is_there
