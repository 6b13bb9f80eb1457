"""The camera process's end of the pipe to the supervisor. Its end of file means: exit."""

import ctypes
import os
import select
import signal
import socket
import sys
from collections.abc import Iterable

import msgspec

from schemas.codec import decode_to_worker, encode_pipe
from schemas.framing import FramingError, Unframer, frame
from schemas.pipe.from_worker import FromWorker
from schemas.pipe.to_worker import ToWorker

_CHUNK_BYTES = 65536
_PR_SET_PDEATHSIG = 1


class LinkClosedError(Exception):
    """The supervisor is gone, or does not speak our language; there is nobody to work for."""


class Link:
    """Sends whole messages and takes what has come; only sending may wait (the supervisor is behind), taking never does."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._unframer = Unframer()
        self._closed = False

    def fileno(self) -> int:
        """Give the file descriptor to wait on for messages."""
        return self._connection.fileno()

    def wait(self, timeout_s: float | None) -> None:
        """Wait until something has come or the time is up."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        poll.poll(None if timeout_s is None else max(0.0, timeout_s) * 1000)

    def receive(self) -> list[ToWorker]:
        """Give every message that has come, without waiting.

        Raises:
            LinkClosedError: the other end is closed and nothing is left to give, or sent what is no message.
        """
        messages: list[ToWorker] = []
        while not self._closed:
            try:
                chunk = self._connection.recv(_CHUNK_BYTES)
            except BlockingIOError:
                return messages
            except ConnectionError:
                chunk = b""
            self._closed = not chunk
            try:
                messages += [decode_to_worker(payload) for payload in self._unframer.feed(chunk)]
            except (FramingError, msgspec.DecodeError) as error:
                raise LinkClosedError(f"the supervisor sent what is no message: {error}") from error
        if messages:
            return messages
        raise LinkClosedError("the supervisor closed the pipe")

    def send(self, messages: Iterable[FromWorker]) -> None:
        """Send messages; wait while the supervisor takes nothing.

        Raises:
            LinkClosedError: the supervisor is gone.
        """
        rest = memoryview(b"".join(frame(encode_pipe(message)) for message in messages))
        while rest:
            try:
                rest = rest[self._connection.send(rest) :]
            except BlockingIOError:
                poll = select.poll()
                poll.register(self._connection, select.POLLOUT)
                poll.poll()
            except ConnectionError as error:
                raise LinkClosedError("the supervisor closed the pipe") from error


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the one that started it, `parent`, ends: none survives a killed daemon."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)
