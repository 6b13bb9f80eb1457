"""A daemon whose resources clients try to use up."""

import os
import socket
from pathlib import Path

from tests.support.daemon import RunningDaemon, free_port, write_config


def test_silent_connections_do_not_end_it(tmp_path: Path) -> None:
    """With few file descriptors and more silent connections than there are, the daemon keeps running and serves others again."""
    port = free_port()
    config = write_config(tmp_path, port)
    with RunningDaemon(config, port, command=["prlimit", "--nofile=64:64"]) as daemon:
        daemon.until_ready()
        silent = [socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0)) for _ in range(80)]
        refused = sum(_is_closed(each) for each in silent)
        in_use = len(os.listdir(f"/proc/{daemon.process.pid}/fd"))  # noqa: PTH208  only their number
        daemon.waiting.until(
            lambda: daemon.get("/health/deep"), "an answer while the silent connections are open or after they were closed"
        )
        for each in silent:
            each.close()
        code, _, errors = daemon.end()

    assert refused >= 80 - 48
    assert in_use <= 64 - 8
    assert code == 0, errors
    assert "Traceback" not in errors


def _is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True
