"""The stream as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dartd.web.v1 import stream
from tests.support.station import CONFIG, Station, running_station
from tests.support.throws import hit
from tests.support.waiting import DEADLINE_S, Waiting


class Reader:
    """An event stream as a browser reads it."""

    def __init__(self, reader: asyncio.StreamReader, head: str) -> None:
        self._reader = reader
        self.head = head

    async def block(self) -> dict[str, str]:
        """Return the fields of the next block; a comment is the field of no name."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(DEADLINE_S):
            while True:
                line = (await self._reader.readline()).decode().rstrip("\n")
                if line.endswith("\r"):  # the frame of a chunk
                    continue
                if not line:
                    if fields:
                        return fields
                    if self._reader.at_eof():
                        raise EOFError
                    continue
                name, _, value = line.partition(": ")
                fields[name.removesuffix(":") if line.startswith(":") else name] = value

    async def receive(self) -> tuple[str | None, dict[str, Any]]:
        """Return the next message and its id."""
        while "data" not in (block := await self.block()):
            pass
        message: dict[str, Any] = msgspec.json.decode(block["data"])
        return block.get("id"), message


@asynccontextmanager
async def _listening(port: int, query: str = "", headers: Mapping[str, str] | None = None) -> AsyncIterator[Reader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET /api/v1/events/stream{query} HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        yield Reader(reader, (await reader.readuntil(b"\r\n\r\n")).decode())
    finally:
        writer.transport.abort()


async def test_the_stream_says_the_same_as_the_websocket(station: Station) -> None:
    """Hello, snapshot, then each event with its stream and seq as id."""
    async with _listening(station.port) as reader:
        hello, snapshot = await reader.receive(), await reader.receive()
        await station.happen(hit())
        event_id, event = await reader.receive()

    assert "content-type: text/event-stream" in reader.head
    assert "cache-control: no-cache" in reader.head
    assert (hello[0], hello[1]["event_type"], snapshot[1]["event_type"]) == (None, "hello", "snapshot")
    assert (event_id, event["seq"], event["event_type"]) == (f"{station.journal.stream_id}:1", 1, "dart_hit")


@pytest.mark.parametrize("how", ["header", "stream and seq", "query", "both"])
async def test_it_goes_on_where_it_was(station: Station, how: str) -> None:
    """After `Last-Event-ID`, or `since`; the header is newer, for a browser sends it when it comes back."""
    await station.happen(*(hit(f"d{k}") for k in range(4)))
    query = {"query": "?since=2", "both": "?since=0"}.get(how, "")
    last = f"{station.journal.stream_id}:2" if how == "stream and seq" else "2"
    async with _listening(station.port, query, {} if how == "query" else {"Last-Event-ID": last}) as reader:
        received = [await reader.receive() for _ in range(4)]

    assert [event_id for event_id, _ in received] == [None, None, f"{station.journal.stream_id}:3", f"{station.journal.stream_id}:4"]


async def test_what_is_of_another_stream_is_a_gap(station: Station) -> None:
    """As on the WebSocket."""
    await station.happen(hit())
    for query, headers in (("?since=1&stream_id=another", {}), ("", {"Last-Event-ID": "another:1"})):
        async with _listening(station.port, query, headers) as reader:
            received = [(await reader.receive())[1]["event_type"] for _ in range(3)]

        assert received == ["hello", "gap", "snapshot"]


async def test_a_quiet_stream_lives(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never ends when nothing happens: a comment and a heartbeat come before any proxy cuts it."""
    monkeypatch.setattr(stream, "_QUIET_S", 0.05)
    async with _listening(station.port) as reader:
        blocks = [await reader.block() for _ in range(7)]

    assert sum("" in block for block in blocks) >= 2
    assert sum('"heartbeat"' in block.get("data", "") for block in blocks) >= 2


async def test_who_asks_once_gets_what_is_there(station: Station) -> None:
    """Then the answer ends, also when nothing of it is for the client."""
    await station.happen(hit("d1"), hit("d2"))
    received: dict[str, list[str | None]] = {}
    for topics in ("board:*", "match:*"):
        async with _listening(station.port, f"?once=true&since=0&topics={topics}", {"Connection": "close"}) as reader:
            found = received.setdefault(topics, [])
            with suppress(EOFError):
                while True:
                    found.append((await reader.receive())[0])

    assert received["board:*"] == [None, None, *(f"{station.journal.stream_id}:{seq}" for seq in (1, 2))]
    assert [each for each in received["match:*"] if each is not None] == []


@pytest.mark.slow
async def test_who_leaves_is_forgotten_at_once(station: Station, waiting: Waiting, caplog: pytest.LogCaptureFixture) -> None:
    """Seat, subscription and listener are free; nothing is logged."""
    for _ in range(5):
        async with _listening(station.port) as reader:
            await reader.receive()
    await station.happen(hit())
    await waiting.soon(lambda: station.services.clients.connected == 0)

    assert (station.hub.statistics().clients, station.services.clients.by_id) == (0, {})
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


async def test_one_too_many_is_asked_to_come_later(tmp_path: Path) -> None:
    """503, and when to try again."""
    config = msgspec.structs.replace(CONFIG, ws=msgspec.structs.replace(CONFIG.ws, max_clients=1))
    async with running_station(tmp_path, config=config) as station, _listening(station.port) as first:
        await first.receive()
        async with _listening(station.port) as second:
            head = second.head

    assert head.startswith("HTTP/1.1 503")
    assert "retry-after: 5" in head.lower()
