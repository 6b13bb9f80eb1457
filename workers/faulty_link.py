"""Inject faults into a camera process: a crash, a hang, or bytes that are not a message, at the times of a scenario."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from schemas.codec import encode_pipe
from schemas.faults import PROCESS_FAULTS, ScriptedFault
from schemas.framing import frame
from schemas.pipe.from_worker import FromWorker, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, ToWorker
from workers.link import Link

FLOOD_MESSAGES = 100  # in one write


class FaultyLink:
    """A link that carries out a fault at the first `send` after its time; faults from before the process started are ignored."""

    def __init__(self, link: Link, configure: Configure) -> None:
        started_s = time.monotonic()
        self._link = link
        self._heartbeat = WorkerHeartbeat(camera_id=configure.source.camera_id, t_s=started_s)
        self._due: Sequence[ScriptedFault] = [f for f in configure.faults if f.kind in PROCESS_FAULTS and f.at_s >= started_s]
        self._actions: dict[str, Callable[[], NoReturn]] = {
            "crash": self._crash,
            "hang": self._hang,
            "garbage": self._send_garbage,
            "half_message": self._send_half_message,
            "flood": self._flood,
        }

    def fileno(self) -> int:
        """Return the file descriptor to wait on for messages."""
        return self._link.fileno()

    def wait(self, timeout_s: float | None) -> None:
        """Wait until a message arrives or the time is up; None waits without limit."""
        self._link.wait(timeout_s)

    def receive(self) -> list[ToWorker]:
        """Return every message that has arrived, without waiting."""
        return self._link.receive()

    def send(self, messages: Iterable[FromWorker]) -> None:
        """Send messages, or carry out a fault that is due instead and never return."""
        now_s = time.monotonic()
        for fault in self._due:
            if fault.at_s <= now_s:
                self._actions[fault.kind]()
        self._link.send(messages)

    def _crash(self) -> NoReturn:
        os.kill(os.getpid(), signal.SIGSEGV)
        self._hang()

    def _hang(self) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a process that hangs in a driver does not react to it either
        while True:
            time.sleep(1)

    def _send_garbage(self) -> NoReturn:
        self._link.send_bytes(frame(b"\xc1 this is not a message"))
        self._hang()

    def _send_half_message(self) -> NoReturn:
        whole = frame(encode_pipe(self._heartbeat))
        self._link.send_bytes(whole[: len(whole) // 2])
        self._hang()

    def _flood(self) -> NoReturn:
        while True:
            self._link.send([self._heartbeat] * FLOOD_MESSAGES)
