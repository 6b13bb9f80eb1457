"""What the web is given."""

import msgspec

from schemas.codec import decode_live
from schemas.events import Pong
from tests.support.station import Station


async def test_live_events_are_flat_and_timed(station: Station) -> None:
    """What is not journalled is written as the wire writes everything."""
    wire = station.services.encode(Pong(last_seq=4))

    assert (decode_live(wire), msgspec.json.decode(wire)["timestamp"][-1]) == (Pong(last_seq=4), "Z")
