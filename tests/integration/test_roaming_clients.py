"""Clients that come and go as they like, on a daemon that is killed: `tests.bench.hub_trouble` in small."""

import asyncio
from contextlib import aclosing, suppress
from pathlib import Path

import pytest
import websockets

from dartd.client import DartdClient
from tests.bench.hub_trouble import publish, started, wander
from tests.support.daemon import free_port
from tests.support.waiting import Waiting
from tests.support.websocket_client import WebSocketClient


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_each_record_is_the_journal() -> None:
    """Closes, resets, silence and kill -9 leave each client with every event, once, in order, over all its connections."""
    is_whole = await wander(seconds=6, clients=12, seed=20261120)

    assert is_whole


@pytest.mark.slow
async def test_the_client_of_ours_loses_nothing_to_a_kill(tmp_path: Path, waiting: Waiting) -> None:
    """Kill -9 twice, while events flow: `dartd.client` gives each event of the journal once, in order."""
    port = free_port()
    client, seqs = DartdClient(f"ws://127.0.0.1:{port}/ws"), []

    async def listen() -> None:
        async with aclosing(client.listen()) as messages:  # type: ignore[type-var]  # an async generator, declared as iterator
            async for event in messages:
                seqs.extend([event.seq] if event.seq is not None else [])

    server = await started(port, str(tmp_path))
    listening = asyncio.ensure_future(listen())
    try:
        await waiting.soon(lambda: client.connection == "open")
        for _ in range(2):
            await publish(port, 0.5)
            server.kill()
            server.wait()
            server = await started(port, str(tmp_path))
        await publish(port, 0.5)
        async with websockets.connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as connection:
            last = (await WebSocketClient(connection).receive())["last_seq"]
        await waiting.soon(lambda: seqs[-1] >= last)
    finally:
        server.kill()
        server.wait()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening

    assert seqs == list(range(1, last + 1))
