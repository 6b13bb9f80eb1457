"""The WebSocket below the application."""

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

from dartd.web.streams.transport import ClientTransport, ReceiveQueue
from tests.support.station import Station, running_station
from tests.support.throws import hit
from tests.support.waiting import DEADLINE_S, Waiting
from tests.support.websocket_client import Connect, WebSocketClient

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
    """Send frames as they are, and receive until the connection ends: what came besides events."""
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


async def test_many_events_arrive_each_as_a_message(station: Station, connect: Connect) -> None:
    """What is joined in one write comes apart again, whole and in order."""
    listener = await connect()
    await listener.receive_types(2)
    published = await station.happen(*(hit(f"d{k}") for k in range(50)))
    received = [(await listener.receive())["event_id"] for _ in published]

    assert received == [envelope.event_id for envelope in published]


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
    """What is put in comes out in order; taking from an empty one waits."""
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
