"""Which program listens on a port."""

import os
import socket
from pathlib import Path

import pytest

from dartd.port_holder import port_holder


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_listening_program_is_named(family: socket.AddressFamily, host: str) -> None:
    """A real socket of this process, in both families."""
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        port = listener.getsockname()[1]
        before = port_holder(port)
        listener.listen()

        assert before is None  # it is bound, but does not listen
        assert (port_holder(port) or "").startswith(f"process {os.getpid()} (")


def test_what_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    """Another user's program, one that has ended, a system without /proc: no error."""
    assert port_holder(80, tmp_path) is None
    (tmp_path / "net").mkdir()
    line = "0: 00000000:0050 00000000:0000 0A 0 0 0 0 0 77 1"
    (tmp_path / "net" / "tcp").write_text(f"header\n{line}\n")
    (tmp_path / "12").mkdir()

    assert port_holder(80, tmp_path) is None
    (tmp_path / "12" / "fd").mkdir()
    (tmp_path / "12" / "fd" / "3").symlink_to("socket:[77]")
    assert port_holder(80, tmp_path) == "process 12 (?)"
