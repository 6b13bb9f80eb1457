"""Ports of other interfaces; tests/integration/test_compat.py has what they serve."""

import socket
from pathlib import Path

import msgspec
import pytest

from dartd.config import CompatConfig
from dartd.errors import ListenError
from dartd.listening import open_compat_sockets
from tests.support.daemon import free_port
from tests.support.station import CONFIG, running_station


@pytest.mark.slow
async def test_two_interfaces_share_a_port(tmp_path: Path) -> None:
    """And the daemon closes it when it ends."""
    port = free_port()
    config = msgspec.structs.replace(CONFIG, compat=CompatConfig(autodarts=port, opendarts=port))
    for _ in range(2):
        async with running_station(tmp_path, config=config) as station:
            assert station.services.config.compat.surfaces == {"autodarts": port, "opendarts": port}


def test_a_port_in_use_is_named_with_its_key() -> None:
    """So that one knows which to change."""
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))  # noqa: S104 - as the daemon does
        other.listen()
        config = msgspec.structs.replace(CONFIG, compat=CompatConfig(autodarts=other.getsockname()[1]))
        with pytest.raises(ListenError, match=r"compat\.autodarts"):
            open_compat_sockets(config)
