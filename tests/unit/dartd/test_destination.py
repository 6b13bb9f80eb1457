"""Where webhooks may post to."""

import ipaddress

import pytest

from dartd.destination import DestinationRefusedError, UnresolvedError, destination_of, is_public, resolve


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",  # 127.0.0.1 as one number
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",  # noqa: S104 - an address that is refused
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",  # metadata of clouds
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "::127.0.0.1",  # compatible with IPv4, which was given up
        "::ffff:0:127.0.0.1",  # translated to IPv4
        "64:ff9b:1::7f00:1",  # NAT64 of the own network
        "5f00::1",
        "192.0.0.8",
    ],
)
async def test_addresses_that_are_not_public_are_refused(host: str) -> None:
    """However they are written."""
    with pytest.raises(DestinationRefusedError, match="not public"):
        await resolve(host, 80, allow_private=False)


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
async def test_public_addresses_are_allowed(host: str) -> None:
    """Also an IPv4 address within an IPv6 one."""
    assert is_public(ipaddress.ip_address(host))
    assert ipaddress.ip_address(await resolve(host, 443, allow_private=False)) == ipaddress.ip_address(host)


async def test_private_addresses_can_be_allowed() -> None:
    """By the configuration."""
    assert await resolve("localhost", 80, allow_private=True) in {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 300, "xn--\u0000"])
async def test_names_that_cannot_be_resolved(host: str) -> None:
    """Raise an error of their own: they may resolve later."""
    with pytest.raises(UnresolvedError):
        await resolve(host, 80, allow_private=False)


@pytest.mark.parametrize(
    "url",
    ["https://", "ftp://example.com/", "http://user@example.com/", "http://u:p@example.com/", "http://example.com:99999/", "http://[::1/"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """With a reason."""
    with pytest.raises(DestinationRefusedError):
        destination_of(url)


def test_parts_of_an_address() -> None:
    """The target is path and query; the port is that of the scheme unless one is given."""
    assert destination_of("https://Example.com/a/b?c=d#e") == ("https", "example.com", 443, "Example.com", "/a/b?c=d")
    assert destination_of("http://[2001:db8::1]:8080")[1:] == ("2001:db8::1", 8080, "[2001:db8::1]:8080", "/")
