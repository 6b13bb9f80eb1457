"""The memory that threads allocate from."""

import ctypes
import subprocess
import sys

import pytest

_THREADS = """
import ctypes, sys, threading
from dartd.runtime.arenas import share_arenas
if sys.argv[1:]:
    share_arenas()
barrier = threading.Barrier(9)
def allocate():
    held = [bytes(2000) for _ in range(100)]  # more than Python's own allocator takes
    barrier.wait()
    barrier.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
barrier.wait()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
barrier.wait()
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="only glibc has arenas")
def test_threads_share_two_arenas() -> None:
    """However many threads allocate, no more than two arenas may keep what they have freed; without it each thread has one."""
    counts = [
        subprocess.run([sys.executable, "-c", _THREADS, *options], check=True, capture_output=True, text=True).stdout.count("<heap nr=")
        for options in ([], ["shared"])
    ]

    assert counts[0] > 2
    assert counts[1] <= 2
