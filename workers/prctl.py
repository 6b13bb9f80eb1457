"""Settings of a process that Linux keeps: its name, and whether it ends with its parent."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_NAME_BYTES = 15

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Make the kernel kill this process when its parent ends; exit at once if the parent is no longer `parent`.

    The signal is sent when the *thread* that started this process ends, even if its process lives on.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was asked, and nothing would be sent
        os._exit(1)


def name_process(name: str) -> None:
    """Set the name that `ps` and `top` show (the kernel stores 15 bytes)."""
    _libc.prctl(_PR_SET_NAME, name.encode()[:_NAME_BYTES], 0, 0, 0)
