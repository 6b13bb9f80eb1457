"""A camera process that goes wrong as a scenario says: it crashes, hangs, or says what is no message."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from schemas.codec import encode_pipe
from schemas.faults import PROCESS_FAULTS, ScriptedFault
from schemas.framing import frame
from schemas.pipe.from_worker import FromWorker, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, ToWorker
from workers.link import Link

FLOOD_MESSAGES = 100  # a write


class Mischief:
    """The pipe of a camera process, and what strikes the process at its next word. What was due before it started has struck another."""

    def __init__(self, link: Link, connection: socket.socket, configure: Configure) -> None:
        born_s = time.monotonic()
        self._link = link
        self._connection = connection
        self._heartbeat = WorkerHeartbeat(camera_id=configure.source.camera_id, t_s=born_s)
        self._due: Sequence[ScriptedFault] = [f for f in configure.faults if f.kind in PROCESS_FAULTS and f.at_s >= born_s]
        self._deeds: dict[str, Callable[[], NoReturn]] = {
            "crash": self._crash,
            "hang": self._hang,
            "garbage": self._talk_garbage,
            "half_message": self._break_off,
            "flood": self._flood,
        }

    def fileno(self) -> int:
        """Give the file descriptor to wait on for messages."""
        return self._link.fileno()

    def wait(self, timeout_s: float | None) -> None:
        """Wait until something has come or the time is up."""
        self._link.wait(timeout_s)

    def receive(self) -> list[ToWorker]:
        """Give every message that has come, without waiting."""
        return self._link.receive()

    def send(self, messages: Iterable[FromWorker]) -> None:
        """Send messages, unless a fault is due: then that happens instead, and nothing after it."""
        now_s = time.monotonic()
        for fault in self._due:
            if fault.at_s <= now_s:
                self._deeds[fault.kind]()
        self._link.send(messages)

    def _crash(self) -> NoReturn:
        os.kill(os.getpid(), signal.SIGSEGV)
        self._hang()

    def _hang(self) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what hangs in a driver does not heed it either
        while True:
            time.sleep(1)

    def _talk_garbage(self) -> NoReturn:
        self._say(frame(b"\xc1 this is no message"))
        self._hang()

    def _break_off(self) -> NoReturn:
        whole = frame(encode_pipe(self._heartbeat))
        self._say(whole[: len(whole) // 2])
        self._hang()

    def _flood(self) -> NoReturn:
        while True:
            self._link.send([self._heartbeat] * FLOOD_MESSAGES)

    def _say(self, data: bytes) -> None:
        self._connection.setblocking(True)
        self._connection.sendall(data)
