"""CPU time and memory of a process."""

import os
import subprocess
import sys
import time

from dartd.runtime.process_usage import ProcessUsage, usage_of


def test_a_running_process_has_figures() -> None:
    """Those of this process agree with what Python says of it."""
    usage = usage_of(os.getpid())

    assert usage.cpu_s is not None
    assert abs(usage.cpu_s - time.process_time()) < 1.0
    assert usage.memory_bytes is not None
    assert 5_000_000 < usage.memory_bytes < 4_000_000_000


def test_a_process_that_has_ended_has_none() -> None:
    """A camera process may end at any moment."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()

    assert usage_of(process.pid) == usage_of(None) == ProcessUsage()
