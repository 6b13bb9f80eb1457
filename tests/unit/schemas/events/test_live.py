"""The events with the figures of the day and of the system."""

from schemas.codec import decode_live, encode_wire
from schemas.events import MetricsUpdate, SystemStatus


def test_the_figures_of_the_day_are_encoded_and_decoded() -> None:
    """It is read as it was written."""
    event = MetricsUpdate(
        date="2026-11-20", darts=3, visits=1, points=26, bounce_outs=0, best_visit=26, three_dart_average="26.00", players=1, clients=2
    )

    assert decode_live(encode_wire(event, {"timestamp": "2026-11-20T20:00:00.000Z"})) == event


def test_the_system_status_is_encoded_and_decoded() -> None:
    """It is read as it was written."""
    event = SystemStatus(cache_hit_rate=0.97, active_webhooks=0, pending_deliveries=0)

    assert decode_live(encode_wire(event, {"timestamp": "2026-11-20T20:00:00.000Z"})) == event
