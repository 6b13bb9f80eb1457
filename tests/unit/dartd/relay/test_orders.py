"""Commands on their way to a board; those that arrive are in tests/integration/test_venue.py."""

from dartd.relay.orders import order
from tests.support.board_reports import report_message
from tests.support.relay_services import relay_services


async def test_commands_that_cannot_go_are_answered() -> None:
    """With what is missing: an action, a board, a token, a connection."""
    services = relay_services()
    services.boards.apply(*report_message())
    asked = (("b1", "explode", "t"), ("zz", "stop", "t"), ("b1", "stop", None), ("b1", "stop", "t"))

    assert [(await order(services, *each)).status for each in asked] == [422, 404, 401, 503]
