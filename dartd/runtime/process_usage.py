"""CPU time and memory of a process, from /proc."""

import os
from pathlib import Path
from typing import NamedTuple

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ProcessUsage(NamedTuple):
    """CPU time since the start, user and system together, and resident memory; None: not known."""

    cpu_s: float | None = None
    memory_bytes: int | None = None


def usage_of(pid: int | None) -> ProcessUsage:
    """Return the usage of a process; without figures when it has ended. Blocks for some microseconds."""
    if pid is None:
        return ProcessUsage()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return ProcessUsage((int(fields[11]) + int(fields[12])) / _TICKS_PER_S, int(fields[21]) * _PAGE_BYTES)
    except (OSError, ValueError, IndexError):
        return ProcessUsage()
