"""The metrics of a relay."""

from prometheus_client.exposition import generate_latest

from dartd.relay.figures import RelayFigures, registry_of
from tests.support.board_reports import event_message, report_message
from tests.support.relay_services import relay_services


async def test_metrics_count_boards_and_events() -> None:
    """With the version and the process."""
    services = relay_services()
    services.boards.apply(*report_message())
    services.boards.apply(*event_message(1))
    registry = registry_of(RelayFigures(services.boards, services.feed, services.history, services.clients), "1.2")
    text = generate_latest(registry).decode()

    for line in (
        "dartd_relay_boards 1.0",
        "dartd_relay_events_total 1.0",
        "dartd_relay_connected 0.0",
        'dartd_build_info{version="1.2"} 1.0',
    ):
        assert line in text
