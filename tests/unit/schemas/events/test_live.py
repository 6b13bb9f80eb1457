"""What the wire tells of the day so far."""

from schemas.codec import decode_live, encode_wire
from schemas.events import MetricsUpdate, SystemStatus


def test_the_day_is_told_and_understood() -> None:
    """It is read as it was written."""
    told = MetricsUpdate(
        date="2026-11-20", darts=3, visits=1, points=26, bounce_outs=0, best_visit=26, three_dart_average="26.00", players=1, clients=2
    )

    assert decode_live(encode_wire(told, {"timestamp": "2026-11-20T20:00:00.000Z"})) == told


def test_the_system_is_told_and_understood() -> None:
    """It is read as it was written."""
    told = SystemStatus(cache_hit_rate=0.97, active_webhooks=0, pending_deliveries=0)

    assert decode_live(encode_wire(told, {"timestamp": "2026-11-20T20:00:00.000Z"})) == told
