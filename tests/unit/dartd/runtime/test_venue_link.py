"""The link of a board to its venue."""

from dartd.runtime.venue_link import OVERDUE_S, VenueLink


def test_a_link_that_is_down_for_long_is_a_problem() -> None:
    """A short interruption must be none, and a board without a venue never have one."""
    link = VenueLink()
    assert link.problem(1e9, 5) is None
    link.goes_down(10.0, "refused")
    link.goes_down(20.0, "timeout")
    assert link.problem(10.0 + OVERDUE_S - 1, 5) is None
    link.published_seq = 2
    problem = link.problem(10.0 + OVERDUE_S, 5)
    link.comes_up()

    assert problem == "the venue cannot be reached (timeout): 3 events wait in the journal"
    assert link.problem(1e9, 5) is None
    assert link.connections == 1
