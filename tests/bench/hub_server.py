"""Serve the hub for load: the real application, and one more WebSocket on which each text message becomes an event.

python -m tests.bench.hub_server --port 8765

Pipeline, journal (a temporary file), hub and web are those of the daemon, without cameras, limits or token, on the loopback alone.
`/ws` is what every client knows. On `/bench/publish` each text message, a JSON object, goes through the pipeline: it is journalled,
then published on the topic of the board as an event of type `bench` with the object, byte for byte, as its `payload`.
"""

import argparse
import asyncio
import resource
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import msgspec
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.config import Config, ServerConfig, WsConfig
from dartd.decision import Step
from dartd.runtime.pipeline import Pipeline
from schemas.base import Event
from schemas.events import Snapshot
from tests.support.deciders import Forgetful
from tests.support.station import running_station

PUBLISH = "/bench/publish"
MESSAGE_BYTES = 1 << 20


class Bench(Event, tag="bench", frozen=True, kw_only=True):
    """What a load client subscribed to."""

    payload: msgspec.Raw


_object: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])


def bench_event(text: str) -> Bench:
    """Make an event of a load client's message.

    Raises:
        msgspec.DecodeError: it is no JSON object.
    """
    _object.decode(text)
    return Bench(payload=msgspec.Raw(text.encode()))


class BenchBoard(Forgetful):
    """The real board, without cameras; what is to be published happens at once."""

    def __init__(self, config: Config) -> None:
        self._board = Board(config.board.board_id, [], config.board.spec, ThrowTimes())

    def step(self, inputs: Sequence[Any], now: float) -> Step:
        """Return events as they are, and the board's step for other inputs."""
        events = tuple(item for item in inputs if isinstance(item, Bench))
        if len(events) == len(inputs):
            return Step(events=cast("Any", events))
        step = self._board.step([item for item in inputs if not isinstance(item, Bench)], now)
        return msgspec.structs.replace(step, events=(*cast("Any", events), *step.events))

    def deadline(self) -> float | None:
        """Wait as the board does."""
        return self._board.deadline()

    def snapshot(self) -> Snapshot:
        """Show the board."""
        return self._board.snapshot()


class Publishing:
    """Stands before the application and takes what is to be published."""

    def __init__(self, app: ASGIApp, pipeline: Pipeline) -> None:
        self._app = app
        self._pipeline = pipeline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket" and scope["path"] == PUBLISH:
            await self._publish(WebSocket(scope, receive, send))
        else:
            await self._app(scope, receive, send)

    async def _publish(self, websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                try:
                    event = bench_event(await websocket.receive_text())
                except (msgspec.DecodeError, KeyError):
                    await websocket.close(1007, "send a JSON object as text")
                    return
                await self._pipeline.deliver(cast("Any", event))


def config_for_load() -> Config:
    """Return a configuration without limits on clients."""
    ws = WsConfig(max_clients=1_000_000, max_message_bytes=MESSAGE_BYTES, messages_per_s=1_000_000, messages_at_once=1_000_000)
    return Config(server=ServerConfig(max_connections_per_address=1_000_000), ws=ws)


async def serve_for_load(port: int, directory: Path) -> None:
    """Serve until cancelled."""
    config = config_for_load()
    async with running_station(
        directory, config=config, port=port, hub_bytes=config.ws.ring_bytes, board=BenchBoard(config), around=Publishing
    ) as station:
        print(f"ready on ws://127.0.0.1:{station.port}/ws", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve on the port that was asked for."""
    parser = argparse.ArgumentParser(description="the real application under load")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--directory", type=Path, help="where the journal is kept, and found again; else it is thrown away in the end")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as directory, suppress(KeyboardInterrupt):
        uvloop.run(serve_for_load(arguments.port, arguments.directory or Path(directory)))


if __name__ == "__main__":
    main()
