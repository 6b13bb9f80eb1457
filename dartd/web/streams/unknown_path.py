"""WebSockets that are refused before the handshake is complete."""

from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from dartd.web.http.problems import Problem


async def refuse_unknown_path(websocket: WebSocket) -> None:
    """Respond to a WebSocket on any other path."""
    details = {"path": websocket.url.path[:200]}
    await deny(websocket, Problem(404, "RESOURCE_NOT_FOUND", "there is no WebSocket at this path", details=details))


async def deny(websocket: WebSocket, problem: Problem) -> None:
    """Respond to the handshake with a problem."""
    with suppress(WebSocketDisconnect, WebSocketDisconnected):
        await websocket.send_denial_response(problem.response(websocket.scope.get("dartd.trace_id", "")))
