"""The ways a client's messages may come."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from dartd.client import DartdClient
from dartd.client.transports import BETTER_S, TRIES, ConnectionLostError, TransportChoice, _Answer, over_events
from dartd.runtime.pipeline import Pipeline
from tests.support.cutter import cutter_before
from tests.support.station import running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting


class Narrow:
    """A proxy that lets no WebSocket through, and no answer that is to go on without end."""

    def __init__(self, app: ASGIApp, *, streams: bool) -> None:
        self._app = app
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"].endswith("/stream") and not self._streams and b"once=true" not in scope["query_string"]:
            await send({"type": "http.response.start", "status": 502, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, send)


def _narrow(*, streams: bool) -> Callable[[ASGIApp, Pipeline], ASGIApp]:
    return lambda app, _pipeline: Narrow(app, streams=streams)


def test_each_way_is_tried_a_few_times() -> None:
    """A client that receives nothing goes on to the next transport, and after the last begins again."""
    choice, tried = TransportChoice(), []
    for _ in range(3 * TRIES + 1):
        tried.append(choice.begin(0.0))
        choice.end()

    assert tried == [*["websocket"] * TRIES, *["events"] * TRIES, *["polling"] * TRIES, "websocket"]


def test_the_best_way_is_tried_again() -> None:
    """When a lesser way that worked breaks, and when it has worked for a while."""
    choice = TransportChoice()
    for _ in range(TRIES):
        choice.begin(0.0)
        choice.end()
    way = choice.begin(5.0)
    choice.succeeded()
    patience = [choice.should_retry_best(5.0), choice.should_retry_best(4.0 + BETTER_S), choice.should_retry_best(5.0 + BETTER_S)]
    choice.end()

    assert (way, choice.transport) == ("events", "websocket")
    assert patience == [False, False, True]


def test_the_best_way_is_never_left_for_a_better() -> None:
    """A WebSocket stays for as long as it works."""
    choice = TransportChoice()
    choice.begin(0.0)

    assert not choice.should_retry_best(1e9)


@pytest.mark.parametrize(("reason", "retry_s"), [("dartd stops, retry in 730 ms", 0.73), ("too slow", None), ("", None)])
def test_the_board_may_say_when_to_come_back(reason: str, retry_s: float | None) -> None:
    """In the reason of a close frame."""
    lost = ConnectionLostError(reason)

    assert lost.retry_s == retry_s


@pytest.mark.slow
@pytest.mark.parametrize(("streams", "way"), [(True, "events"), (False, "polling")])
async def test_another_way_is_found(tmp_path: Path, waiting: Waiting, streams: bool, way: str) -> None:  # noqa: FBT001  parametrized
    """Where no WebSocket gets through, an event stream does; where that does not either, asking again and again."""
    async with running_station(tmp_path, around=_narrow(streams=streams)) as station, cutter_before(station.port) as cutter:
        await station.happen(hit("d1", 1))
        client = DartdClient(f"ws://127.0.0.1:{cutter.port}/ws", poll_s=0.05)
        seqs: list[int] = []

        async def listen() -> None:
            async with aclosing(client.listen()) as messages:  # type: ignore[type-var]  # an async generator, declared as iterator
                async for event in messages:
                    seqs.extend([event.seq] if event.seq is not None else [])

        listening = asyncio.ensure_future(listen())
        await waiting.soon(lambda: client.connection == "open")
        await station.happen(hit("d2", 2))
        await waiting.soon(lambda: seqs == [2])
        found = client.transport
        cutter.cut()
        await station.happen(hit("d3", 3))
        await waiting.soon(lambda: seqs == [2, 3])
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening

    assert found == way
    assert [dart.dart_id for dart in client.state.darts] == ["d1", "d2", "d3"]


async def test_an_event_stream_that_falls_silent_is_lost(tmp_path: Path) -> None:
    """A connection on which nothing comes is closed; what came before was received."""
    async with running_station(tmp_path) as station, cutter_before(station.port) as cutter:
        received = []

        async def listen() -> None:
            async for wire in over_events(lambda scheme, path: f"{scheme}://127.0.0.1:{cutter.port}{path}?topics=*", {}, 0.3):
                received.append(wire)
                cutter.silence()

        with pytest.raises(ConnectionLostError):
            await listen()

    assert [b'"hello"' in wire for wire in received] == [True, False]
    assert len(received) == 2


async def test_what_is_no_event_stream_is_lost(tmp_path: Path) -> None:
    """A page that is refused, or is no HTTP at all, is no way."""

    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with running_station(tmp_path) as station, server:
        for base in (f"http://127.0.0.1:{station.port}/no/such/page", f"http://127.0.0.1:{port}/"):
            with pytest.raises(ConnectionLostError):
                await anext(over_events(lambda _scheme, _path, base=base: base, {}, 2.0))  # type: ignore[misc]  # mypy infers no default


_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(
    b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in (b"id: 1\nda", b"ta: one\n\ndata: t", b"wo\n\n")
)
_SIZED = b"HTTP/1.1 200 OK\r\ncontent-length: 22\r\nX: y\r\n\r\ndata: one\n\ndata: two\n\n"


@pytest.mark.parametrize(("response", "ends"), [(_CHUNKED + b"0\r\n\r\n", True), (_CHUNKED, False), (_SIZED, True)])
@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_a_response_is_read_however_it_is_cut(response: bytes, step: int, *, ends: bool) -> None:
    """In chunks or of a known length, in pieces of any size."""
    answer = _Answer()
    received = [payload for k in range(0, len(response), step) for payload in answer.take(response[k : k + step])]

    assert (received, answer.is_over) == ([b"one", b"two"], ends)


@pytest.mark.parametrize(
    "response", [b"SSH-2", b"HTTP/1.1 204 None\r\n\r\n", b"HTTP/1.1 2\r\n\r\n", _CHUNKED + b"zz\r\n", _CHUNKED + b"-1\r\n"]
)
def test_a_response_that_is_none_is_refused(response: bytes) -> None:
    """Another status, another protocol, a length that is no number."""
    answer = _Answer()

    with pytest.raises(ConnectionLostError):
        list(answer.take(response))
