"""Seats."""

import contextlib

from dartd.web.connections.clients import Clients


def test_seats_are_bounded_and_freed() -> None:
    """One more than there are seats is refused; a seat that is left is free."""
    clients = Clients(max_clients=1)
    with clients.slot("a") as first, clients.slot("b") as second:
        taken = (first, second, clients.connected)
    with clients.slot("b") as third:
        pass

    assert (taken, third, clients.connected, clients.refused, clients.served) == ((True, False, 1), True, 0, 1, 2)


def test_one_caller_gets_three_quarters() -> None:
    """However many there are."""
    clients = Clients(max_clients=4)
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(clients.slot(caller)) for caller in "aaaab"]
    with clients.slot("a") as again:
        pass

    assert (taken, again) == ([True, True, True, False, True], True)
