"""The outlet as a whole is in tests/integration/test_venue.py; here are its metrics."""

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from dartd.outlets.nats.nats import register
from dartd.runtime.venue_link import VenueLink


def test_metrics_show_the_link() -> None:
    """Whether it is there, and what waits."""
    registry, state = CollectorRegistry(), VenueLink()
    state.goes_down(1.0, "away")
    register(registry, state, lambda: 12)
    state.published_seq, state.published = 10, 10
    text = generate_latest(registry).decode()

    assert "dartd_venue_connected 0.0" in text
    assert "dartd_venue_events_waiting 2.0" in text
    assert "dartd_venue_published_total 10.0" in text
