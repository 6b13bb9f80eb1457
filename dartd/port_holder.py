"""Which program listens on a TCP port of this machine, from /proc (proc(5)); other users' programs are named to root only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LISTEN: Final = "0A"  # the state in /proc/net/tcp
_STATE, _LOCAL, _INODE = 3, 1, 9  # columns there


def port_holder(port: int, proc: Path = Path("/proc")) -> str | None:
    """Return "process 1234 (name)" of the program that listens on a port; None if it cannot be found out."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port, proc)}
    if not sockets:
        return None
    for process in proc.iterdir():
        if process.name.isdecimal() and _has_any(process, sockets):
            return f"process {process.name} ({_name(process)})"
    return None


def _listening(port: int, proc: Path) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for columns in map(str.split, lines):
            if columns[_STATE] == _LISTEN and int(columns[_LOCAL].rpartition(":")[2], 16) == port:
                yield columns[_INODE]


def _has_any(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(each.readlink()) in sockets for each in (process / "fd").iterdir())
    except OSError:  # it ended, or is of another user
        return False


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "?"
