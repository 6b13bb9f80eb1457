"""The WebSocket below the application."""

import socket

import pytest

from dartd.web.wire import Wire
from tests.support.ear import Connect
from tests.support.station import Station
from tests.support.throws import hit


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
