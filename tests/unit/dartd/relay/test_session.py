"""The WebSocket of a relay: its messages; streams are in tests/integration/test_venue.py."""

import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from dartd.config import AuthConfig, Config, ServerConfig
from tests.support.board_reports import event_message, report_message
from tests.support.relay import served_relay


async def _next(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(await socket.recv())
        if message["event_type"] == kind:
            return message


async def test_messages_are_answered() -> None:
    """Ping, more boards, fewer boards, resume, and what is no message or not possible here."""
    async with served_relay() as relay:
        for name in ("a", "b"):
            relay.services.boards.apply(*report_message(name))
        async with connect(relay.ws("?topics=board:a")) as socket:
            assert (await _next(socket, "hello"))["board_id"] == "a"
            await socket.send('{"action":"ping"}')
            await _next(socket, "pong")
            relay.services.boards.apply(*event_message(1, "a"))
            await socket.send('{"action":"resume","since":0}')
            assert (await _next(socket, "takeout_started"))["seq"] == 1
            await socket.send('{"action":"subscribe","topics":["board:b"]}')
            assert (await _next(socket, "hello"))["board_id"] == "b"
            codes = []
            for text in (
                "{",
                '{"action":"presence","topic":"board:a","name":"x"}',
                '{"action":"resume","since":0}',
                '{"action":"subscribe","topics":["board:zz"]}',
            ):
                await socket.send(text)
                codes.append((await _next(socket, "error"))["code"])
            await socket.send('{"action":"unsubscribe","topics":["board:b"]}')
            await socket.send('{"action":"ping"}')
            await _next(socket, "pong")
            await socket.send('{"action":"stop"}')
            codes.append((await _next(socket, "error"))["code"])

    assert codes == ["INVALID_JSON", "UNKNOWN_ACTION", "VALIDATION_ERROR", "VALIDATION_ERROR", "AUTH_INVALID_TOKEN"]


async def test_viewers_begin_anew_with_another_journal(tmp_path: Path) -> None:
    """The connection is closed with 1012; without a right to read it is closed with 4001, and before there are boards with 1013."""
    del tmp_path
    async with served_relay() as relay:
        async with connect(relay.ws()) as early:
            with pytest.raises(ConnectionClosed) as unready:
                await early.recv()
        relay.services.boards.apply(*report_message("a"))
        async with connect(relay.ws(board="a")) as socket:
            await _next(socket, "snapshot")
            relay.services.boards.apply(*report_message("a", stream_id="other"))
            with pytest.raises(ConnectionClosed) as anew:
                await socket.recv()
    closed = Config(server=ServerConfig(host="127.0.0.1"), auth=AuthConfig(anonymous_reads=False))
    async with served_relay(closed) as relay:
        relay.services.boards.apply(*report_message("a"))
        async with connect(relay.ws(board="a")) as socket:
            with pytest.raises(ConnectionClosed) as refused:
                await socket.recv()

    assert [each.value.rcvd.code for each in (unready, anew, refused) if each.value.rcvd] == [1013, 1012, 4001]
