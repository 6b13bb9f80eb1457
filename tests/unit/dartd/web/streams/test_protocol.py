"""The WebSocket below the application: the protocol, and what clients may send."""

import asyncio
import gc
import re
import socket
import struct
from pathlib import Path

import pytest
import websockets
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from dartd.web.streams.protocol import ReceiveQueue, WebSocketProtocol
from dartd.web.streams.transport import ClientTransport
from tests.support.station import Station, running_station
from tests.support.throws import hit
from tests.support.waiting import DEADLINE_S, Waiting
from tests.support.websocket_client import Connect, WebSocketClient, unread_client

_MASK = b"\x01\x02\x03\x04"
_UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def _frame(first: int, payload: bytes, *, masked: bool = True) -> bytes:
    """Frame as a client does, or as it must not."""
    body = bytes(byte ^ _MASK[k % 4] for k, byte in enumerate(payload)) if masked else payload
    return bytes((first, (0x80 if masked else 0) | len(payload))) + (_MASK if masked else b"") + body


async def _answer_to(port: int, *frames: bytes) -> list[Frame]:
    """Send frames as they are; return what is received besides events until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"".join(frames))
    client = ClientProtocol(parse_uri("ws://board/"), state=OPEN)
    received: list[Frame] = []
    async with asyncio.timeout(DEADLINE_S):
        while data := await reader.read(65_536):
            client.receive_data(data)
            received += [frame for frame in client.events_received() if isinstance(frame, Frame)]
            if received and received[-1].opcode is Opcode.CLOSE:
                writer.write(_frame(0x88, struct.pack("!H", 1000)))
                break
    writer.close()
    return [frame for frame in received if b'"event_type":"hello"' not in frame.data and b'"event_type":"snapshot"' not in frame.data]


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="this system cannot bound what the kernel hides")
async def test_the_kernel_hides_little(station: Station, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket takes no megabytes that its client has not read."""
    seen: list[int] = []
    construct = ClientTransport.__init__

    def looking(wire: ClientTransport, protocol: object) -> None:
        raw = protocol.transport.get_extra_info("socket")  # type: ignore[attr-defined]  # a ClientTransportProtocol
        seen.append(raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT))
        construct(wire, protocol)  # type: ignore[arg-type]  # the same

    monkeypatch.setattr(ClientTransport, "__init__", looking)
    await connect()

    assert seen == [16 * 1024]


_CLOSE = _frame(0x88, struct.pack("!H", 1000))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "frames", "code"),
    [
        ("text that is no UTF-8", [_frame(0x81, b"\xff\xfe")], 1007),
        ("a character cut in two by fragments is whole, half of it is not", [_frame(0x01, b"\xc3"), _frame(0x80, b"\x28")], 1007),
        ("an unmasked frame", [_frame(0x81, b"{}", masked=False)], 1002),
        ("a reserved bit", [_frame(0xC1, b"{}")], 1002),
        ("an unknown opcode", [_frame(0x83, b"{}")], 1002),
        ("an unknown control opcode", [_frame(0x8B, b"")], 1002),
        ("a fragmented ping", [_frame(0x09, b"")], 1002),
        ("a ping that is too long", [bytes((0x89, 0xFE, 0, 126)) + _MASK + bytes(126)], 1002),
        ("a continuation of nothing", [_frame(0x80, b"{}")], 1002),
        ("a new message inside of another", [_frame(0x01, b"{"), _frame(0x81, b"{}")], 1002),
        ("a close of one byte", [_frame(0x88, b"\x03")], 1002),
        ("a close with a code that must not be sent", [_frame(0x88, struct.pack("!H", 1005))], 1002),
        ("a close whose reason is no UTF-8", [_frame(0x88, struct.pack("!H", 1000) + b"\xff")], 1007),
        ("a binary message", [_frame(0x82, b"\x00")], 1003),
        ("a clean close", [_CLOSE], 1000),
    ],
)
async def test_breaking_the_protocol_ends_the_connection_as_it_should(
    station: Station, caplog: pytest.LogCaptureFixture, name: str, frames: list[bytes], code: int
) -> None:
    """Each has its close code, and none is an error of ours."""
    answer = await _answer_to(station.port, *frames)

    assert answer[-1].opcode is Opcode.CLOSE, name
    assert struct.unpack("!H", answer[-1].data[:2])[0] == code
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


async def test_fragments_are_put_together(station: Station) -> None:
    """A message may come in pieces, with a ping between; a ping is answered with its own payload."""
    pieces = [
        _frame(0x01, b'{"action"'),
        _frame(0x89, b"alive?"),
        _frame(0x00, b': "pi'),
        _frame(0x80, b'ng"}'),
        _frame(0x81, b'{"action": "dance"}'),
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", station.port)
    writer.write(_UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"".join(pieces))
    client = ClientProtocol(parse_uri("ws://board/"), state=OPEN)
    received: list[Frame] = []
    async with asyncio.timeout(DEADLINE_S):
        while not any(b"UNKNOWN_ACTION" in frame.data for frame in received):
            client.receive_data(await reader.read(65_536))
            received += [frame for frame in client.events_received() if isinstance(frame, Frame)]
    writer.close()

    assert [frame.data for frame in received if frame.opcode is Opcode.PONG] == [b"alive?"]
    assert sum(b'"event_type":"pong"' in frame.data for frame in received) == 1


async def test_a_letterbox_keeps_the_order_and_waits() -> None:
    """What is put in comes out in order; who takes from an empty one waits."""
    box = ReceiveQueue()
    taking = asyncio.ensure_future(box.get())
    await asyncio.sleep(0)
    box.put_nowait({"type": "websocket.connect"})
    box.put_nowait({"type": "websocket.receive", "text": "1"})
    found = [await taking, await box.get()]

    assert [message["type"] for message in found] == ["websocket.connect", "websocket.receive"]
    assert box.empty()


@pytest.mark.slow
async def test_many_short_connections_leave_nothing_behind(station: Station, waiting: Waiting) -> None:
    """A client that has left is garbage at once: no task, no subscription, no protocol is kept."""

    async def visit() -> None:
        async with websockets.connect(station.ws, proxy=None) as connection:
            await connection.recv()

    async def settled() -> int:
        await waiting.soon(lambda: station.services.clients.connected == 0)
        await waiting.soon(lambda: len(asyncio.all_tasks()) < 20)
        gc.collect()
        return len(gc.get_objects())

    for _ in range(5):
        await asyncio.gather(*(visit() for _ in range(20)))
    before = await settled()
    for _ in range(10):
        await asyncio.gather(*(visit() for _ in range(20)))

    assert await settled() < before * 1.01
    assert station.hub.statistics().clients == 0


async def test_disconnected_clients_are_sent_when_to_come_back(tmp_path: Path) -> None:
    """A daemon that ends closes with 1012, and sends each client another moment."""
    async with running_station(tmp_path) as station:
        listeners = [WebSocketClient(await websockets.connect(station.ws, proxy=None)) for _ in range(5)]
        for listener in listeners:
            await listener.receive_types(2)
    closings = [await listener.until_closed() for listener in listeners]

    assert {code for code, _ in closings} == {1012}
    assert all(re.fullmatch(r"dartd stops, retry in \d+ ms", reason) for _, reason in closings)
    assert len({reason for _, reason in closings}) > 1


async def test_a_client_that_is_leaving_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """Its close frame has been read and is not handled yet when the daemon ends."""
    async with running_station(tmp_path) as station:
        listener = WebSocketClient(await websockets.connect(station.ws, proxy=None))
        await listener.receive_types(2)
        (protocol,) = [each for each in gc.get_objects() if type(each) is WebSocketProtocol and each.conn.state is OPEN]
        protocol.conn.receive_data(_frame(0x88, struct.pack("!H", 1000)))
        is_handled = protocol.close_sent
    closing = await listener.until_closed()

    assert (is_handled, closing[0]) == (False, 1000)


async def _flood(port: int, *frames: bytes, count: int) -> tuple[int, str]:
    """Send the first frames once and the last one many times; return code and reason of the close frame."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    client = ClientProtocol(parse_uri("ws://board/"), state=OPEN)
    writer.write(b"".join(frames[:-1]) + frames[-1] * count)
    async with asyncio.timeout(DEADLINE_S):
        while client.close_rcvd is None and (data := await reader.read(65_536)):
            client.receive_data(data)
    writer.transport.abort()
    assert client.close_rcvd is not None
    return client.close_rcvd.code, client.close_rcvd.reason


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        pytest.param([_frame(0x01, b""), _frame(0x00, b"")], "too many fragments", id="continuations"),
        pytest.param([_frame(0x89, b"")], "too many frames", id="pings"),
        pytest.param([_frame(0x8A, b"")], "too many frames", id="pongs"),
        pytest.param([_frame(0x81, b"")], "too many messages", id="messages"),
    ],
)
async def test_a_flood_of_frames_is_closed(station: Station, frames: list[bytes], reason: str) -> None:
    """Frames of every kind count, whether or not they reach the application."""
    assert await _flood(station.port, *frames, count=40_000) == (1008, reason)


async def test_a_flood_of_bytes_is_closed(station: Station) -> None:
    """More bytes than the message limits permit are not received, even in valid messages."""
    large = bytes((0x82, 0xFF)) + struct.pack("!Q", 60_000) + _MASK + bytes(60_000)  # a binary message is not permitted at all
    long = bytes((0x81, 0xFF)) + struct.pack("!Q", 60_000) + _MASK + bytes(60_000)

    assert await _flood(station.port, large, count=200) == (1003, "binary messages are not supported: send JSON as text")
    assert (await _flood(station.port, long, count=200))[0] == 1008


async def test_others_are_served_during_a_flood(station: Station, connect: Connect) -> None:
    """The frames of a few connections do not delay the answer to another client."""
    listener = await connect()
    await listener.receive_types(2)
    floods = [asyncio.ensure_future(_flood(station.port, _frame(0x01, b""), _frame(0x00, b""), count=100_000)) for _ in range(4)]
    await asyncio.sleep(0)
    await listener.send(action="ping")
    kind = (await listener.receive())["event_type"]
    closings = await asyncio.gather(*floods)

    assert kind == "pong"
    assert {code for code, _ in closings} == {1008}


@pytest.mark.slow
async def test_unread_pongs_use_no_memory(station: Station, waiting: Waiting) -> None:
    """A client that pings and reads nothing gets the latest pong only, once it reads again."""
    raw = await unread_client(station.port)
    await waiting.soon(lambda: station.services.clients.connected == 1)
    listener = next(iter(station.services.clients.by_id.values()))
    loop = asyncio.get_running_loop()
    await station.happen(*(hit(f"d{k}") for k in range(400)))
    await waiting.soon(lambda: listener.subscription.lagging)
    ping = _frame(0x89, b"x" * 120)
    for k in range(15):
        await loop.sock_sendall(raw, ping * 100 + _frame(0x89, b"latest" if k == 14 else b"earlier"))
    received = b""
    async with asyncio.timeout(DEADLINE_S):
        while b"\x8a\x06latest" not in received:
            received += await loop.sock_recv(raw, 65_536)
    raw.close()

    assert received.count(b"x" * 120) < 500


async def test_a_message_in_pieces_waits_for_the_one_before(station: Station, connect: Connect) -> None:
    """Messages sent at once are received in order, none is lost, also when they arrive in one read."""
    listener = await connect()
    await listener.receive_types(2)
    messages = [_frame(0x81, b'{"action": "dance%02d"}' % k) for k in range(50)]
    frames = await _answer_to(station.port, *messages, _CLOSE)
    answers = [frame.data for frame in frames if frame.opcode is Opcode.TEXT]

    assert [bytes(answer).partition(b"dance")[2][:2] for answer in answers] == [b"%02d" % k for k in range(len(answers))]
