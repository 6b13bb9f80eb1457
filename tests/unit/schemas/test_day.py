"""The day so far."""

import msgspec

from schemas.day import ZoneDay


def test_the_day_of_a_zone_is_read_back() -> None:
    """As it was written."""
    zone = ZoneDay(zone_id="z", zone_name="Oche", count=1, active_share=None, status="normal")

    assert msgspec.json.decode(msgspec.json.encode(zone), type=ZoneDay) == zone
