"""The WebSocket below the application."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from dartd.web.wire import Wire, text_header
from tests.support.ear import Connect
from tests.support.station import Station
from tests.support.throws import hit


@given(lengths=st.lists(st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536, 70_000]), max_size=5))
def test_frames_are_read_by_others(lengths: list[int]) -> None:
    """Messages of any length, joined, are what an independent implementation reads."""
    messages = [b"x" * length for length in lengths]
    client = ClientProtocol(parse_uri("ws://board/"), state=OPEN)
    client.receive_data(b"".join(text_header(len(message)) + message for message in messages))

    assert [frame.data for frame in client.events_received() if isinstance(frame, Frame)] == messages


async def test_many_events_arrive_each_as_a_message(station: Station, connect: Connect) -> None:
    """What is joined in one write comes apart again, whole and in order."""
    ear = await connect()
    await ear.hear_types(2)
    told = await station.happen(*(hit(f"d{k}") for k in range(50)))
    heard = [(await ear.hear())["event_id"] for _ in told]

    assert heard == [envelope.event_id for envelope in told]


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="this system cannot bound what the kernel hides")
async def test_the_kernel_hides_little(station: Station, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket takes no megabytes that its client has not read."""
    seen: list[int] = []
    construct = Wire.__init__

    def looking(wire: Wire, protocol: object) -> None:
        raw = protocol.transport.get_extra_info("socket")  # type: ignore[attr-defined]  # a WireProtocol
        seen.append(raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT))
        construct(wire, protocol)  # type: ignore[arg-type]  # the same

    monkeypatch.setattr(Wire, "__init__", looking)
    await connect()

    assert seen == [16 * 1024]
