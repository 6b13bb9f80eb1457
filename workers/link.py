"""The camera process's end of the pipe to the supervisor; at its end of file the process exits."""

import os
import select
from collections.abc import Iterable
from multiprocessing.connection import Connection

from schemas.codec import UNREADABLE, decode_to_worker, encode_pipe
from schemas.framing import FramingError, Unframer, frame
from schemas.pipe.from_worker import FromWorker
from schemas.pipe.to_worker import ToWorker

_CHUNK_BYTES = 65536


class LinkClosedError(Exception):
    """The supervisor has closed the pipe, or sent bytes that are not a message; the process has to exit."""


class Link:
    """Sends and receives whole messages. Sending waits while the supervisor reads nothing; receiving never waits."""

    def __init__(self, connection: Connection) -> None:
        os.set_blocking(connection.fileno(), False)
        self._connection = connection
        self._unframer = Unframer()
        self._closed = False

    def fileno(self) -> int:
        """Return the file descriptor to wait on for messages."""
        return self._connection.fileno()

    def wait(self, timeout_s: float | None) -> None:
        """Wait until a message arrives or the time is up; None waits without limit."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        poll.poll(None if timeout_s is None else max(0.0, timeout_s) * 1000)

    def receive(self) -> list[ToWorker]:
        """Return every message that has arrived, without waiting.

        Raises:
            LinkClosedError: the other end is closed and no message is left, or it sent bytes that are not a message.
        """
        messages: list[ToWorker] = []
        while not self._closed:
            try:
                chunk = os.read(self._connection.fileno(), _CHUNK_BYTES)
            except BlockingIOError:
                return messages
            except ConnectionError:
                chunk = b""
            self._closed = not chunk
            try:
                messages += [decode_to_worker(payload) for payload in self._unframer.feed(chunk)]
            except (FramingError, *UNREADABLE) as error:
                raise LinkClosedError(f"the supervisor sent bytes that are not a message: {error}") from error
        if messages:
            return messages
        raise LinkClosedError("the supervisor closed the pipe")

    def send(self, messages: Iterable[FromWorker]) -> None:
        """Send messages; wait while the supervisor reads nothing.

        Raises:
            LinkClosedError: the supervisor has closed the pipe.
        """
        self.send_bytes(b"".join(frame(encode_pipe(message)) for message in messages))

    def send_bytes(self, data: bytes) -> None:
        """Send framed bytes; wait while the supervisor reads nothing.

        Raises:
            LinkClosedError: the supervisor has closed the pipe.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._connection.fileno(), rest) :]
            except BlockingIOError:
                poll = select.poll()
                poll.register(self._connection, select.POLLOUT)
                poll.poll()
            except ConnectionError as error:
                raise LinkClosedError("the supervisor closed the pipe") from error
