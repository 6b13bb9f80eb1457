"""Writes of declared resources that a decider carries out."""

from dartd.web.http.commanded import REASON
from dartd.web.v1 import fixtures, lists, tournaments


def test_routes_that_write_are_those_of_commands() -> None:
    """They may be refused, and the decider publishes what they did."""
    writing = [each for module in (tournaments, lists, fixtures) for each in module.ENDPOINTS if each.writes]

    assert len(writing) == 14
    assert {(each.publishes, each.no_event_reason, 409 in each.errors) for each in writing} == {(False, REASON, True)}
