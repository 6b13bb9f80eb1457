"""systemd integration: sd_notify (READY, STATUS, WATCHDOG) and socket activation. Without systemd all functions do nothing."""

import os
import socket
from collections.abc import Mapping

_FIRST_FD = 3  # SD_LISTEN_FDS_START


def sd_notify(*lines: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send a notification to systemd, such as `READY=1` or `STATUS=3 cameras ready`; return whether it was sent.

    Never blocks and never raises: a lost watchdog notification is followed by the next one, and a lost READY results in the start
    timeout.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as channel:
            channel.connect("\0" + address[1:] if address.startswith("@") else address)
            channel.sendall("\n".join(line.replace("\n", " ") for line in lines).encode())
    except OSError:
        return False
    return True


def listen_fds(environ: Mapping[str, str] = os.environ) -> list[socket.socket]:
    """Return the sockets that systemd opened for this process; none without socket activation."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(environ.get("LISTEN_FDS", "0"))
    taken = [socket.socket(fileno=fd) for fd in range(_FIRST_FD, _FIRST_FD + count)]
    for each in taken:
        each.set_inheritable(False)  # camera processes must not inherit the port
    return taken


def watchdog_interval_s(environ: Mapping[str, str] = os.environ) -> float | None:
    """Return the interval of watchdog notifications, a third of systemd's limit; None without a watchdog."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    limit_us = environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 3e6 if limit_us.isdecimal() and int(limit_us) > 0 else None
