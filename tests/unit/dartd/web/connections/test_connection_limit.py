"""The limit of open connections."""

from dartd.web.connections.address import TrustedProxies
from dartd.web.connections.connection_limit import ConnectionLimit


def _limit(
    *, max_connections: int = 100, max_per_address: int = 100, descriptors: int = 1024, trusted: tuple[str, ...] = ()
) -> ConnectionLimit:
    return ConnectionLimit(
        max_connections=max_connections,
        max_per_address=max_per_address,
        trusted=TrustedProxies(trusted),
        max_descriptors=descriptors,
    )


def test_connections_are_limited_in_all_and_counted_until_released() -> None:
    """A released one leaves its place; releasing it again changes nothing."""
    limit = _limit(max_connections=2)
    first, second = limit.acquire("192.0.2.1", 10), limit.acquire("192.0.2.2", 11)
    third = limit.acquire("192.0.2.3", 12)
    assert first is not None
    first.release()
    first.release()

    assert (second is not None, third, limit.open, limit.refused) == (True, None, 1, 1)
    assert limit.acquire("192.0.2.3", 12) is not None


def test_one_address_leaves_connections_for_others() -> None:
    """Even if the configured number per address is higher than all there are."""
    limit = _limit(max_connections=8, max_per_address=1000)
    taken = [limit.acquire("192.0.2.1", k) for k in range(8)]

    assert sum(lease is not None for lease in taken) == 6
    assert limit.acquire("192.0.2.2", 9) is not None


def test_proxies_and_unix_sockets_are_limited_in_all_only() -> None:
    """Their clients come from one address."""
    limit = _limit(max_per_address=1, trusted=("192.0.2.0/24",))

    assert all(limit.acquire(address, 5) is not None for address in ("192.0.2.1", "192.0.2.1", None, None))


def test_descriptors_are_kept_in_reserve() -> None:
    """A high descriptor shows that few are left, whatever they are used for."""
    limit = _limit(descriptors=64)

    assert limit.acquire("192.0.2.1", 47) is not None
    assert limit.acquire("192.0.2.1", 48) is None
