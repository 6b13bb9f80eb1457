"""Where browsers reach this daemon: addresses on this machine and in its network, and their QR codes."""

import io
import ipaddress
import socket
from collections.abc import Iterable
from typing import Final

import segno

# Reserved for documentation (RFC 5737, RFC 3849). A datagram socket that is connected to one sends nothing, and has the address from which
# this machine would send.
_ELSEWHERE: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_PORT: Final = 9
_WILDCARDS: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  compared, not bound
_BORDER: Final = 2  # modules of white around a code; scanners need no more on a white ground


FORWARDED: Final = "dartd.forwarded"  # set in the scope of a request whose client was reported by a trusted proxy

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_address(text: str) -> Address | None:
    """Return an address, that of IPv4 if it is mapped to IPv6; None if the text is none."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


class Networks:
    """A set of addresses and networks."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(ipaddress.ip_network(each, strict=False) for each in networks)

    def __contains__(self, address: str) -> bool:
        """Return whether the address is in one of them."""
        found = parse_address(address) if self._networks else None
        return found is not None and any(found in network for network in self._networks)


def local_host(host: str) -> str:
    """Return the host that a browser on this machine can open; `host` is what the server is bound to."""
    return "localhost" if host in _WILDCARDS else host


def network_host(host: str) -> str | None:
    """Return the host that browsers on other devices can open, None if there is none; `host` is what the server is bound to. Blocks."""
    if host not in _WILDCARDS:
        return None if is_loopback(host) else host
    for family, elsewhere in _ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, _PORT))
                found: str = probe.getsockname()[0]
        except OSError:
            continue
        if not is_loopback(found):
            return found
    return None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine under a name that means another one elsewhere."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def url_of(scheme: str, host: str, port: int, root_path: str = "") -> str:
    """Return the address of the play page; `root_path` as configured."""
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{root_path}/"


def invitation(url: str, *, with_code: bool) -> list[str]:
    """Return what the terminal shows for other devices: the address, and its QR code if it is wanted."""
    return [f"for other devices in this network: {url}", *([qr_text(url)] if with_code else [])]


def qr_text(url: str) -> str:
    """Return a QR code of block characters, for a terminal."""
    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(drawn, border=_BORDER, compact=True)
    return drawn.getvalue().rstrip("\n")


def qr_svg(url: str) -> bytes:
    """Return a QR code, black on white, as an SVG file."""
    drawn = io.BytesIO()
    segno.make(url, micro=False).save(
        drawn, kind="svg", border=_BORDER, light="#fff", xmldecl=False, svgclass=None, lineclass=None, omitsize=True
    )
    return drawn.getvalue()
