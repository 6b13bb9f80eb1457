"""The consumer of a relay; tests/integration/test_venue.py has a real one."""

from tests.support.relay_services import relay_services


async def test_a_relay_begins_without_a_connection() -> None:
    """And says why."""
    feed = relay_services().feed
    feed.failed("refused")

    assert (feed.is_connected, feed.is_current, feed.reason) == (False, False, "refused")
