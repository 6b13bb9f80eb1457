"""Direct writes to the transport of a client."""

from tests.support.station import Station
from tests.support.throws import hit
from tests.support.websocket_client import Connect


async def test_many_events_arrive_each_as_a_message(station: Station, connect: Connect) -> None:
    """What is joined in one write comes apart again, whole and in order."""
    listener = await connect()
    await listener.receive_types(2)
    published = await station.happen(*(hit(f"d{k}") for k in range(50)))
    received = [(await listener.receive())["event_id"] for _ in published]

    assert received == [envelope.event_id for envelope in published]
