"""Seats."""

from dartd.web.connections.clients import Clients


def test_seats_are_bounded_and_freed() -> None:
    """One more than there are seats is refused; a seat that is left is free."""
    clients = Clients(max_clients=1)
    with clients.slot() as first, clients.slot() as second:
        taken = (first, second, clients.connected)
    with clients.slot() as third:
        pass

    assert (taken, third, clients.connected, clients.refused, clients.served) == ((True, False, 1), True, 0, 1, 2)
