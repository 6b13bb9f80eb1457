"""mDNS: the board announces its page and its interfaces in the local network, so that others find them."""

import asyncio
import logging
import socket
from typing import Any, Final, NoReturn, Protocol

import anyio

from dartd.addresses import network_host
from dartd.config import Config
from dartd.extras import load

_log = logging.getLogger(__name__)

GOODBYE_S: Final = 0.8  # in which the announcement is withdrawn, since the end of the daemon is to take less than a second
_LOOK_S: Final = 60.0  # the address of the machine may change, and the network come late


class MdnsServices(Protocol):
    """The dependencies of the announcement."""

    @property
    def config(self) -> Config:
        """Return the configuration."""

    @property
    def version(self) -> str:
        """Return the version of dartd."""


def announced(config: Config, port: int) -> dict[str, int]:
    """Return the types of services that are announced, each with its port; `port` is the one that dartd listens on."""
    found = {"_http._tcp": port, "_dartd._tcp": port}
    if "autodarts" in config.compat.surfaces:
        found["_autodarts-board._tcp"] = config.compat.surfaces["autodarts"] or port
    return found


class Mdns:
    """The announcement; `port` is the one that dartd listens on."""

    def __init__(self, services: MdnsServices, port: int) -> None:
        """Prepare the announcement.

        Raises:
            ConfigError: its package is not installed.
        """
        self._zeroconf = load("mdns", "zeroconf", path="$.mdns.enabled")
        self._asyncio = load("mdns", "zeroconf.asyncio", path="$.mdns.enabled")
        self._services = services
        self._port = port

    async def run(self) -> NoReturn:
        """Announce until cancelled; when the address of the machine changes announce the new one."""
        while True:
            address = await asyncio.to_thread(self._address)
            if address is not None:
                await self._announce_while(address)
            await asyncio.sleep(_LOOK_S)

    def _address(self) -> str | None:
        return network_host(self._services.config.server.host)

    async def _announce_while(self, address: str) -> None:
        """Announce an address until the machine has another one."""
        # Without an address it would ask the system for all of them, which the sandbox of the service does not allow.
        mdns = self._asyncio.AsyncZeroconf(interfaces=[address])
        try:
            for info in self.infos(address):
                await mdns.async_register_service(info, allow_name_change=True)
            _log.info("mdns: announced at %s", address)
            while await asyncio.to_thread(self._address) == address:  # noqa: ASYNC110 - nothing reports a change
                await asyncio.sleep(_LOOK_S)
        finally:
            with anyio.move_on_after(GOODBYE_S, shield=True):
                await mdns.async_close()

    def infos(self, address: str) -> list[Any]:
        """Return what is announced: name, address, port, and version, board and path as text."""
        config = self._services.config
        host = socket.gethostname().partition(".")[0]
        scheme = {"tls": "1"} if config.server.tls_cert else {}
        properties = {"version": self._services.version, "board": config.board.id, "path": f"{config.server.root_path}/", **scheme}
        return [
            self._zeroconf.ServiceInfo(
                f"{kind}.local.",
                f"{_label(f'{config.board.name} {host}')}.{kind}.local.",
                parsed_addresses=[address],
                port=port,
                properties=properties,
                server=f"{host}.local.",
            )
            for kind, port in announced(config, self._port).items()
        ]


def _label(name: str) -> str:
    """Return a name as one label of DNS: at most 63 bytes, without dots."""
    return name.replace(".", " ").encode()[:63].decode(errors="ignore")
