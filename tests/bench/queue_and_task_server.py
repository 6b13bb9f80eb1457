"""Serve the pattern that most people write with Starlette: a queue for each client, and a task that sends what is in it.

python -m tests.bench.queue_and_task_server --port 8766

It has no journal and knows no protocol: it is what `tests.bench.hub` compares with, in the same run, on the same machine.
"""

import argparse
import asyncio
import itertools
import resource
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

_queues: set[asyncio.Queue[str]] = set()
_numbers = itertools.count(1)


async def listen(websocket: WebSocket) -> None:
    """Send whatever comes, until the client is gone."""
    await websocket.accept()
    queue: asyncio.Queue[str] = asyncio.Queue(1000)
    _queues.add(queue)

    async def send() -> None:
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.send_text(await queue.get())

    sender = asyncio.create_task(send())
    try:
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.receive_text()
    finally:
        _queues.discard(queue)
        sender.cancel()


async def publish(websocket: WebSocket) -> None:
    """Send each message to every client."""
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            text = f'{{"event_type":"bench","seq":{next(_numbers)},"payload":{await websocket.receive_text()}}}'
            for queue in _queues:
                with suppress(asyncio.QueueFull):
                    queue.put_nowait(text)


def main() -> None:
    """Serve on the port that was asked for."""
    parser = argparse.ArgumentParser(description="queue and task per client")
    parser.add_argument("--port", type=int, default=8766)
    port = parser.parse_args().port
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    app = Starlette(routes=[WebSocketRoute("/ws", listen), WebSocketRoute("/bench/publish", publish)])
    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", log_level="warning", ws_per_message_deflate=False, backlog=4096)


if __name__ == "__main__":
    main()
