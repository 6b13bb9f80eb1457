"""Where a webhook may post to: the address is checked where it is given, and again each time it is resolved.

A name that resolves to a public address now may resolve to another later: the request is sent to the address that was checked, not to the
name (the Host header and the certificate are those of the name).
"""

import functools
import ipaddress
import socket
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

import anyio
import anyio.to_thread

from dartd.errors import DartdError

_PORTS: Final = {"http": 80, "https": 443}
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # RFC 4291: the only part of IPv6 that is assigned to the public internet
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_PROTOCOLS: Final = ipaddress.IPv4Network("192.0.0.0/24")  # RFC 6890: of protocols, no hosts; `is_global` of Python 3.11 is true for some

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class DestinationRefusedError(DartdError):
    """The address of a webhook cannot be used."""

    code = "VALIDATION_ERROR"


class UnresolvedError(DartdError):
    """The name of the receiver cannot be resolved now."""

    code = "UNRESOLVED"


class Destination(NamedTuple):
    """The parts of a webhook's URL."""

    scheme: str
    host: str
    port: int
    netloc: str
    target: str


def destination_of(url: str) -> Destination:
    """Return the parts of a URL.

    Raises:
        DestinationRefusedError: it has no host or no valid port, or a user or password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise DestinationRefusedError(f"this is not an address: {error}") from error
    if parts.scheme not in _PORTS or not host:
        raise DestinationRefusedError("expected http://HOST/… or https://HOST/…")
    if "@" in parts.netloc:
        raise DestinationRefusedError("an address has no user or password; receivers verify the signature")
    return Destination(parts.scheme, host, port or _PORTS[parts.scheme], parts.netloc, _target_of(parts))


def _target_of(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


async def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """Return an address of a host that may be posted to.

    Raises:
        UnresolvedError: the name cannot be resolved.
        DestinationRefusedError: one of its addresses is not public, and only public ones are allowed.
    """
    look_up = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = await anyio.to_thread.run_sync(look_up, abandon_on_cancel=True, limiter=_lookups())
    except (OSError, UnicodeError) as error:
        raise UnresolvedError(f"{host} cannot be resolved: {error}") from error
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if not allow_private:
        for address in addresses:
            if not is_public(ipaddress.ip_address(address)):
                message = f"{host} is {address}, which is not public: set webhooks.allow_private to post to your own network"
                raise DestinationRefusedError(message)
    return addresses[0]


@functools.cache
def _lookups() -> anyio.CapacityLimiter:
    """Limit the threads that a name server without an answer can hold: they are not those that the rest of the daemon uses."""
    return anyio.CapacityLimiter(4)


def is_public(address: Address) -> bool:
    """Return whether an address is in the public internet, also the IPv4 address that an IPv6 one contains."""
    return all(_is_global(each) for each in (address, *_contained(address)))


def _is_global(address: Address) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address not in _PROTOCOLS
    return address in _GLOBAL_UNICAST or address in _NAT64 or address.ipv4_mapped is not None


def _contained(address: Address) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return [each for each in found if each is not None]
