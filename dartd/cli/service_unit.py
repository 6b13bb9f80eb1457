"""The unit of systemd: made for the program that is installed, written, started, removed."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from dartd.config import ServerConfig
from dartd.config.directories import SYSTEM_CONFIG, SYSTEM_STATE, shipped
from dartd.errors import ServiceError

UNIT_PATH: Final = Path("/etc/systemd/system/dartd.service")
SOCKET_PATH: Final = Path("/etc/systemd/system/dartd.socket")
PRIVATE_STATE: Final = Path("/var/lib/private/dartd")  # where systemd keeps the state of a dynamic user; /var/lib/dartd links to it
_SHIPPED_ADDRESS: Final = "0.0.0.0:8000"
_SHIPPED_PROGRAM: Final = "/opt/dartd/.venv/bin/dartd"
_HIDDEN: Final = (Path("/home"), Path("/root"), Path("/run/user"))  # by ProtectHome=yes
_TIMEOUT_S: Final = 120.0  # more than TimeoutStartSec and TimeoutStopSec of the unit


def require_root(command: str) -> None:
    """Raise if this user is not root.

    Raises:
        ServiceError: with the command line to use.
    """
    if os.geteuid() != 0:
        raise ServiceError(f"{command} changes the services of this machine, which root may: sudo {Path(sys.argv[0]).absolute()} {command}")


def unit_for(program: Path, hidden: Iterable[Path] = _HIDDEN) -> str:
    """Return the text of the unit that starts a program.

    Raises:
        ServiceError: the user of the service cannot read the program; the message says where to install it.
    """
    for path in (program, program.resolve(), Path(sys.executable).resolve()):
        unreadable = next((part for part in (path, *path.parents) if part in hidden or not _readable_by_others(part)), None)
        if unreadable is not None:
            raise ServiceError(
                f"the service runs as a user of its own, which cannot read {unreadable}: install dartd for all users, with "
                "`python3 -m venv /opt/dartd && /opt/dartd/bin/pip install dartd`, then `/opt/dartd/bin/dartd install-service`"
            )
    return shipped("dartd.service").read_text().replace(_SHIPPED_PROGRAM, str(program))


def socket_for(server: ServerConfig) -> str | None:
    """Return the text of the unit that listens for dartd; None where the host is a name, which systemd does not take."""
    try:
        host = ip_address(server.host)
    except ValueError:
        return None
    address = f"[{host}]:{server.port}" if host.version == 6 else f"{host}:{server.port}"
    return shipped("dartd.socket").read_text().replace(_SHIPPED_ADDRESS, address)


def _readable_by_others(path: Path) -> bool:
    mode = path.stat().st_mode
    return bool(mode & (stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH))


def install(unit: str, listening: str | None) -> None:
    """Write the units, enable and start them; those that are there already are replaced and started anew.

    Without `listening`, the text of the unit of the socket, dartd opens its port itself.

    Raises:
        ServiceError: systemd refused.
    """
    was_running = UNIT_PATH.exists()
    UNIT_PATH.write_text(unit)
    if listening is None:
        _remove(SOCKET_PATH)
    else:
        SOCKET_PATH.write_text(listening)
    systemctl("daemon-reload")
    if was_running:
        systemctl("stop", UNIT_PATH.name)  # it has the port, which its socket is to open
    if listening is not None:
        systemctl("enable", SOCKET_PATH.name)
        systemctl("restart", SOCKET_PATH.name)
    systemctl("enable", UNIT_PATH.name)
    systemctl("restart", UNIT_PATH.name)


def uninstall(*, purge: bool) -> None:
    """Stop the service and remove its units; with `purge` also its configuration and its state.

    Raises:
        ServiceError: systemd refused.
    """
    if [_remove(path) for path in (SOCKET_PATH, UNIT_PATH)] != [False, False]:  # a connection to the socket would start the service again
        systemctl("daemon-reload")
    if purge:
        SYSTEM_STATE.unlink() if SYSTEM_STATE.is_symlink() else shutil.rmtree(SYSTEM_STATE, ignore_errors=True)
        for path in (PRIVATE_STATE, SYSTEM_CONFIG.parent):
            shutil.rmtree(path, ignore_errors=True)


def _remove(unit: Path) -> bool:
    was_there = unit.exists()
    if was_there:
        systemctl("disable", "--now", unit.name)
        unit.unlink()
    return was_there


def systemctl(*arguments: str) -> None:
    """Run `systemctl`.

    Raises:
        ServiceError: it is missing, fails, or takes too long; the message contains what it printed.
    """
    program = shutil.which("systemctl")
    if program is None:
        raise ServiceError("there is no systemctl: this machine does not use systemd; start `dartd run` in another way")
    command = [program, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 - fixed arguments
    except subprocess.TimeoutExpired:
        raise ServiceError(f"systemctl {' '.join(arguments)} took more than {_TIMEOUT_S:.0f} s: see journalctl -u dartd") from None
    if done.returncode != 0:
        raise ServiceError(f"systemctl {' '.join(arguments)} failed: {done.stderr.strip()}; see journalctl -u dartd")
