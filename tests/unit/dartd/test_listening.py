"""The sockets that the daemon listens on."""

import os
import socket

import pytest

from dartd.config import Config, ServerConfig
from dartd.errors import ListenError
from dartd.listening import open_sockets


def test_address_in_use_is_refused() -> None:
    """The error names the address, the reason, the program that holds it, and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = Config(server=ServerConfig(host="127.0.0.1", port=taken.getsockname()[1]))

        with pytest.raises(ListenError, match=rf"Address already in use.*stop process {os.getpid()} \(.*set server\.port"):
            open_sockets(config, {})


def test_unknown_host_is_refused() -> None:
    """A name that is no address of this machine is refused with the key to change."""
    config = Config(server=ServerConfig(host="no such host.invalid", port=0))

    with pytest.raises(ListenError, match=r"set server\.host"):
        open_sockets(config, {})
