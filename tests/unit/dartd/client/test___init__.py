"""The client for programs in Python."""

import asyncio
import sys
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from dartd.client import DartdClient, ReceivedEvent
from dartd.client.transports import TRANSPORTS, TransportName
from tests.support.cutter import cutter_before
from tests.support.daemon import free_port
from tests.support.station import TOKEN, running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting


class Listener:
    """A client that listens in a task of its own, and what it received."""

    def __init__(self, client: DartdClient) -> None:
        self.client = client
        self.received: list[ReceivedEvent] = []
        self._task = asyncio.ensure_future(self._listen())

    @property
    def seqs(self) -> list[int]:
        """List the numbers of the events that it received."""
        return [each.seq for each in self.received if each.seq is not None]

    async def _listen(self) -> None:
        async with aclosing(self.client.listen()) as messages:  # type: ignore[type-var]  # an async generator, declared as iterator
            async for each in messages:
                self.received.append(each)

    async def stop(self) -> None:
        """Stop listening."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


async def test_the_board_is_known_without_asking(tmp_path: Path, waiting: Waiting) -> None:
    """Hello and snapshot make the state, events keep it up to date."""
    async with running_station(tmp_path) as station:
        await station.happen(hit("d1", 1))
        listener = Listener(DartdClient(station.ws))
        await waiting.soon(lambda: listener.client.state.last_seq == 1)
        await station.happen(hit("d2", 2))
        await waiting.soon(lambda: listener.seqs == [2])
        await listener.stop()

        assert [dart.dart_id for dart in listener.client.state.darts] == ["d1", "d2"]
        assert (listener.client.state.visit.total, listener.client.connection) == (120, "closed")
        assert [each.event_type for each in listener.received] == ["hello", "snapshot", "dart_hit"]


@pytest.mark.slow
async def test_nothing_is_lost_or_received_twice_when_the_connection_is_cut(tmp_path: Path, waiting: Waiting) -> None:
    """What happened meanwhile comes when the connection is restored."""
    async with running_station(tmp_path) as station, cutter_before(station.port) as cutter:
        listener = Listener(DartdClient(f"ws://127.0.0.1:{cutter.port}/ws"))
        await waiting.soon(lambda: listener.client.connection == "open")
        for k in range(3):
            await station.happen(hit(f"a{k}", 1))
            await waiting.soon(lambda k=k: len(listener.seqs) == 2 * k + 1)  # type: ignore[misc]  # mypy infers no default of a lambda
            cutter.cut()
            await station.happen(hit(f"b{k}", 2))
            await waiting.soon(lambda k=k: len(listener.seqs) == 2 * k + 2)  # type: ignore[misc]  # the same
        await listener.stop()

        assert listener.seqs == [1, 2, 3, 4, 5, 6]
        assert cutter.connections >= 4


@pytest.mark.slow
async def test_a_silent_line_is_given_up(tmp_path: Path, waiting: Waiting) -> None:
    """A client that receives nothing, not even a heartbeat, connects anew."""
    async with running_station(tmp_path) as station, cutter_before(station.port) as cutter:
        listener = Listener(DartdClient(f"ws://127.0.0.1:{cutter.port}/ws", silence_s=0.2))
        await waiting.soon(lambda: listener.client.connection == "open")
        cutter.silence()
        await waiting.soon(lambda: cutter.connections > 1)
        cutter.restore()
        await station.happen(hit())
        await waiting.soon(lambda: listener.seqs == [1])
        await listener.stop()

        assert listener.client.state.last_seq == 1


@pytest.mark.slow
async def test_nothing_is_lost_when_the_daemon_is_started_again(tmp_path: Path, waiting: Waiting) -> None:
    """The same stream goes on."""
    async with running_station(tmp_path) as station:
        port = station.port
        listener = Listener(DartdClient(station.ws))
        await waiting.soon(lambda: listener.client.connection == "open")
        await station.happen(hit("d1", 1))
        await waiting.soon(lambda: listener.seqs == [1])
    async with running_station(tmp_path, port=port) as station:
        await station.happen(hit("d2", 2))
        await waiting.soon(lambda: listener.seqs == [1, 2])
    await listener.stop()

    assert listener.client.state.visit.total == 120


@pytest.mark.slow
async def test_another_stream_begins_anew(tmp_path: Path, waiting: Waiting) -> None:
    """A daemon with another journal is another board: what was known is forgotten."""
    async with running_station(tmp_path / "one") as station:
        port = station.port
        listener = Listener(DartdClient(station.ws))
        await waiting.soon(lambda: listener.client.connection == "open")
        await station.happen(hit("d1", 1), hit("d2", 2))
        await waiting.soon(lambda: listener.seqs == [1, 2])
    async with running_station(tmp_path / "other", port=port) as station:
        await station.happen(hit("e1", 1))
        await waiting.soon(lambda: [dart.dart_id for dart in listener.client.state.darts] == ["e1"])
    await listener.stop()

    assert listener.client.state.last_seq == 1


async def test_a_command_is_sent(tmp_path: Path, waiting: Waiting) -> None:
    """With the token, a client may send the commands that its role allows; without a connection an error is raised."""
    async with running_station(tmp_path) as station:
        listener = Listener(DartdClient(station.ws, token=TOKEN))
        early = await listener.client.send("reset")
        await waiting.soon(lambda: listener.client.connection == "open")
        sent = await listener.client.send("reset")
        await waiting.soon(lambda: any(each.event_type == "board_reset" for each in listener.received))
        await listener.stop()

        assert (early, sent) == (False, True)


_RAISING = """
import asyncio, sys
from dartd.client import DartdClient

async def main():
    client = DartdClient(sys.argv[1])
    client._choice._index = int(sys.argv[2])
    async for received in client.listen():
        if received.event_type == "snapshot":
            raise ValueError("mine")

asyncio.run(main())
"""


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_exception_in_the_loop_of_its_user_is_all_that_is_printed(
    tmp_path: Path, waiting: Waiting, transport: TransportName
) -> None:
    """One traceback, with nothing about tasks, generators or connections of the client."""
    async with running_station(tmp_path) as station:
        command = [sys.executable, "-X", "dev", "-c", _RAISING, station.ws, str(TRANSPORTS.index(transport))]
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, err = await waiting.within(process.communicate())
    lines = [line for line in err.decode().splitlines() if not line.startswith("  ")]

    assert lines == ["Traceback (most recent call last):", "ValueError: mine"]


@pytest.mark.parametrize(
    ("url", "stream"),
    [
        ("wss://club.example/darts/ws", "https://club.example/darts/api/v1/events/stream"),
        ("ws://board.local:8000", "http://board.local:8000/api/v1/events/stream"),
        ("ws://board.local/b/api/v1/ws/alerts", "http://board.local/b/api/v1/events/stream"),
    ],
)
def test_every_transport_keeps_the_prefix_of_a_proxy(url: str, stream: str) -> None:
    """The event stream is below the path at which the proxy serves the board."""
    client = DartdClient(url)

    assert client._address("http", "/api/v1/events/stream").partition("?")[0] == stream


@pytest.mark.parametrize("wrong", ["port", "token"])
async def test_a_wrong_address_or_token_is_logged_once(
    tmp_path: Path, waiting: Waiting, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    """With the reason, and not again with every attempt."""
    async with running_station(tmp_path) as station:
        url = f"ws://127.0.0.1:{free_port()}/ws" if wrong == "port" else station.ws
        client = DartdClient(url, token="not-a-token-of-this-board")  # noqa: S106  it is wrong
        attempts: list[str] = []
        begin = client._choice.begin

        def count(now_s: float) -> TransportName:
            attempts.append("")
            return begin(now_s)

        client._choice.begin = count  # type: ignore[method-assign]
        listener = Listener(client)
        await waiting.soon(lambda: len(attempts) >= 3)
        await listener.stop()
    lines = [record.getMessage() for record in caplog.records if record.name == "dartd.client"]

    assert len(lines) == 1
    assert ("Unauthorized" in lines[0]) is (wrong == "token")
