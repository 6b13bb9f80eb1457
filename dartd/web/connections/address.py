"""Addresses of clients: which ones count as one client, and what a trusted proxy reports."""

import ipaddress

from dartd.addresses import Networks, parse_address

_IPV6_PREFIX = 64  # an internet connection is assigned at least a /64, so that every address of one is the same client


def client_group(address: str) -> str:
    """Return the address that limits count by: an IPv6 network of /64, else the address itself."""
    found = parse_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, _IPV6_PREFIX), strict=False))
    return address if found is None else str(found)


class TrustedProxies(Networks):
    """The reverse proxies whose `X-Forwarded-*` headers are believed: addresses and networks."""

    def client_of(self, forwarded_for: str) -> str | None:
        """Return the client in `X-Forwarded-For`: the last address that is not that of a trusted proxy; None if there is no valid one.

        Everything before it was written by the client itself.
        """
        for each in reversed(forwarded_for.split(",")):
            found = parse_address(_without_port(each.strip()))
            if found is None:
                return None
            if str(found) not in self:
                return str(found)
        return None


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
