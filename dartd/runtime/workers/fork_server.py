"""Where camera processes come from: one process that has loaded what they need, and is forked for each of them (`workers/nursery.py`)."""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from dartd.errors import WorkerProtocolError

FORK_TIMEOUT_S: Final = 30.0  # the first waits until everything is loaded, on a loaded machine too
_NUMBER = struct.Struct("=i")


class NurseryError(WorkerProtocolError):
    """No camera process could be forked; the next is forked from a new nursery."""

    code = "WORKER_NOT_FORKED"


class Child:
    """A forked process. Its line tells the exit code at its end; it just ends when the nursery is gone, and the process with it."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.exit_code: int | None = None  # once it has ended, less than 0 for a signal; None then: nobody knows
        self._line = line
        self._ended = False

    @property
    def has_ended(self) -> bool:
        """Say whether it has ended, and was reaped."""
        if not self._ended:
            with contextlib.suppress(BlockingIOError):
                told = self._line.recv(_NUMBER.size)
                self._ended = True
                self.exit_code = _NUMBER.unpack(told)[0] if told else None
                self._line.close()
        return self._ended

    async def wait(self) -> None:
        """Wait until it has ended."""
        while not self.has_ended:
            await anyio.wait_readable(self._line)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if not self.has_ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def close(self) -> None:
        """Forget it."""
        self._line.close()


class Nursery:
    """Forks processes, and is started anew when it is gone. Its children never outlive it, nor does it outlive the daemon."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._turn = anyio.Lock()

    async def start(self) -> None:
        """Let it begin to load, unless it runs; nobody waits for that.

        Raises:
            OSError: the system gives no process.
        """
        await self._started()

    async def close(self) -> None:
        """End it, and what it has forked."""
        with anyio.CancelScope(shield=True):
            await self._end()

    async def fork(self, target: str, connection: socket.socket) -> Child:
        """Start a process that runs `module:function` with the child's end of a pipe.

        Raises:
            NurseryError: it gave none.
            OSError: the system gives no process.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        try:
            with theirs:
                orders = await self._started()
                socket.send_fds(orders, [target.encode()], [connection.fileno(), theirs.fileno()])
            return Child(await self._number(ours), ours)
        except BaseException:
            ours.close()
            raise

    async def _number(self, line: socket.socket) -> int:
        """Wait for the process id."""
        told = b""
        with anyio.move_on_after(FORK_TIMEOUT_S) as patience:
            await anyio.wait_readable(line)
            told = line.recv(_NUMBER.size)
        if patience.cancelled_caught:
            await self._end()
        if not told:
            raise NurseryError("no camera process could be forked")
        number: int = _NUMBER.unpack(told)[0]
        return number

    async def _started(self) -> socket.socket:
        """Start it, unless it runs."""
        async with self._turn:
            if self._orders is not None and self._process is not None and self._process.poll() is None:
                return self._orders
            with anyio.CancelScope(shield=True):
                await self._end()
                self._process, orders = await anyio.to_thread.run_sync(_start)
                self._orders = orders
            return orders

    async def _end(self) -> None:
        process, orders = self._process, self._orders
        self._process = self._orders = None
        if orders is not None:
            orders.close()
        if process is not None:
            await anyio.to_thread.run_sync(_reap, process)


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start it with our path, and with one thread for linear algebra.

    With more, last digits would differ from run to run; and a process that forks must have no other thread.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    path = os.pathsep.join(str(Path(each).absolute()) for each in sys.path)
    environment = {"OPENBLAS_NUM_THREADS": "1", **os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-P", "-m", "workers.nursery", str(theirs.fileno())]
    try:
        with theirs:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])  # noqa: S603 (our own)
    except BaseException:
        ours.close()
        raise
    return process, ours


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
