"""Addresses of clients."""

import pytest

from dartd.web.connections.address import TrustedProxies, client_group


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("local", "local"),
    ],
)
def test_an_ipv6_network_is_one_client(address: str, group: str) -> None:
    """A client with one address of a /64 has all of them."""
    assert client_group(address) == group


@pytest.mark.parametrize(
    ("header", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.1, 192.0.2.7", "192.0.2.7"),
        ("203.0.113.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("10.0.0.2", None),
        ("unknown", None),
        ("192.0.2.7, nonsense", None),
        ("", None),
    ],
)
def test_the_client_is_the_last_one_that_is_no_proxy(header: str, client: str | None) -> None:
    """What stands before it was written by the client."""
    assert TrustedProxies(["10.0.0.0/8"]).client_of(header) == client


def test_no_proxy_is_trusted_by_default() -> None:
    """Not even one at this machine."""
    assert "127.0.0.1" not in TrustedProxies()
    assert "127.0.0.1" in TrustedProxies(["127.0.0.1"])
    assert "::ffff:127.0.0.1" in TrustedProxies(["127.0.0.0/8"])
    assert "unix" not in TrustedProxies(["127.0.0.0/8"])
