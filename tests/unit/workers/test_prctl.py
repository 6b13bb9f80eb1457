"""Settings of a process that Linux keeps."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.support.daemon import ROOT, is_running
from tests.support.waiting import Waiting
from workers.prctl import name_process


def test_a_process_dies_with_its_parent(waiting: Waiting) -> None:
    """A child that asked for it must be killed by the kernel as soon as its parent is killed, even when it hangs."""
    imports = "import os, time; from workers.prctl import die_with_parent"
    child = f"{imports}; die_with_parent(os.getppid()); print('ready', flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {child!r}]); print(p.pid, flush=True); p.wait()"
    with subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = {process.stdout.readline().strip(), process.stdout.readline().strip()}
        pid = int(next(line for line in lines if line.isdigit()))
        process.send_signal(signal.SIGKILL)
        process.stdout.close()

    assert "ready" in lines
    assert waiting.until(lambda: not is_running(pid))


def test_a_process_has_the_name_it_was_given() -> None:
    """The name must be cut to what the kernel stores. It is kept for each thread, so that a thread can show it."""
    seen: list[str] = []

    def rename() -> None:
        name_process("dartd a very long name")
        seen.append(Path(f"/proc/self/task/{threading.get_native_id()}/comm").read_text().strip())

    thread = threading.Thread(target=rename)
    thread.start()
    thread.join()

    assert seen == ["dartd a very lo"]
